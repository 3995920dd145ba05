"""Rows of the past through the door, a page at a time."""

from collections.abc import AsyncIterator, Callable, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetAlerts, GetBars, GetSignals, GetTicks, Query
from rtp_tui.reports.columns import ALERTS, BARS, SIGNALS, TICKS, Column, Row

AnswerT = TypeVar("AnswerT")
ROWS_A_PAGE = 10_000


class ExportKind(StrEnum):
    """What can be exported."""

    TICKS = "ticks"
    BARS = "bars"
    ALERTS = "alerts"
    SIGNALS = "signals"


class Asked(Protocol):
    """Whoever answers questions; the one door does."""

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """Answer a question. Raises Refused."""
        ...


class Wanted(Struct, frozen=True, kw_only=True):
    """Which rows: those of `[start_ms, end_ms)`."""

    kind: ExportKind
    instrument: InstrumentId | None = None
    """Of ticks and bars it has to be named."""
    start_ms: int | None = None
    end_ms: int | None = None
    timeframe: str = "1m"


_COLUMNS = {
    ExportKind.TICKS: TICKS.columns,
    ExportKind.BARS: BARS.columns,
    ExportKind.ALERTS: ALERTS.columns,
    ExportKind.SIGNALS: SIGNALS.columns,
}


def columns_of(kind: ExportKind) -> tuple[Column, ...]:
    """The columns of what is exported."""
    return _COLUMNS[kind]


def pages_of(wanted: Wanted, door: Asked) -> AsyncIterator[Sequence[Row]]:
    """Ticks and bars ascending, alerts and signals the newest first. Raises Refused."""
    return _READERS[wanted.kind](wanted, door)


async def _ticks(wanted: Wanted, door: Asked) -> AsyncIterator[Sequence[Row]]:
    assert wanted.instrument is not None
    query = GetTicks(
        instrument=wanted.instrument, start_ms=wanted.start_ms, end_ms=wanted.end_ms, limit=ROWS_A_PAGE
    )
    while True:
        page = await door.query(query)
        yield tuple(map(TICKS.values, page.ticks))
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


async def _bars(wanted: Wanted, door: Asked) -> AsyncIterator[Sequence[Row]]:
    assert wanted.instrument is not None
    query = GetBars(
        instrument=wanted.instrument,
        timeframe=wanted.timeframe,
        start_ms=wanted.start_ms,
        end_ms=wanted.end_ms,
        limit=ROWS_A_PAGE,
    )
    while True:
        page = await door.query(query)
        yield tuple(map(BARS.values, page.bars))
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


async def _alerts(wanted: Wanted, door: Asked) -> AsyncIterator[Sequence[Row]]:
    """By when they fired; those that only wait to fire are none yet."""
    query = GetAlerts(subject=wanted.instrument, since_ms=wanted.start_ms or 0, limit=ROWS_A_PAGE)
    while True:
        page = await door.query(query)
        yield tuple(ALERTS.values(alert) for alert in page.alerts if _is_within(alert.fired_ms, wanted))
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


async def _signals(wanted: Wanted, door: Asked) -> AsyncIterator[Sequence[Row]]:
    query = GetSignals(
        instrument=wanted.instrument,
        since_ms=wanted.start_ms or 0,
        until_ms=wanted.end_ms,
        limit=ROWS_A_PAGE,
    )
    while True:
        page = await door.query(query)
        yield tuple(map(SIGNALS.values, page.signals))
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _is_within(at_ms: int | None, wanted: Wanted) -> bool:
    return (
        at_ms is not None
        and (wanted.start_ms or 0) <= at_ms
        and (wanted.end_ms is None or at_ms < wanted.end_ms)
    )


_READERS: dict[ExportKind, Callable[[Wanted, Asked], AsyncIterator[Sequence[Row]]]] = {
    ExportKind.TICKS: _ticks,
    ExportKind.BARS: _bars,
    ExportKind.ALERTS: _alerts,
    ExportKind.SIGNALS: _signals,
}
