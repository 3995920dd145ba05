"""What can still be read of a damaged history file, copied into the one that takes its place."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

SALVAGED_WITHIN_S = 2.0
"""Whoever starts waits for it; what is left by then stays in the damaged file."""
_CHUNK_ROWS = 20_000
_MOST_FAILURES = 20_000
"""Statements that fail in one table before the rest of it is given up."""
_UNKNOWN_END = 10_000_000
"""Where ids are looked for when the end of a table cannot be read."""
_FIRST = ("instruments", "feeds", "bars", "quotes", "keyframes", "events")
"""Names before rows that carry their numbers, and what cannot be had again before what is plenty."""

_SOUND = {
    "bars": "typeof(open_ms) = 'integer' AND origin IN ('live', 'sampled', 'backfill')"
    " AND low > 0 AND low <= min(open, close) AND max(open, close) <= high",
    "ticks": "kind IN (0, 1, 2)",
    "events": "json_valid(payload)",
    "quotes": "json_valid(payload)",
}
"""What a row must be to be believed: its page was readable, which does not make it right."""
_REFERENCES = (("instrument_id", "instruments"), ("feed_id", "feeds"))


class Salvaged(Struct, frozen=True):
    """How much was copied, and whether all that was looked for could be read."""

    rows: int
    bars: int
    is_whole: bool

    @property
    def words(self) -> str:
        """For whoever wonders what is left."""
        if not self.rows:
            return "nothing of it could be read"
        rest = "" if self.is_whole else ", the rest cannot be read or is too much"
        return f"{self.rows} rows of it were saved, {self.bars} bars among them{rest}"


def salvage(connection: sqlite3.Connection, damaged: Path, is_over: Callable[[], bool]) -> Salvaged:
    """Copy what is readable and believable into the empty file of a writing connection; it keeps its ids.

    Rows are read by ranges of their ids, halved where they fail, so that a broken page costs what is on it.
    `is_over` says when to stop. What is wrong with the damaged file raises nothing.
    """
    # Else a file that is shorter than it says of itself is not read at all.
    connection.execute("PRAGMA writable_schema = ON")
    try:
        return _salvaged(connection, damaged, is_over)
    finally:
        connection.execute("PRAGMA writable_schema = OFF")


def _salvaged(connection: sqlite3.Connection, damaged: Path, is_over: Callable[[], bool]) -> Salvaged:
    try:
        _attach(connection, damaged)
    except sqlite3.Error:
        return Salvaged(0, 0, False)
    # The copy is made durable as a whole, by the checkpoint of the next commits.
    connection.execute("PRAGMA synchronous = OFF")
    try:
        copies = [_copied(connection, table, is_over) for table in _tables(connection)]
    except sqlite3.Error:
        copies = []
    finally:
        connection.execute("PRAGMA synchronous = FULL")
        with suppress(sqlite3.Error):
            connection.execute("DETACH damaged")
    bars = sum(copy.rows for copy in copies if copy.table == "bars")
    is_whole = bool(copies) and all(copy.is_whole for copy in copies)
    return Salvaged(sum(copy.rows for copy in copies), bars, is_whole)


class _Copy(Struct, frozen=True):
    table: str
    rows: int
    is_whole: bool


def _attach(connection: sqlite3.Connection, damaged: Path) -> None:
    """Attach it for reading: with what its journal holds, or else without it."""
    for how in ("mode=ro", "immutable=1"):
        try:
            connection.execute("ATTACH ? AS damaged", (f"{damaged.absolute().as_uri()}?{how}",))
            connection.execute("SELECT count(*) FROM damaged.sqlite_schema").fetchone()
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection.execute("DETACH damaged")
        else:
            return
    raise sqlite3.DatabaseError("its list of tables cannot be read")


def _tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that both files have, in the order in which they are worth saving."""
    both = (
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name IN (SELECT name FROM damaged.sqlite_schema WHERE type = 'table')"
    )
    found = {name for (name,) in connection.execute(both)}
    first = [name for name in _FIRST if name in found]
    return [*first, *sorted(found - {*first, "ticks"}), *(["ticks"] if "ticks" in found else [])]


def _copied(connection: sqlite3.Connection, table: str, is_over: Callable[[], bool]) -> _Copy:
    insert = _insert(table, _columns(connection, table))
    rows = failures = 0
    ranges, is_whole = _ranges(connection, table)
    while ranges:
        low, high = ranges.pop()
        if is_over() or failures > _MOST_FAILURES:
            return _Copy(table, rows, False)
        low = _first_from(connection, table, low)
        if high - low >= _CHUNK_ROWS:
            ranges.append((low + _CHUNK_ROWS, high))
            high = low + _CHUNK_ROWS - 1
        try:
            rows += connection.execute(insert, (low, high)).rowcount
        except sqlite3.Error:
            failures, is_whole = failures + 1, False
            ranges += _halves(low, high)
    return _Copy(table, rows, is_whole)


def _halves(low: int, high: int) -> list[tuple[int, int]]:
    """The two halves of a range, the first one last; nothing of a single row."""
    middle = (low + high) // 2
    return [(middle + 1, high), (low, middle)] if low < high else []


def _ranges(connection: sqlite3.Connection, table: str) -> tuple[list[tuple[int, int]], bool]:
    """The ids to be copied, and whether both ends of the table could be read."""
    low = _end(connection, table, "min")
    high = _end(connection, table, "max")
    is_known = low is not None and high is not None
    first, last = (low or 0), (_UNKNOWN_END if high is None else high)
    return [(first, last)], is_known


def _first_from(connection: sqlite3.Connection, table: str, low: int) -> int:
    """The first id from there on: a broken page may hold one far beyond all others, with nothing in between."""
    try:
        found = connection.execute(
            f"SELECT min(rowid) FROM damaged.{table} WHERE rowid >= ?",  # noqa: S608 - our own table
            (low,),
        ).fetchone()[0]
    except sqlite3.Error:
        return low
    return low if found is None else int(found)


def _end(connection: sqlite3.Connection, table: str, which: str) -> int | None:
    """The first or last id, zero of an empty table; None where it cannot be read."""
    try:
        found = connection.execute(f"SELECT {which}(rowid) FROM damaged.{table}").fetchone()[0]  # noqa: S608 - our own table
    except sqlite3.Error:
        return None
    return int(found or 0)


def _columns(connection: sqlite3.Connection, table: str) -> Sequence[str]:
    """The columns that both files have."""
    new, old = (
        [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?, ?)", (table, schema))]
        for schema in ("main", "damaged")
    )
    return [name for name in new if name in old]


def _insert(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(columns)
    conditions = " AND ".join(_conditions(table, columns))
    return (
        f"INSERT OR IGNORE INTO main.{table} ({names})"  # noqa: S608 - our own names
        f" SELECT {names} FROM damaged.{table} WHERE {conditions}"
    )


def _conditions(table: str, columns: Sequence[str]) -> Iterator[str]:
    yield "rowid BETWEEN ? AND ?"
    if table in _SOUND:
        yield _SOUND[table]
    for column, names in _REFERENCES:
        # A number without its name would become that of the next new name.
        if column in columns:
            yield f"{column} IN (SELECT id FROM main.{names})"  # noqa: S608 - likewise
