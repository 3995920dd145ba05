"""What stands out in minutes and between feeds."""

from collections.abc import Sequence
from random import Random

import pytest

from rtp_tui.model.market import Bar
from rtp_tui.model.quality import AnomalyKind
from rtp_tui.monitoring.anomalies import STUCK_MINUTES, judge_minute, peers, quote_currency
from tests.factories import NOW_MS, a_bar, an_instrument

MINUTE_MS = 60_000
BTC = an_instrument("crypto:BTC", feeds=("binance:BTCUSDT", "okx:BTC-USDT", "coinbase:BTC-USD"))


def a_walk(count: int = 60, *, seed: int = 1, deviation: float = 0.0005) -> list[Bar]:
    """Minutes of a price that moves by chance."""
    random, close, bars = Random(seed), 100.0, []
    for number in range(count):
        close *= 1 + random.gauss(0, deviation)
        bars.append(minute(number, close, volume=10 + random.random()))
    return bars


def minute(number: int, close: float, *, volume: float = 10.0, spread: float = 0.01) -> Bar:
    return a_bar(
        open_ms=NOW_MS + number * MINUTE_MS,
        open=close,
        high=close + spread,
        low=close - spread,
        close=close,
        volume=volume,
    )


def kinds(bars: Sequence[Bar], *, has_peers: bool = False) -> list[AnomalyKind]:
    return [anomaly.kind for anomaly in judge_minute(BTC, bars, has_peers=has_peers)]


@pytest.mark.parametrize("seed", range(5))
def test_a_price_that_moves_by_chance_is_left_in_peace(seed: int) -> None:
    bars = a_walk(300, seed=seed)
    assert [kind for end in range(2, 300) for kind in kinds(bars[:end])] == []


def test_a_minute_that_moves_far_beyond_the_others_is_a_spike() -> None:
    bars = a_walk()
    [spike] = judge_minute(BTC, [*bars, minute(60, bars[-1].close * 1.02)], has_peers=True)
    assert (spike.kind, spike.expected) == (AnomalyKind.PRICE_SPIKE, bars[-1].close)
    assert spike.detail.startswith("+2.00 % in a minute")
    assert kinds([*bars, minute(60, bars[-1].close * 1.005)], has_peers=True) == []


def test_nothing_is_a_spike_before_twenty_minutes_are_known() -> None:
    bars = a_walk(20)
    assert kinds([*bars, minute(60, bars[-1].close * 2)], has_peers=True) == []


@pytest.mark.parametrize(("volume", "found"), [(29.0, []), (35.0, [AnomalyKind.VOLUME_SURGE])])
def test_three_times_the_average_volume_is_a_surge(volume: float, found: list[AnomalyKind]) -> None:
    bars = a_walk()
    assert kinds([*bars, minute(60, bars[-1].close, volume=volume)]) == found


def test_sampled_minutes_without_a_volume_have_no_surge() -> None:
    bars = [minute(n, 100.0 + n % 2 / 10, volume=0.0) for n in range(30)]
    assert kinds([*bars, minute(30, 100.0, volume=1.0)]) == []


def test_a_price_that_used_to_move_is_told_stuck_once_after_ten_minutes() -> None:
    bars = a_walk(40)
    frozen = [minute(40 + n, bars[-1].close, spread=0.0) for n in range(STUCK_MINUTES + 5)]
    found = [kinds([*bars, *frozen[:count]]) for count in range(1, len(frozen) + 1)]
    assert found == [
        [AnomalyKind.STUCK_VALUE] if count == STUCK_MINUTES else [] for count in range(1, len(frozen) + 1)
    ]


def test_a_price_that_seldom_moves_is_not_stuck() -> None:
    quiet = [minute(n, 100.0 + n // 10 / 100, spread=0.0) for n in range(60)]
    assert all(kinds(quiet[:count]) == [] for count in range(2, 60))


def test_a_single_source_is_held_against_its_own_median_and_told_once() -> None:
    bars = a_walk(60)
    high = [minute(60 + n, bars[-1].close * 1.013) for n in range(3)]
    assert AnomalyKind.DEVIATION in kinds([*bars, high[0]])
    assert AnomalyKind.DEVIATION not in kinds([*bars, *high[:2]])
    assert AnomalyKind.DEVIATION not in kinds([*bars, high[0]], has_peers=True)


@pytest.mark.parametrize("seed", range(5))
def test_a_single_source_that_is_lively_wanders_from_its_median_in_peace(seed: int) -> None:
    bars = a_walk(400, seed=seed, deviation=0.004)
    found = [kind for end in range(2, 400) for kind in kinds(bars[max(0, end - 120) : end])]
    assert AnomalyKind.DEVIATION not in found
    assert AnomalyKind.DEVIATION in kinds([*bars, minute(400, bars[-1].close * 1.15)])


@pytest.mark.parametrize(
    ("feed", "currency"),
    [
        ("binance:BTCUSDT", "USDT"),
        ("coinbase:BTC-USD", "USD"),
        ("okx:BTC-USDT", "USDT"),
        ("kraken:XBT/USD", "USD"),
        ("coingecko:bitcoin", "USD"),
        ("yahoo:BTC", "USD"),
    ],
)
def test_the_currency_of_a_feed_is_read_off_its_symbol(feed: str, currency: str) -> None:
    assert quote_currency(BTC, feed) == currency


def test_only_what_was_said_lately_in_the_same_currency_is_compared() -> None:
    said = {
        "okx:BTC-USDT": (101.0, NOW_MS),
        "bybit:BTCUSDT": (102.0, NOW_MS - 1),
        "coinbase:BTC-USD": (99.0, NOW_MS),
    }
    assert peers(BTC, "binance:BTCUSDT", said, NOW_MS) == {"okx:BTC-USDT": 101.0}
