"""Tallies in a history file; runs in the threads of its connections."""

import sqlite3
from collections.abc import Sequence

from rtp_tui.model.tallies import Tally

_END_OF_TIME_MS = 2**62

TALLIES = (
    "INSERT INTO tallies (span_ms, start_ms, subject, counts) VALUES ",
    4,
    " ON CONFLICT (span_ms, start_ms, subject) DO UPDATE SET counts = excluded.counts",
)


def tally_parameters(tallies: Sequence[Tally]) -> list[str | int | float | None]:
    """The columns of several rows, one after another."""
    return [value for one in tallies for value in (one.span_ms, one.start_ms, one.subject, one.counts)]


def read_tallies(
    span_ms: int, since_ms: int, until_ms: int | None, limit: int | None, connection: sqlite3.Connection
) -> tuple[Tally, ...]:
    """Those of a length that begin at a moment or after it, and before another, ascending; the first so many."""
    rows = connection.execute(
        "SELECT span_ms, start_ms, subject, counts FROM tallies WHERE span_ms = ? AND start_ms >= ?"
        " AND start_ms < ? ORDER BY start_ms, subject LIMIT ?",
        (
            span_ms,
            since_ms,
            _END_OF_TIME_MS if until_ms is None else until_ms,
            -1 if limit is None else limit,
        ),
    ).fetchall()
    return tuple(Tally(*row) for row in rows)


def delete_tallies(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Forget those that began earlier, `limit` at most; how many."""
    return connection.execute(
        "DELETE FROM tallies WHERE id IN (SELECT id FROM tallies WHERE start_ms < ? LIMIT ?)",
        (before_ms, limit),
    ).rowcount
