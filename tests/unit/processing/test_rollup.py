"""Longer bars from minutes."""

import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.processing.bar_builder import BarBuilder
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import Rollup, rolled_up
from tests.factories import BTC, a_bar

START_MS = 1_790_035_200_000
"""Midnight, UTC."""
LATER_MS = START_MS + 30 * DAY_MS


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NSE = SessionSpans(
    at("2026-09-21T03:45"),
    at("2026-09-24T03:45"),
    ((at("2026-09-21T03:45"), at("2026-09-21T10:00")), (at("2026-09-22T03:45"), at("2026-09-22T10:00"))),
)
"""09:15 to 15:30 on two days; the third is none."""


def grid(timeframe: str, sessions: SessionSpans = NOT_KNOWN) -> BarGrid:
    return BarGrid(TIMEFRAMES_MS[timeframe], sessions)


def rolled(parts: list[Bar], timeframe: str, sessions: SessionSpans = NOT_KNOWN) -> list[Bar]:
    return rolled_up(parts, timeframe, grid(timeframe, sessions), LATER_MS)


@st.composite
def some_minutes(draw: st.DrawFn) -> list[Bar]:
    offsets = draw(st.lists(st.integers(0, 4 * 1440), min_size=1, max_size=60, unique=True).map(sorted))
    price = st.integers(90, 110).map(float)
    bars = []
    for offset in offsets:
        first, last, other = draw(price), draw(price), draw(price)
        sampled = draw(st.booleans())
        bars.append(
            a_bar(
                open_ms=START_MS + offset * MINUTE_MS,
                open=first,
                close=last,
                high=max(first, last, other),
                low=min(first, last, other),
                volume=0.0 if sampled else draw(st.integers(0, 50)) / 4,
                trades=0 if sampled else draw(st.integers(1, 9)),
                revision=draw(st.integers(0, 2)),
                origin=BarOrigin.SAMPLED if sampled else draw(st.sampled_from(list(BarOrigin))),
            )
        )
    return bars


@given(some_minutes(), st.sampled_from(["5m", "15m", "1h"]), st.sampled_from([NOT_KNOWN, NSE]))
def test_nothing_is_lost_and_nothing_is_invented(
    minutes: list[Bar], timeframe: str, sessions: SessionSpans
) -> None:
    bars = rolled(minutes, timeframe, sessions)
    assert math.isclose(sum(bar.volume for bar in bars), sum(bar.volume for bar in minutes))
    assert sum(bar.trades for bar in bars) == sum(bar.trades for bar in minutes)
    assert max(bar.high for bar in bars) == max(bar.high for bar in minutes)
    assert min(bar.low for bar in bars) == min(bar.low for bar in minutes)
    assert (bars[0].open, bars[-1].close) == (minutes[0].open, minutes[-1].close)
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)


@given(
    some_minutes(), st.sampled_from([("5m", "15m"), ("5m", "1h"), ("15m", "1h"), ("1h", "1d"), ("5m", "1d")])
)
def test_a_rollup_of_a_rollup_is_the_rollup_of_the_minutes(
    minutes: list[Bar], timeframes: tuple[str, str]
) -> None:
    between, last = timeframes
    direct, by_way = rolled(minutes, last), rolled(rolled(minutes, between), last)
    assert len(direct) == len(by_way)
    for one, other in zip(direct, by_way, strict=True):
        assert math.isclose(one.volume, other.volume)
        assert replace(one, volume=0.0) == replace(other, volume=0.0)


@given(some_minutes(), st.integers(1, 20), st.sampled_from(list(TIMEFRAMES_MS)))
def test_taking_minutes_in_portions_changes_nothing(minutes: list[Bar], portion: int, timeframe: str) -> None:
    rollup = Rollup(timeframe, LATER_MS)
    for first in range(0, len(minutes), portion):
        rollup.add(minutes[first : first + portion], grid(timeframe))
    assert rollup.bars() == rolled(minutes, timeframe)


@given(
    st.lists(
        st.tuples(st.integers(0, 7_000_000), st.integers(90, 110), st.integers(0, 8)), min_size=1, max_size=60
    ),
    st.randoms(use_true_random=False),
)
def test_any_order_of_arrival_gives_the_same_hours(
    trades: list[tuple[int, int, int]], shuffler: random.Random
) -> None:
    numbered = [(START_MS + at, float(price), size / 4, n) for n, (at, price, size) in enumerate(trades)]
    mixed = list(numbered)
    shuffler.shuffle(mixed)
    hours = []
    for order in (numbered, mixed):
        builder = BarBuilder(BTC)
        for at_ms, price, size, number in order:
            builder.add_trade(price, size, at_ms, number, "binance:BTCUSDT")
        builder.close_due(LATER_MS)
        hours.append(rolled(list(builder.recent()), "1h"))
    assert hours[0] == hours[1]


def test_a_day_of_a_market_that_never_closes_is_a_day_of_utc() -> None:
    minutes = [a_bar(open_ms=START_MS + n * MINUTE_MS) for n in range(2 * 1440)]
    days = rolled(minutes, "1d")
    assert [bar.open_ms for bar in days] == [START_MS, START_MS + DAY_MS]
    assert [bar.missing for bar in days] == [0, 0]


