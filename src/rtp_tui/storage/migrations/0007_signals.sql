-- Signals of strategies, each with the outcomes that are known; beside what is asked for, all of it as JSON.
CREATE TABLE signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- a reader's cursor
    signal TEXT NOT NULL UNIQUE,
    strategy TEXT NOT NULL,
    instrument TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    is_pending INTEGER NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX signals_by_time ON signals (at_ms);
