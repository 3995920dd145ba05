-- What is to be told through which channel, the newest word on each; beside what is asked for, all of it as JSON.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which they came
    key TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL, -- waiting, sent or dead
    changed_ms INTEGER NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (key, channel)
);
CREATE INDEX outbox_by_state ON outbox (state, changed_ms);

-- Until when nobody is told of alerts; one row at most.
CREATE TABLE mute (id INTEGER PRIMARY KEY CHECK (id = 1), payload TEXT NOT NULL);
