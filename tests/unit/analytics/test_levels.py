"""Support, resistance, supply and demand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.analytics.levels import MOST_LEVELS, support_and_resistance
from rtp_tui.analytics.swings import PlainBar, mean_true_range, swings
from rtp_tui.analytics.zones import MOST_ZONES, supply_and_demand
from rtp_tui.model.levels import LevelKind, ZoneKind
from tests.indicated import MINUTE_MS, plain


def wave(turns: int) -> list[float]:
    """From 100 up to 110 and back in steps of two, so many times."""
    return [
        *(100.0 + 2 * step for _ in range(turns) for step in (0, 1, 2, 3, 4, 5, 4, 3, 2, 1)),
        100.0,
        102.0,
    ]


def test_a_swing_stands_out_from_three_bars_on_each_side() -> None:
    bars = plain(1, 2, 3, 4, 3, 2, 1, 0, 1, 2, 3, reach=0.1)

    assert [(one.place, one.price) for one in swings(bars)] == [(3, 4.1), (7, -0.1)]


def test_of_equal_highs_the_first_is_the_swing() -> None:
    bars = plain(1, 2, 3, 4, 4, 4, 3, 2, 1, reach=0.0)

    assert [one.place for one in swings(bars) if one.price == 4] == [3]


def test_where_the_market_turned_twice_is_a_level() -> None:
    bars = plain(*wave(4))
    support, resistance = support_and_resistance(bars)

    assert (support.kind, support.price, support.touches) == (LevelKind.SUPPORT, 99.5, 3)
    assert (resistance.kind, resistance.price, resistance.touches) == (LevelKind.RESISTANCE, 110.5, 4)
    assert resistance.first_ms == 5 * MINUTE_MS
    assert resistance.last_ms == 35 * MINUTE_MS


def test_what_was_resistance_is_support_once_the_price_is_above() -> None:
    below = support_and_resistance(plain(*wave(3)))
    above = support_and_resistance(plain(*wave(3), 108.0, 114.0, 120.0))

    assert {level.kind for level in below if level.price > 105} == {LevelKind.RESISTANCE}
    assert {level.kind for level in above if level.price > 105} == {LevelKind.SUPPORT}


def test_a_level_with_more_volume_at_its_touches_is_stronger() -> None:
    volumes = [10.0 if close >= 110 else 1.0 for close in wave(4)]
    support, resistance = support_and_resistance(plain(*wave(4), volumes=volumes))

    assert resistance.strength == 100
    assert support.strength < support_and_resistance(plain(*wave(4)))[0].strength


def quiet_then(*closes: float) -> list[float]:
    """Twenty bars about 100, then these."""
    return [*(100.0 + 0.2 * (place % 2) for place in range(20)), *closes]


def test_a_base_left_upwards_at_once_is_demand_and_downwards_supply() -> None:
    [demand] = supply_and_demand(plain(*quiet_then(108.0, 109.0, 110.0)))
    [supply] = supply_and_demand(plain(*quiet_then(92.0, 91.0, 90.0)))

    assert (demand.kind, demand.low, demand.high) == (ZoneKind.DEMAND, 99.5, 100.7)
    assert (supply.kind, supply.low, supply.high) == (ZoneKind.SUPPLY, 99.5, 100.7)
    assert demand.tests == 0
    assert demand.from_ms == 16 * MINUTE_MS


def test_a_zone_that_a_bar_closes_beyond_is_no_more() -> None:
    held = supply_and_demand(plain(*quiet_then(108.0, 104.0, 101.0, 99.6)))
    broken = supply_and_demand(plain(*quiet_then(108.0, 104.0, 101.0, 99.4)))

    assert ZoneKind.DEMAND in {zone.kind for zone in held}
    assert ZoneKind.DEMAND not in {zone.kind for zone in broken}


def test_each_visit_is_counted() -> None:
    [zone] = [
        one
        for one in supply_and_demand(plain(*quiet_then(108.0, 104.0, 101.0, 105.0, 107.0, 101.0, 106.0)))
        if one.kind is ZoneKind.DEMAND and one.low < 101
    ]

    assert zone.tests == 2


def test_of_two_bases_the_one_with_more_volume_is_stronger() -> None:
    closes = quiet_then(108.0, *(108.0 + 0.2 * (place % 2) for place in range(6)), 116.0)
    heavy_last = [1.0] * 22 + [5.0] * 6

    first, last = supply_and_demand(plain(*closes, volumes=heavy_last))

    assert last.low > first.high
    assert last.strength == 100 > first.strength
    assert last.volume > first.volume


def test_without_bars_or_movement_there_is_nothing() -> None:
    for bars in ([], plain(100.0), plain(*[100.0] * 50, reach=0.0)):
        assert support_and_resistance(bars) == ()
        assert supply_and_demand(bars) == ()


def test_without_volume_all_bars_weigh_the_same() -> None:
    bars = plain(*wave(4))
    silent = [replace(bar, volume=0.0) for bar in bars]

    assert support_and_resistance(silent) == support_and_resistance(bars)


prices = st.floats(1.0, 1_000.0)


@st.composite
def some_bars(draw: st.DrawFn) -> list[PlainBar]:
    closes = draw(st.lists(prices, max_size=80))
    volumes = draw(st.lists(st.floats(0.0, 1e6), min_size=len(closes), max_size=len(closes)))
    return plain(*closes, reach=draw(st.floats(0.0, 5.0)), volumes=volumes)


@given(some_bars())
def test_levels_lie_within_the_bars_in_order_and_the_strongest_has_a_hundred(bars: list[PlainBar]) -> None:
    levels = support_and_resistance(bars)

    assert len(levels) <= MOST_LEVELS
    assert [level.price for level in levels] == sorted(level.price for level in levels)
    for level in levels:
        assert min(bar.low for bar in bars) - 1e-6 <= level.price <= max(bar.high for bar in bars) + 1e-6
        assert level.touches >= 2
        assert 0 <= level.strength <= 100
        assert level.first_ms <= level.last_ms
        assert (level.price <= bars[-1].close) == (level.kind is LevelKind.SUPPORT)
    if any(level.strength for level in levels):
        assert max(level.strength for level in levels) == 100


@given(some_bars())
def test_zones_hold_and_do_not_overlap_others_of_their_kind(bars: list[PlainBar]) -> None:
    zones = supply_and_demand(bars)

    assert len(zones) <= MOST_ZONES
    for zone in zones:
        assert zone.low <= zone.high
        assert zone.volume >= 0
        assert 0 <= zone.strength <= 100
        assert zone.tests >= 0
    for kind in ZoneKind:
        same = [zone for zone in zones if zone.kind is kind]
        assert all(one.high < other.low for one, other in pairwise(same))


@given(some_bars(), st.floats(0.1, 10.0))
def test_in_another_currency_levels_are_the_same_but_for_the_price(bars: list[PlainBar], rate: float) -> None:
    # Ties of prices that are no longer equal after a multiplication may group otherwise: powers of two keep them.
    rate = 2.0 ** round(rate - 5)
    exchanged = [
        replace(bar, open=bar.open * rate, high=bar.high * rate, low=bar.low * rate, close=bar.close * rate)
        for bar in bars
    ]

    assert [(level.touches, level.kind) for level in support_and_resistance(exchanged)] == [
        (level.touches, level.kind) for level in support_and_resistance(bars)
    ]


@given(some_bars())
def test_a_mean_true_range_is_at_least_that_of_bars_alone(bars: list[PlainBar]) -> None:
    alone = sum(bar.high - bar.low for bar in bars) / len(bars) if bars else 0.0

    assert mean_true_range(bars) >= alone - 1e-6


def test_prices_whose_sum_is_no_number_have_levels_too() -> None:
    bars = plain(*([1e308, 1.2e308, 1.5e308, 1.7e308, 1.5e308, 1.2e308] * 8), reach=0.0)
    assert [level.price for level in support_and_resistance(bars)] == pytest.approx([1e308, 1.7e308])
