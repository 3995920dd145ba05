-- Hours and days, which outlive the minutes that they are made of.
CREATE TABLE long_bars (
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
    missing INTEGER NOT NULL,
    UNIQUE (instrument_id, timeframe, open_ms)
);
INSERT INTO long_bars SELECT *, 0 FROM bars WHERE timeframe IN ('1h', '1d');
DELETE FROM bars WHERE timeframe IN ('1h', '1d');

-- Up to where an instrument's hours and days are stored as its minutes have them, and from where it has all its minutes.
CREATE TABLE rolled (
    instrument_id INTEGER PRIMARY KEY,
    to_ms INTEGER NOT NULL,
    minutes_from_ms INTEGER NOT NULL DEFAULT 0
);
