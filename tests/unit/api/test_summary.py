"""A day in figures."""

import math
from collections.abc import Sequence
from functools import partial

import pytest

from rtp_tui.api.summary import SummaryAnswers, summed_up
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars, GetSummary, Summary
from rtp_tui.processing.day_figures import utc_day
from tests.factories import BTC, ETH, NOW_MS, a_bar, an_instrument
from tests.fakes import FakeClock

MINUTE_MS = 60_000
DAY_MS = 86_400_000
MIDNIGHT_MS = NOW_MS - NOW_MS % DAY_MS
INSTRUMENTS = {BTC: an_instrument("crypto:BTC")}


def minutes_of(closes: Sequence[float]) -> list[Bar]:
    return [
        a_bar(open_ms=MIDNIGHT_MS + n * MINUTE_MS, open=close, high=close, low=close, close=close, volume=2.0)
        for n, close in enumerate(closes)
    ]


async def asked(query: GetSummary, heard: list[GetBars]) -> Summary:
    async def read(wanted: GetBars) -> BarPage:
        heard.append(wanted)
        return BarPage(bars=tuple(minutes_of([100.0, 101.0])))

    return await SummaryAnswers(read, INSTRUMENTS.get, utc_day, FakeClock()).summary(query)


def test_figures_are_those_of_the_minutes() -> None:
    found = summed_up(BTC, (0, 1), minutes_of([float(100 + n) for n in range(30)]))
    assert (found.open, found.high, found.low, found.close) == (100.0, 129.0, 100.0, 129.0)
    assert (found.minutes, found.volume, found.trades) == (30, 60.0, 210)
    assert found.vwap == pytest.approx(114.5)
    assert found.sma == pytest.approx(119.5)


def test_volatility_is_the_deviation_of_the_returns_of_neighbouring_minutes() -> None:
    found = summed_up(BTC, (0, 1), minutes_of([100.0, 110.0, 100.0]))
    step = math.log(1.1)
    assert found.volatility_pct == pytest.approx(math.sqrt(2) * step * 100)
    far = [a_bar(open_ms=MIDNIGHT_MS), *minutes_of([1.0] * 9)[5:6]]
    assert summed_up(BTC, (0, 1), far).volatility_pct is None


def test_of_nothing_nothing_is_known() -> None:
    found = summed_up(BTC, (0, 1), [])
    assert (found.open, found.vwap, found.sma, found.volatility_pct, found.volume) == (
        None,
        None,
        None,
        None,
        0,
    )


async def test_where_no_span_is_named_it_is_the_trading_day() -> None:
    heard: list[GetBars] = []
    await asked(GetSummary(instrument=BTC), heard)
    assert [(one.start_ms, one.end_ms) for one in heard] == [(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS)]


@pytest.mark.parametrize(("start_ms", "end_ms"), [(5, 5), (6, 5), (0, DAY_MS * 8)])
async def test_a_span_that_is_none_is_refused(start_ms: int, end_ms: int) -> None:
    with pytest.raises(BadRequest):
        await asked(GetSummary(instrument=BTC, start_ms=start_ms, end_ms=end_ms), [])


async def test_an_instrument_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownInstrument):
        await partial(asked, GetSummary(instrument=ETH))([])


async def asked_from(first_ms: int, query: GetSummary) -> Summary:
    async def read(_wanted: GetBars) -> BarPage:
        return BarPage(bars=(a_bar(open_ms=first_ms), a_bar(open_ms=first_ms + MINUTE_MS)))

    return await SummaryAnswers(read, INSTRUMENTS.get, utc_day, FakeClock()).summary(query)


async def test_of_a_day_whose_beginning_is_not_known_no_open_and_no_range_are_told() -> None:
    first_ms = MIDNIGHT_MS + 6 * MINUTE_MS
    found = await asked_from(first_ms, GetSummary(instrument=BTC))
    assert (found.open, found.high, found.low, found.vwap) == (None, None, None, None)
    assert (found.is_whole, found.known_from_ms, found.minutes) == (False, first_ms, 2)
    assert found.close is not None
    assert found.volume > 0


async def test_a_day_known_from_its_first_minutes_on_is_whole_and_a_named_span_tells_what_is_known() -> None:
    whole = await asked_from(MIDNIGHT_MS + 5 * MINUTE_MS, GetSummary(instrument=BTC))
    assert (whole.is_whole, whole.open is None) == (True, False)
    named = await asked_from(MIDNIGHT_MS + 9 * MINUTE_MS, GetSummary(instrument=BTC, start_ms=MIDNIGHT_MS))
    assert (named.is_whole, named.open is None) == (False, False)
