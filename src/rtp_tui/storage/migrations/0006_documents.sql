-- What is kept whole under a name; a row without a payload tells that it was removed.
CREATE TABLE documents (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    payload TEXT, -- JSON
    PRIMARY KEY (kind, name)
);
