"""The newest bars of each instrument, as columns."""

import math
from random import Random

import pytest

from rtp_tui.analytics.indicators.presets import RING_BARS
from rtp_tui.analytics.indicators.rings import Ring, Rings
from rtp_tui.model.market import Bar
from tests.factories import BTC, ETH, a_bar
from tests.indicated import FIRST_MS, MINUTE_MS, wandering_bars


def closes(ring: Ring) -> list[tuple[int, float]]:
    bars = ring.columns
    return list(zip(bars.open_ms.tolist(), bars.rows[3].tolist(), strict=True))


def expected(bars: list[Bar]) -> list[tuple[int, float]]:
    known = {bar.open_ms: bar.close for bar in bars}
    return sorted(known.items())[-RING_BARS:]


@pytest.mark.parametrize("count", [0, 1, RING_BARS, RING_BARS + 1, 3 * RING_BARS])
def test_the_newest_bars_are_held_in_order(count: int) -> None:
    ring, bars = Ring(), wandering_bars(count)
    for bar in bars:
        ring.put(bar)

    assert closes(ring) == expected(bars)


def test_a_revised_bar_takes_the_place_of_the_one_it_was() -> None:
    ring = Ring()
    ring.fill(wandering_bars(10))
    ring.put(a_bar(open_ms=FIRST_MS + 4 * MINUTE_MS, close=55.0))

    assert len(ring) == 10
    assert closes(ring)[4] == (FIRST_MS + 4 * MINUTE_MS, 55.0)


@pytest.mark.parametrize("seed", range(5))
def test_bars_in_any_order_give_the_same_ring(seed: int) -> None:
    bars = wandering_bars(2 * RING_BARS)
    near = [
        bars[place] for place in sorted(range(len(bars)), key=lambda n: n + Random(seed + n).uniform(0, 40))
    ]
    ring = Ring()
    for bar in near:
        ring.put(bar)

    assert closes(ring) == expected(bars)


def test_a_bar_older_than_all_of_a_full_ring_is_left_out() -> None:
    ring = Ring()
    ring.fill(wandering_bars(RING_BARS))
    before = closes(ring)
    ring.put(a_bar(open_ms=FIRST_MS - MINUTE_MS))

    assert closes(ring) == before


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_a_bar_with_something_that_is_no_number_is_left_out(column: str) -> None:
    ring = Ring()
    wrong = a_bar(open_ms=FIRST_MS + MINUTE_MS, **{column: math.nan})
    ring.fill([a_bar(open_ms=FIRST_MS), wrong])
    ring.put(wrong)

    assert [open_ms for open_ms, _ in closes(ring)] == [FIRST_MS]


def test_instruments_that_are_no_more_are_forgotten() -> None:
    rings = Rings()
    rings.put([a_bar(), a_bar(instrument=ETH)])
    rings.keep([BTC])

    assert set(rings.held) == {BTC}
