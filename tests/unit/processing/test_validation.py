"""What an observation must be to be kept."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import RejectReason, Tick, TickKind
from rtp_tui.processing.validation import FUTURE_TOLERANCE_MS, FutureWatch, SetbackWatch, reject_reason
from tests.factories import NOW_MS, a_quote_tick, a_trade

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("tick", "reason"),
    [
        (a_trade(price=nan), RejectReason.NOT_FINITE),
        (a_trade(price=inf), RejectReason.NOT_FINITE),
        (a_trade(price=0.0), RejectReason.NOT_POSITIVE),
        (a_trade(price=-0.0), RejectReason.NOT_POSITIVE),
        (a_trade(price=-1.0), RejectReason.NOT_POSITIVE),
        (a_trade(size=-0.5), RejectReason.NEGATIVE_SIZE),
        (a_trade(size=nan), RejectReason.NOT_FINITE),
        (a_trade(size=inf), RejectReason.NOT_FINITE),
        (a_trade(price=1e308), RejectReason.OUT_OF_RANGE),
        (a_trade(price=5e-324), RejectReason.OUT_OF_RANGE),
        (a_trade(size=1e308), RejectReason.OUT_OF_RANGE),
        (a_quote_tick(bid=1e19), RejectReason.OUT_OF_RANGE),
        (a_quote_tick(volume_24h=1e308), RejectReason.OUT_OF_RANGE),
        (a_trade(event_ms=NOW_MS // 1000), RejectReason.WRONG_TIME_UNIT),
        (a_trade(event_ms=NOW_MS * 1000), RejectReason.WRONG_TIME_UNIT),
        (a_trade(event_ms=0), RejectReason.WRONG_TIME_UNIT),
        (a_trade(event_ms=-1), RejectReason.WRONG_TIME_UNIT),
        (a_trade(price=None), RejectReason.EMPTY),
        (a_trade(price=None, bid=1.0, ask=2.0), RejectReason.EMPTY),
        (a_quote_tick(bid=None, ask=None), RejectReason.EMPTY),
        (a_quote_tick(bid=101.0, ask=100.0), RejectReason.CROSSED),
        (a_quote_tick(bid=nan), RejectReason.NOT_FINITE),
        (a_quote_tick(ask=0.0), RejectReason.NOT_POSITIVE),
        (a_quote_tick(open_24h=nan), RejectReason.NOT_FINITE),
        (a_quote_tick(open_24h=-3.0), RejectReason.NOT_POSITIVE),
        (a_quote_tick(volume_24h=-1.0), RejectReason.NEGATIVE_SIZE),
        (a_quote_tick(volume_24h=nan), RejectReason.NOT_FINITE),
    ],
)
def test_each_impossible_observation_has_its_reason(tick: Tick, reason: RejectReason) -> None:
    assert reject_reason(tick) is reason


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"volume_24h": nan}, RejectReason.NOT_FINITE),
        ({"volume_24h": -1.0}, RejectReason.NEGATIVE_SIZE),
        ({"previous_close": 0.0}, RejectReason.NOT_POSITIVE),
        ({"previous_close": nan}, RejectReason.NOT_FINITE),
        ({"market_cap": inf}, RejectReason.NOT_FINITE),
        ({"market_cap": -5.0}, RejectReason.NOT_POSITIVE),
    ],
)
def test_a_polled_figure_is_judged_although_neither_bid_nor_ask_is_told(
    figures: dict[str, Any], reason: RejectReason
) -> None:
    poll = a_trade(kind=TickKind.POLL, size=None, sequence=None, **figures)

    assert reject_reason(poll) is reason


@pytest.mark.parametrize(
    "tick",
    [
        a_trade(),
        a_trade(size=0.0),
        a_trade(size=None),
        a_trade(event_ms=None),
        a_trade(sequence=None),
        a_trade(event_ms=NOW_MS - 20 * 365 * 24 * HOUR_MS),
        a_quote_tick(bid=100.0, ask=100.0),
        a_quote_tick(bid=None),
        a_quote_tick(bid=None, ask=None, open_24h=1.0),
        a_quote_tick(bid=None, ask=None, volume_24h=0.0),
        a_quote_tick(bid=None, ask=None, market_cap=1e12),
        a_quote_tick(bid=None, ask=None, previous_close=99.5),
        a_quote_tick(bid=None, ask=None, price=5.0),
    ],
)
def test_what_can_be_true_is_kept(tick: Tick) -> None:
    assert reject_reason(tick) is None


_anything = st.none() | st.floats()


@given(
    kind=st.sampled_from(TickKind),
    price=_anything, size=_anything, bid=_anything, ask=_anything, open_24h=_anything, volume_24h=_anything,
    previous_close=_anything, market_cap=_anything, event_ms=st.none() | st.integers(),
)  # fmt: skip
def test_whatever_comes_is_judged_without_raising_and_what_is_kept_is_finite(**figures: Any) -> None:
    tick = a_quote_tick(**figures)

    if reject_reason(tick) is None:
        used = {"price", "size"} if tick.kind is TickKind.TRADE else figures.keys() - {"kind", "event_ms"}
        told = [figures[name] for name in used if figures[name] is not None]
        assert told
        assert all(0.0 <= value < inf for value in told)
        assert tick.price is not None or tick.kind is not TickKind.TRADE


def test_one_observation_a_day_ahead_is_an_accident() -> None:
    watch = FutureWatch()

    assert watch.is_accident(24 * HOUR_MS, NOW_MS)


def test_twenty_in_a_row_from_the_same_distance_ahead_are_the_venues_clock() -> None:
    watch = FutureWatch()

    verdicts = [watch.is_accident(24 * HOUR_MS + i, NOW_MS) for i in range(21)]

    assert verdicts == [True] * 19 + [False] * 2


def test_twenty_from_different_distances_ahead_stay_accidents() -> None:
    watch = FutureWatch()

    assert all(watch.is_accident(day * 24 * HOUR_MS, NOW_MS) for day in range(1, 60))


def test_accidents_between_good_observations_never_add_up_to_a_clock() -> None:
    watch = FutureWatch()

    assert all(watch.is_accident(24 * HOUR_MS, NOW_MS + i) for i in range(100))


def test_a_clock_that_was_forgotten_must_be_learned_again() -> None:
    watch = FutureWatch()
    for _ in range(20):
        watch.is_accident(24 * HOUR_MS, NOW_MS)
    watch.forget()

    assert watch.is_accident(24 * HOUR_MS, NOW_MS)


def test_an_hour_more_than_the_learned_clock_is_tolerated_and_not_more() -> None:
    watch = FutureWatch()
    for _ in range(20):
        watch.is_accident(24 * HOUR_MS, NOW_MS)

    assert not watch.is_accident(24 * HOUR_MS + FUTURE_TOLERANCE_MS, NOW_MS)
    assert watch.is_accident(24 * HOUR_MS + FUTURE_TOLERANCE_MS + 1, NOW_MS)


def test_twenty_in_a_row_a_minute_older_than_the_newest_say_that_the_clock_was_set_back() -> None:
    watch = SetbackWatch()

    assert [watch.is_set_back(NOW_MS - 60_000 + i, NOW_MS) for i in range(-19, 1)] == [False] * 19 + [True]


def test_late_observations_between_newer_ones_are_late_and_no_setback() -> None:
    watch = SetbackWatch()

    assert not any(watch.is_set_back(NOW_MS - HOUR_MS, NOW_MS + i) for i in range(100))


def test_observations_that_are_only_seconds_late_are_no_setback() -> None:
    watch = SetbackWatch()

    assert not any(watch.is_set_back(NOW_MS - 59_999, NOW_MS) for _ in range(100))


def test_where_our_own_clock_is_set_the_venues_times_stay_believed() -> None:
    watch = FutureWatch()
    assert not watch.is_accident(1_000, NOW_MS)
    watch.follow(-24 * HOUR_MS)
    assert not watch.is_accident(24 * HOUR_MS + 1_000, NOW_MS)
    assert watch.is_accident(48 * HOUR_MS, NOW_MS)
    watch.follow(24 * HOUR_MS)
    assert watch.is_accident(24 * HOUR_MS, NOW_MS)
