"""What became of the price after a signal. Pure.

The outcome after a while is the close of the newest minute that had ended by then. The move is measured from the signal's
price, in percent of it, and counts as gained in the direction that the strategy expected. It is a hit where it has that
direction and exceeds the spread that there was at the signal; of a spread that is not known, any move will do.
"""

from collections.abc import Iterable, Sequence

from rtp_tui.model.market import Bar
from rtp_tui.model.signals import HORIZONS_MS, Outcome, Score, Signal

MINUTE_MS = 60_000
SETTLES_AFTER_MS = 10_000
"""The minute is closed by then, where the market is lively."""
PATIENCE_MS = 10 * MINUTE_MS
"""A minute that is not there may still come, closed late or repaired; after that an older one must do."""
OLDEST_MS = 15 * MINUTE_MS
"""An older minute than this says nothing of the price at a moment."""


def minutes_wanted(signal: Signal) -> tuple[int, int] | None:
    """The span in which the minute begins that tells the next outcome; None where there is none to come."""
    due_ms = signal.due_ms
    return None if due_ms is None else (max(signal.at_ms, due_ms - OLDEST_MS), due_ms - MINUTE_MS + 1)


def settled(signal: Signal, minutes: Sequence[Bar], now_ms: int) -> Signal | None:
    """The signal with its next outcome, of the minutes of `minutes_wanted`; None while it is to be waited for."""
    wanted = minutes_wanted(signal)
    due_ms = signal.due_ms
    if wanted is None or due_ms is None or now_ms < due_ms + SETTLES_AFTER_MS:
        return None
    there = [bar for bar in minutes if wanted[0] <= bar.open_ms < wanted[1] and bar.closed]
    newest = max(there, key=lambda bar: bar.open_ms, default=None)
    is_exact = newest is not None and newest.open_ms + MINUTE_MS >= due_ms
    if not is_exact and now_ms < due_ms + PATIENCE_MS:
        return None
    return signal.with_outcome(outcome_of(signal, None if newest is None else newest.close))


def outcome_of(signal: Signal, price: float | None) -> Outcome:
    """The next outcome at a price; of no price nothing is known."""
    after_ms = HORIZONS_MS[len(signal.outcomes)]
    if price is None:
        return Outcome(after_ms=after_ms)
    gained = signal.direction.sign * (price - signal.price)
    return Outcome(
        after_ms=after_ms,
        price=price,
        move_pct=100 * gained / signal.price if signal.price else None,
        is_hit=gained > max(0.0, signal.spread or 0.0),
    )


class Tally:
    """How a strategy's signals did after one while."""

    __slots__ = ("after_ms", "gained_pct", "hits", "known")

    def __init__(self, after_ms: int) -> None:
        self.after_ms = after_ms
        self.known = self.hits = 0
        self.gained_pct = 0.0

    def add(self, outcome: Outcome) -> None:
        """Take one more outcome."""
        if outcome.is_hit is not None and outcome.move_pct is not None:
            self.known += 1
            self.hits += outcome.is_hit
            self.gained_pct += outcome.move_pct

    def score(self) -> Score:
        """What it comes to; rates of nothing are not known."""
        known = self.known
        return Score(
            after_ms=self.after_ms,
            known=known,
            hits=self.hits,
            hit_rate_pct=100 * self.hits / known if known else None,
            expectancy_pct=self.gained_pct / known if known else None,
        )


def scores_of(signals: Iterable[Signal]) -> tuple[Score, ...]:
    """How signals did, by horizon."""
    tallies = tuple(map(Tally, HORIZONS_MS))
    for signal in signals:
        for tally, outcome in zip(tallies, signal.outcomes, strict=False):
            tally.add(outcome)
    return tuple(tally.score() for tally in tallies)
