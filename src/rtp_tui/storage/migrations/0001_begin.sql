-- Names are few and repeat in every row: rows carry their numbers.
CREATE TABLE instruments (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE feeds (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- Appended only and deleted from the front, so ids have no holes; no index but the rowid.
CREATE TABLE ticks (
    id INTEGER PRIMARY KEY,
    instrument_id INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    event_ms INTEGER,
    received_ms INTEGER NOT NULL,
    price REAL,
    size REAL,
    sequence INTEGER,
    bid REAL,
    ask REAL,
    stored_ms INTEGER NOT NULL
);

CREATE TABLE bars (
    id INTEGER PRIMARY KEY,
    instrument_id INTEGER NOT NULL,
    timeframe TEXT NOT NULL,
    open_ms INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume REAL NOT NULL,
    trades INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    origin TEXT NOT NULL,
    feed_id INTEGER NOT NULL,
    UNIQUE (instrument_id, timeframe, open_ms)
);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- an id is a reader's cursor and is never given twice
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX events_by_seq ON events (epoch, seq);
CREATE INDEX events_by_time ON events (at_ms);

CREATE TABLE keyframes (
    id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    payload BLOB NOT NULL -- zlib of the snapshot as JSON
);
CREATE INDEX keyframes_by_time ON keyframes (at_ms);

-- The last known quote of every instrument ever seen, written with each keyframe.
CREATE TABLE quotes (instrument_id INTEGER PRIMARY KEY, payload TEXT NOT NULL);
