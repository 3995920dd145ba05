-- Counts of spans of time: a day in minutes of the whole, hours of instruments and sources.
CREATE TABLE tallies (
    id INTEGER PRIMARY KEY,
    span_ms INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    subject TEXT NOT NULL,
    counts TEXT NOT NULL, -- JSON
    UNIQUE (span_ms, start_ms, subject)
);
