"""The newest bars of each instrument, as columns."""

import math
import tracemalloc
from random import Random

import pytest

from rtp_tui.analytics.indicators.presets import LEAST_BARS, MOST_BARS
from rtp_tui.analytics.indicators.rings import Ring, Rings, least_bars
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from tests.factories import BTC, ETH, a_bar
from tests.indicated import FIRST_MS, MINUTE_MS, wandering_bars

HOUR_MS = 60 * MINUTE_MS


def closes(ring: Ring) -> list[tuple[int, float]]:
    bars = ring.columns
    return list(zip(bars.open_ms.tolist(), bars.rows[3].tolist(), strict=True))


def expected(bars: list[Bar], least: int = LEAST_BARS) -> list[tuple[int, float]]:
    """The bars since the latest even hour that has so many after it."""
    known = sorted({bar.open_ms: bar.close for bar in bars}.items())
    if len(known) < least:
        return known
    hour = known[-least][0] // (2 * HOUR_MS) * 2 * HOUR_MS
    return [(open_ms, close) for open_ms, close in known if open_ms >= hour]


@pytest.mark.parametrize("count", [0, 1, LEAST_BARS - 1, LEAST_BARS, LEAST_BARS + 1, 3 * LEAST_BARS])
def test_a_series_begins_at_the_latest_even_hour_with_bars_enough_after_it(count: int) -> None:
    ring, bars = Ring(), wandering_bars(count)
    for bar in bars:
        ring.put(bar)

    assert closes(ring) == expected(bars)
    assert len(ring) >= min(count, LEAST_BARS)


def test_a_series_that_moves_on_is_never_too_short_or_too_long() -> None:
    ring, bars = Ring(700), wandering_bars(1_300)
    beginnings, lengths = set(), set()
    for bar in bars:
        ring.put(bar)
        beginnings.add(closes(ring)[0][0])
        lengths.add(len(ring))

    later = sorted(beginnings)[1:]
    assert len(later) >= 4
    assert all(one % (2 * HOUR_MS) == 0 for one in later)
    assert max(lengths) <= MOST_BARS
    assert set(range(1, 700)) | set(range(700, 820)) == lengths | set(range(700, 820))


@pytest.mark.parametrize("count", [0, 60, LEAST_BARS])
def test_a_ring_takes_room_for_the_bars_it_holds_and_a_tenth_of_a_full_one_more(count: int) -> None:
    bars, bar_bytes = wandering_bars(count), 8 * 6
    tracemalloc.start()
    try:
        rings = [Ring() for _ in range(50)]
        for ring in rings:
            ring.fill(bars)
        held_bytes = tracemalloc.get_traced_memory()[0] / len(rings)
    finally:
        tracemalloc.stop()
    assert held_bytes < (len(rings[0]) + 0.1 * LEAST_BARS) * bar_bytes + 1_500


def test_a_revised_bar_takes_the_place_of_the_one_it_was() -> None:
    ring = Ring()
    ring.fill(wandering_bars(10))
    before = ring.revisions
    ring.put(a_bar(open_ms=FIRST_MS + 4 * MINUTE_MS, close=55.0))

    assert len(ring) == 10
    assert closes(ring)[4] == (FIRST_MS + 4 * MINUTE_MS, 55.0)
    assert ring.revisions == before + 1


def test_only_what_is_no_bar_behind_the_newest_counts_as_a_revision() -> None:
    ring, bars = Ring(), wandering_bars(30)
    ring.fill(bars[:10])
    before = ring.revisions
    ring.put(bars[10])
    ring.put(bars[20])
    ring.fill(bars[:11] + bars[20:25])
    assert ring.revisions == before
    ring.put(bars[15])
    assert ring.revisions == before + 1
    ring.fill(bars[1:])
    assert ring.revisions == before + 2


@pytest.mark.parametrize("seed", range(5))
def test_bars_in_any_order_give_the_same_ring(seed: int) -> None:
    bars = wandering_bars(2 * LEAST_BARS)
    near = [
        bars[place] for place in sorted(range(len(bars)), key=lambda n: n + Random(seed + n).uniform(0, 40))
    ]
    ring = Ring()
    for bar in near:
        ring.put(bar)

    assert closes(ring) == expected(bars)


@pytest.mark.parametrize("count", [50, LEAST_BARS + 50, 1_150, 1_250])
def test_a_ring_filled_from_the_newest_bars_is_the_one_that_was_told_all(count: int) -> None:
    bars = [bar for bar in wandering_bars(count) if bar.open_ms // MINUTE_MS % 700 < 500]
    told, filled = Ring(650), Ring(650)
    for bar in bars:
        told.put(bar)
    filled.fill(bars[-MOST_BARS:])

    assert closes(told) == closes(filled) == expected(bars, 650)


def test_series_of_many_instruments_move_on_in_different_minutes_even_after_a_night() -> None:
    day = wandering_bars(390)
    after = wandering_bars(390, first_ms=FIRST_MS + 24 * HOUR_MS)
    then = wandering_bars(390, first_ms=FIRST_MS + 48 * HOUR_MS)
    rings = [Ring(least_bars(InstrumentId(f"stocks:S{number}"))) for number in range(40)]
    for ring in rings:
        ring.fill(day)
    moved = []
    for bar in (*after, *then):
        before = [ring.revisions for ring in rings]
        for ring in rings:
            ring.put(bar)
        moved.append(sum(ring.revisions != was for ring, was in zip(rings, before, strict=True)))

    assert sum(moved) >= len(rings)
    assert max(moved) <= 5


def test_a_bar_from_before_the_series_is_left_out() -> None:
    ring = Ring()
    ring.fill(wandering_bars(MOST_BARS))
    before = closes(ring)
    ring.put(a_bar(open_ms=before[0][0] - MINUTE_MS))

    assert closes(ring) == before


def test_bars_that_begin_at_no_minute_do_not_make_it_longer() -> None:
    ring = Ring()
    for number in range(2 * MOST_BARS):
        ring.put(a_bar(open_ms=FIRST_MS + number))

    assert len(ring) == MOST_BARS


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
