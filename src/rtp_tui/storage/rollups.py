"""Hours and days in a history file; runs in the threads of its connections.

They are stored before the minutes that they are made of may go. What is stored is known by one moment for each
instrument: up to it hours and days are as the minutes have them. A minute before it that is written anew takes it back
in the same transaction, rolling up moves it on in the transaction that stores the bars, and minutes are deleted before
it alone: a kill at any instant leaves bars that agree.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.sessions import Span

if TYPE_CHECKING:
    import sqlite3

LONG_TIMEFRAMES = ("1h", "1d")
MINUTE_MS = 60_000

Roll = Callable[[Sequence[Bar]], Sequence[Bar]]
"""Makes hours and days of the minutes of a span."""


class RolledSeries(Struct, frozen=True):
    """How far an instrument's minutes are rolled up; both moments are 0 where nothing has happened yet."""

    instrument: InstrumentId
    to_ms: int = 0
    """Hours and days that end by then are stored."""
    minutes_from_ms: int = 0
    """Of the minutes before it some were deleted: nothing is to be made of them again."""


class RolledMarks:
    """The moments of all instruments, as the one writer knows them; forgotten when a transaction is undone."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._connection = connection
        self._to_ms: dict[int, int] | None = None

    def forget(self) -> None:
        """Read them again when they are needed."""
        self._to_ms = None

    def take_back(self, oldest_ms: dict[int, int]) -> None:
        """Minutes were written, the oldest of each instrument at these moments: what they are in is to be made again."""
        known = self._known()
        for instrument_id, open_ms in oldest_ms.items():
            if open_ms < known.get(instrument_id, 0):
                self._connection.execute(
                    "UPDATE rolled SET to_ms = ? WHERE instrument_id = ?", (open_ms, instrument_id)
                )
                known[instrument_id] = open_ms

    def move_on(self, instrument_id: int, to_ms: int) -> None:
        """Everything up to a moment is stored."""
        self._connection.execute(
            "INSERT INTO rolled (instrument_id, to_ms) VALUES (?, ?)"
            " ON CONFLICT (instrument_id) DO UPDATE SET to_ms = excluded.to_ms",
            (instrument_id, to_ms),
        )
        self._known()[instrument_id] = to_ms

    def _known(self) -> dict[int, int]:
        if self._to_ms is None:
            self._to_ms = dict(self._connection.execute("SELECT instrument_id, to_ms FROM rolled"))
        return self._to_ms


def rolled_series(
    instrument: InstrumentId | None, connection: "sqlite3.Connection"
) -> tuple[RolledSeries, ...]:
    """Of one instrument, or of all that have minutes."""
    rows = connection.execute(
        "SELECT i.name, ifnull(r.to_ms, 0), ifnull(r.minutes_from_ms, 0) FROM instruments i"
        " LEFT JOIN rolled r ON r.instrument_id = i.id WHERE (? IS NULL OR i.name = ?) AND EXISTS"
        " (SELECT 1 FROM bars b WHERE b.instrument_id = i.id AND b.timeframe = '1m') ORDER BY i.id",
        (instrument, instrument),
    )
    return tuple(RolledSeries(*row) for row in rows)


def clear_span(connection: "sqlite3.Connection", instrument_id: int, span: Span) -> None:
    """Forget hours and days that begin in a span: it is about to be rolled up again."""
    connection.executemany(
        "DELETE FROM long_bars WHERE instrument_id = ? AND timeframe = ? AND open_ms >= ? AND open_ms < ?",
        [(instrument_id, timeframe, *span) for timeframe in LONG_TIMEFRAMES],
    )


def delete_minutes(connection: "sqlite3.Connection", before_ms: int, limit: int) -> int:
    """Forget minutes that are rolled up, `limit` at most; how many."""
    deleted = connection.execute(
        "DELETE FROM bars WHERE id IN (SELECT b.id FROM rolled r JOIN bars b ON b.instrument_id = r.instrument_id"
        " AND b.timeframe = '1m' AND b.open_ms < min(?, r.to_ms) LIMIT ?) RETURNING instrument_id, open_ms",
        (before_ms, limit),
    ).fetchall()
    _note_deleted(connection, deleted)
    return len(deleted)


def delete_surplus_minutes(connection: "sqlite3.Connection", surplus: int, limit: int) -> int:
    """Forget the minutes stored first, where they are rolled up; how many."""
    if surplus <= 0:
        return 0
    deleted = connection.execute(
        "DELETE FROM bars WHERE id IN (SELECT b.id FROM bars b JOIN rolled r ON r.instrument_id = b.instrument_id"
        " WHERE b.id < (SELECT min(id) FROM bars) + ? AND b.open_ms < r.to_ms ORDER BY b.id LIMIT ?)"
        " RETURNING instrument_id, open_ms",
        (surplus, limit),
    ).fetchall()
    _note_deleted(connection, deleted)
    return len(deleted)


def _note_deleted(connection: "sqlite3.Connection", deleted: Iterable[tuple[int, int]]) -> None:
    newest_ms: dict[int, int] = {}
    for instrument_id, open_ms in deleted:
        newest_ms[instrument_id] = max(open_ms, newest_ms.get(instrument_id, 0))
    connection.executemany(
        "UPDATE rolled SET minutes_from_ms = max(minutes_from_ms, ?) WHERE instrument_id = ?",
        [(open_ms + MINUTE_MS, instrument_id) for instrument_id, open_ms in newest_ms.items()],
    )


def delete_long_bars(connection: "sqlite3.Connection", timeframe: str, before_ms: int, limit: int) -> int:
    """Forget hours or days that began earlier, `limit` at most; how many."""
    return connection.execute(
        "DELETE FROM long_bars WHERE id IN (SELECT b.id FROM instruments i JOIN long_bars b"
        " ON b.instrument_id = i.id AND b.timeframe = ? AND b.open_ms < ? LIMIT ?)",
        (timeframe, before_ms, limit),
    ).rowcount
