"""Pages of longer bars, rolled up from minutes as they are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.api.rolled_bars import RolledBars
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.processing.bar_grid import MINUTE_MS
from tests.factories import BTC, a_bar
from tests.fakes import FakeClock

START_MS = 1_790_035_200_000
"""Midnight, UTC."""
HOUR_MS = 60 * MINUTE_MS


class Store:
    """Bars by timeframe, in pages of seven at most."""

    def __init__(self, minutes: list[Bar], stored: list[Bar] | None = None) -> None:
        self._bars = [*minutes, *(stored or [])]

    async def read(self, query: GetBars) -> BarPage:
        start_ms = max(query.start_ms or 0, int(query.cursor or 0))
        found = [
            bar
            for bar in self._bars
            if bar.timeframe == query.timeframe
            and bar.open_ms >= start_ms
            and (query.end_ms is None or bar.open_ms < query.end_ms)
        ]
        size = min(query.limit, 7)
        next_cursor = str(found[size].open_ms) if len(found) > size else None
        return BarPage(bars=tuple(found[:size]), next_cursor=next_cursor)


def always_open(_market: str, _start_ms: int, _end_ms: int) -> SessionSpans:
    return NOT_KNOWN


def rolled(minutes: list[Bar], stored: list[Bar] | None = None) -> RolledBars:
    store = Store(minutes, stored)
    return RolledBars(store.read, store.read, always_open, FakeClock())


def some_minutes(count: int, step: int = 1) -> list[Bar]:
    return [a_bar(open_ms=START_MS + n * step * MINUTE_MS, trades=1) for n in range(count)]


async def all_pages(bars: RolledBars, query: GetBars) -> list[Bar]:
    found: list[Bar] = []
    while True:
        page = await bars.page(query, "24x7")
        assert len(page.bars) <= query.limit
        found += page.bars
        if page.next_cursor is None:
            return found
        query = replace(query, cursor=page.next_cursor)


@given(st.integers(1, 200), st.integers(1, 9), st.integers(1, 30))
async def test_pages_together_are_what_one_page_would_be(count: int, step: int, limit: int) -> None:
    bars = rolled(some_minutes(count, step))
    query = GetBars(instrument=BTC, timeframe="15m")
    whole = await all_pages(bars, query)
    assert await all_pages(bars, replace(query, limit=limit)) == whole
    assert sum(bar.trades for bar in whole) == count
    assert [bar.open_ms % (15 * MINUTE_MS) for bar in whole] == [0] * len(whole)


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d"])
@pytest.mark.parametrize("cursor", ["next", "-1", "1e3", "9" * 30])
async def test_a_cursor_that_is_none_is_refused(timeframe: str, cursor: str) -> None:
    with pytest.raises(BadRequest, match="cursor"):
        await rolled(some_minutes(3)).page(
            GetBars(instrument=BTC, timeframe=timeframe, cursor=cursor), "24x7"
        )


async def test_only_bars_that_begin_in_the_asked_span_are_answered_and_they_are_whole() -> None:
    bars = rolled(some_minutes(240))
    query = GetBars(
        instrument=BTC, timeframe="1h", start_ms=START_MS + MINUTE_MS, end_ms=START_MS + 2 * HOUR_MS + 1
    )
    found = await all_pages(bars, query)
    assert [bar.open_ms for bar in found] == [START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]
    assert [bar.trades for bar in found] == [60, 60]


async def test_a_history_that_begins_within_an_hour_has_that_hour() -> None:
    bars = rolled(some_minutes(60)[30:])
    (hour,) = await all_pages(bars, GetBars(instrument=BTC, timeframe="1h"))
    assert (hour.open_ms, hour.trades, hour.missing) == (START_MS, 30, 30)


async def test_where_minutes_are_no_more_stored_hours_are_answered() -> None:
    old = [a_bar(timeframe="1h", open_ms=START_MS + n * HOUR_MS, trades=60) for n in range(9)]
    bars = rolled(some_minutes(12 * 60)[8 * 60 + 30 :], old)
    found = await all_pages(bars, GetBars(instrument=BTC, timeframe="1h"))
    assert [bar.open_ms for bar in found] == [START_MS + n * HOUR_MS for n in range(12)]
    assert [bar.trades for bar in found] == [60] * 12


async def test_of_nothing_there_are_no_bars() -> None:
    assert await all_pages(rolled([]), GetBars(instrument=BTC, timeframe="1d")) == []


async def test_a_timeframe_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(BadRequest, match="1m, 5m, 15m, 1h, 1d"):
        await rolled([]).page(GetBars(instrument=BTC, timeframe="7m"), "24x7")
