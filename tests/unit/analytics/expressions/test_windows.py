"""The newest bars of instruments, as rules are held against them."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest

from rtp_tui.analytics.expressions.windows import FIGURES, NO_BAR_MS, WINDOW, BarRing, windows_of
from rtp_tui.model.market import Bar
from tests.factories import a_bar
from tests.unit.analytics.expressions.trees import MINUTE_MS

BAR_BYTES = 8 * (len(FIGURES) + 1)
"""Its figures and when it begins."""


def bars(count: int, first: int = 1) -> list[Bar]:
    return [a_bar(open_ms=n * MINUTE_MS, close=float(n)) for n in range(first, first + count)]


def held_bytes(rings: int, of: Sequence[Bar]) -> float:
    """What one of so many rings takes."""
    tracemalloc.start()
    try:
        made = [BarRing(of) for _ in range(rings)]
        return tracemalloc.get_traced_memory()[0] / len(made)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [0, 24, WINDOW, 2 * WINDOW])
def test_a_ring_takes_room_for_the_bars_it_shows_and_a_tenth_of_a_window_more(count: int) -> None:
    shown = min(count, WINDOW)
    assert held_bytes(50, bars(count)) < (shown + 0.1 * WINDOW) * BAR_BYTES + 1_500


@pytest.mark.parametrize("count", [0, 1, 65, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 7])
def test_a_ring_shows_the_newest_bars_whether_it_was_given_them_or_took_them(count: int) -> None:
    given, taken = BarRing(bars(count)), BarRing()
    assert [taken.add(bar) for bar in bars(count)] == [True] * count
    shown = [float(n) for n in range(1, count + 1)][-WINDOW:]
    for ring in (given, taken):
        assert len(ring) == len(shown)
        assert list(ring.figures()[FIGURES.index("close")]) == shown
        assert list(ring.moments()) == [n * MINUTE_MS for n in shown]


def test_a_bar_that_a_ring_has_let_go_of_or_never_had_changes_nothing() -> None:
    ring = BarRing([*bars(1), *bars(WINDOW, first=3)])
    before = ring.figures().copy()
    assert not ring.add(a_bar(open_ms=2 * MINUTE_MS, close=9.0))
    assert not ring.add(a_bar(open_ms=0, close=9.0))
    np.testing.assert_array_equal(ring.figures(), before)


def test_instruments_with_fewer_bars_have_gaps_before_them() -> None:
    few = BarRing(bars(2, first=WINDOW))
    windows = windows_of([BarRing(bars(WINDOW + 1)), few, BarRing()], [0.5, None, None])
    closes, open_ms = windows.figures["close"], windows.open_ms
    assert closes.shape == open_ms.shape == (3, WINDOW)
    np.testing.assert_array_equal(closes[0], np.arange(2.0, WINDOW + 2))
    np.testing.assert_array_equal(closes[1, -2:], closes[0, -2:])
    np.testing.assert_array_equal(open_ms[1, -2:], open_ms[0, -2:])
    assert np.isnan(closes[1, :-2]).all()
    assert (open_ms[1, :-2] == NO_BAR_MS).all()
    assert np.isnan(closes[2]).all()
    assert windows.spread[0] == 0.5
    assert np.isnan(windows.spread[1:]).all()
