"""Bars of many instruments that close together."""

import tracemalloc

from rtp_tui.analytics.signals.firing import Evaluator
from rtp_tui.analytics.signals.following import WINDOWS_AT_ONCE, ClosedBar, Follower
from rtp_tui.analytics.signals.indicator_values import LibraryIndicators
from rtp_tui.analytics.signals.strategies import understood
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.signals import Strategy
from rtp_tui.processing.bar_grid import MINUTE_MS
from tests.unit.analytics.signals.fed import START_MS, grid_of, minutes

NAMES = tuple(InstrumentId(f"crypto:C{number:03}") for number in range(9 * WINDOWS_AT_ONCE + 5))


def closing_together() -> tuple[Follower, list[ClosedBar]]:
    """A rule that is not true of any of the instruments, and of each a bar that makes it true."""
    indicators = LibraryIndicators()
    rule = understood(Strategy(name="high", when="close > 5"), indicators)
    follower = Follower("1m", Evaluator([rule], "1m", indicators), grid_of)
    for name in NAMES:
        follower.begin(name, minutes(1.0, 1.0, instrument=name), (), START_MS + 10 * MINUTE_MS)
    bars = [minutes(9.0, instrument=name, start_ms=START_MS + 2 * MINUTE_MS)[0] for name in NAMES]
    return follower, [ClosedBar(bar, bar.open_ms + MINUTE_MS) for bar in bars]


def test_bars_that_close_together_are_each_held_against_the_rules() -> None:
    follower, closed = closing_together()
    assert [one.instrument for one in follower.evaluate(closed, lambda _: None)] == list(NAMES)


def test_what_that_takes_meanwhile_does_not_grow_with_the_instruments() -> None:
    follower, closed = closing_together()
    tracemalloc.start()
    try:
        follower.evaluate(closed, lambda _: None)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000