def test_hours_and_days_of_an_exchange_begin_when_it_opens() -> None:
    open_ms = at("2026-09-21T03:45")
    minutes = [a_bar(open_ms=open_ms + n * MINUTE_MS) for n in range(376)]
    hours = rolled(minutes, "1h", NSE)
    assert [(bar.open_ms - open_ms) / 3_600_000 for bar in hours] == [0, 1, 2, 3, 4, 5, 6]
    assert [bar.open_ms for bar in rolled(minutes, "1d", NSE)] == [open_ms]
    assert hours[-1].trades == 7 * 16
    assert all(bar.missing == 0 for bar in hours)


def test_minutes_between_sessions_are_part_of_no_day() -> None:
    before, after = at("2026-09-21T11:30"), at("2026-09-22T03:30")
    minutes = [a_bar(open_ms=moment) for moment in (before, after, at("2026-09-22T03:45"))]
    assert [bar.open_ms for bar in rolled(minutes, "1d", NSE)] == [at("2026-09-22T03:45")]
    assert [bar.open_ms for bar in rolled(minutes, "1h", NSE)] == [
        at("2026-09-21T11:00"),
        at("2026-09-22T03:00"),
        at("2026-09-22T03:45"),
    ]


def test_outside_of_what_is_known_of_sessions_days_are_those_of_utc() -> None:
    minutes = [a_bar(open_ms=at("2026-09-20T10:00")), a_bar(open_ms=at("2026-09-25T10:00"))]
    assert [bar.open_ms for bar in rolled(minutes, "1d", NSE)] == [at("2026-09-20"), at("2026-09-25")]


def test_a_session_of_a_week_has_a_day_every_24_hours() -> None:
    sunday = at("2026-09-20T21:00")
    week = SessionSpans(sunday, sunday + 7 * DAY_MS, ((sunday, at("2026-09-25T21:00")),))
    minutes = [a_bar(open_ms=sunday + n * 3_600_000) for n in range(0, 5 * 24, 6)]
    assert [(bar.open_ms - sunday) / DAY_MS for bar in rolled(minutes, "1d", week)] == [0, 1, 2, 3, 4]


def test_breaks_are_not_missed() -> None:
    opens, closes = at("2026-09-21T01:30"), at("2026-09-21T08:00")
    pause = (at("2026-09-21T04:00"), at("2026-09-21T05:00"))
    hongkong = SessionSpans(opens, closes + DAY_MS, ((opens, closes),), (pause,))
    minutes = [
        a_bar(open_ms=moment)
        for moment in range(opens, closes, MINUTE_MS)
        if not pause[0] <= moment < pause[1]
    ]
    (day,) = rolled(minutes, "1d", hongkong)
    assert (day.open_ms, day.missing, day.trades) == (opens, 0, 7 * 330)


@pytest.mark.parametrize(("now_ms", "closed"), [(3_604_999, False), (3_605_000, True)])
def test_a_bar_is_closed_when_its_span_and_the_grace_are_over(now_ms: int, closed: bool) -> None:
    minutes = [a_bar(open_ms=START_MS + n * MINUTE_MS) for n in range(60)]
    (hour,) = rolled_up(minutes, "1h", grid("1h"), START_MS + now_ms)
    assert hour.closed is closed


def test_a_bar_with_an_open_minute_is_not_closed() -> None:
    minutes = [a_bar(open_ms=START_MS), a_bar(open_ms=START_MS + MINUTE_MS, closed=False)]
    (hour,) = rolled(minutes, "1h")
    assert not hour.closed


def test_minutes_that_are_not_there_are_counted_up_to_now() -> None:
    minutes = [a_bar(open_ms=START_MS + n * MINUTE_MS) for n in (0, 1, 4)]
    (forming,) = rolled_up(minutes, "1h", grid("1h"), START_MS + 5 * MINUTE_MS)
    (whole,) = rolled(minutes, "1h")
    assert (forming.missing, whole.missing) == (2, 57)


def test_a_rollup_follows_the_revisions_of_its_minutes() -> None:
    minutes = [a_bar(open_ms=START_MS, revision=1), a_bar(open_ms=START_MS + MINUTE_MS, revision=2)]
    assert rolled(minutes, "5m")[0].revision == 3


@pytest.mark.parametrize(
    ("origins", "weakest"),
    [
        ((BarOrigin.LIVE, BarOrigin.SAMPLED, BarOrigin.BACKFILL), BarOrigin.SAMPLED),
        ((BarOrigin.LIVE, BarOrigin.BACKFILL), BarOrigin.BACKFILL),
        ((BarOrigin.LIVE, BarOrigin.LIVE), BarOrigin.LIVE),
    ],
)
def test_a_rollup_is_worth_as_much_as_its_weakest_minute(
    origins: tuple[BarOrigin, ...], weakest: BarOrigin
) -> None:
    minutes = [a_bar(open_ms=START_MS + n * MINUTE_MS, origin=origin) for n, origin in enumerate(origins)]
    assert rolled(minutes, "5m")[0].origin is weakest
