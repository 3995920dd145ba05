-- Missing minutes and what became of them; the newest word on each is the one that counts.
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- a reader's cursor
    instrument_id INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    found_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    feed TEXT NOT NULL,
    filled_from TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (instrument_id, from_ms)
);
CREATE INDEX gaps_by_change ON gaps (changed_ms);
