-- Alerts that fired, the newest word on each; beside what is asked for, all of it as JSON.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- a reader's cursor
    alert TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX alerts_by_change ON alerts (changed_ms);

CREATE TABLE silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    silence TEXT NOT NULL UNIQUE,
    until_ms INTEGER NOT NULL,
    payload TEXT NOT NULL
);

-- Rules that were made or changed while the engine ran.
CREATE TABLE alert_rules (id INTEGER PRIMARY KEY, rule TEXT NOT NULL UNIQUE, payload TEXT NOT NULL);
