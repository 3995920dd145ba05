-- Who files; an instrument is a share of at most one company, a company may have several.
CREATE TABLE companies (
    cik INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    tickers TEXT NOT NULL, -- JSON
    asked_ms INTEGER NOT NULL,
    facts_ms INTEGER
);
CREATE TABLE shares (instrument_id INTEGER PRIMARY KEY, cik INTEGER NOT NULL);

-- Days are ISO 8601. Companies that file together share an accession number.
CREATE TABLE filings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- a reader's cursor
    cik INTEGER NOT NULL,
    accession TEXT NOT NULL,
    form TEXT NOT NULL,
    filed TEXT NOT NULL,
    reported TEXT,
    accepted_ms INTEGER,
    description TEXT NOT NULL,
    items TEXT NOT NULL, -- JSON
    url TEXT NOT NULL,
    is_xbrl INTEGER NOT NULL,
    UNIQUE (cik, accession)
);
CREATE INDEX filings_by_company ON filings (cik, id);
CREATE INDEX filings_by_day ON filings (filed);

-- The newest word on each figure; "start" is empty where a figure is of a day.
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    cik INTEGER NOT NULL,
    taxonomy TEXT NOT NULL,
    concept TEXT NOT NULL,
    unit TEXT NOT NULL,
    start TEXT NOT NULL,
    "end" TEXT NOT NULL,
    value REAL NOT NULL,
    filed TEXT NOT NULL,
    form TEXT NOT NULL,
    accession TEXT NOT NULL,
    UNIQUE (cik, taxonomy, concept, unit, start, "end")
);
