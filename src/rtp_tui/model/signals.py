"""Signals: strategies that say when, the moments at which they spoke, and what became of the price after each."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic

HORIZONS_MS = (5 * 60_000, 60 * 60_000, 24 * 60 * 60_000)
"""How long after a signal its outcome is looked at: 5 minutes, an hour, a day."""


class Direction(StrEnum):
    """Where a strategy expects the price to go."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """1 up, -1 down."""
        return 1 if self is Direction.LONG else -1


class Strategy(Struct, frozen=True, kw_only=True):
    """A rule that is held against each closed bar of its instruments."""

    name: str
    when: str
    """The rule: `rsi(14) < 30 and close > ema(200)`."""
    description: str = ""
    instruments: tuple[str, ...] = ("*",)
    """Ids with `*` and `?`."""
    timeframe: str = "1m"
    direction: Direction = Direction.LONG
    cool_down_ms: int = 900_000
    """After a signal the instrument gives no other one of this strategy so soon."""
    hold_ms: int = 0
    """The rule must stay true so long, from the first closed bar to the last one, before it gives a signal."""
    enabled: bool = True


class Term(Struct, frozen=True, gc=False):
    """A part of a rule and what it came to; None is "not known"."""

    text: str
    value: float | None


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """What became of the price; without a price nobody knows."""

    after_ms: int
    price: float | None = None
    """The close of the newest minute that had ended by then."""
    move_pct: float | None = None
    """From the signal's price on, in percent of it; above 0 in the direction that the strategy expected."""
    is_hit: bool | None = None
    """The move has the signal's direction and exceeds the spread."""


class Signal(Struct, frozen=True, kw_only=True, tag="signal"):
    """One time that a strategy's rule came true for an instrument; announced again with each outcome."""

    topic: ClassVar[Topic] = Topic.ANALYTICS

    id: str
    """The same whenever the same bars give it: `dip@crypto:BTC@1700000000000`."""
    strategy: str
    instrument: InstrumentId
    timeframe: str
    direction: Direction
    at_ms: int
    """When the bar ended that made the rule true."""
    price: float
    """Its close."""
    spread: float | None = None
    """Offer minus bid at that moment, where both were known; what a move must exceed to be a hit."""
    terms: tuple[Term, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """Of the horizons that have passed, ascending."""

    @property
    def is_pending(self) -> bool:
        """An outcome is still to come."""
        return len(self.outcomes) < len(HORIZONS_MS)

    @property
    def due_ms(self) -> int | None:
        """When its next outcome can be known; None where all are."""
        return self.at_ms + HORIZONS_MS[len(self.outcomes)] if self.is_pending else None

    def with_outcome(self, outcome: Outcome) -> "Signal":
        """The signal with one more outcome."""
        return replace(self, outcomes=(*self.outcomes, outcome))


def signal_id(strategy: str, instrument: InstrumentId, at_ms: int) -> str:
    """By which a signal is known."""
    return f"{strategy}@{instrument}@{at_ms}"


class Score(Struct, frozen=True, kw_only=True):
    """How a strategy's signals did after a while."""

    after_ms: int
    known: int = 0
    """Signals whose outcome is known."""
    hits: int = 0
    hit_rate_pct: float | None = None
    expectancy_pct: float | None = None
    """The mean of the moves in the signals' direction: what one signal was worth, before costs."""


class StrategyStatus(Struct, frozen=True, kw_only=True, tag="strategy"):
    """A strategy and how it has done; announced when that changes."""

    topic: ClassVar[Topic] = Topic.ANALYTICS

    strategy: Strategy
    instruments: int = 0
    """How many it is held against."""
    triggers: int = 0
    """How often its rule came true in this run, in a cool-down too."""
    signals: int = 0
    """How many are remembered."""
    fresh: int = 0
    """How many of them are of this run."""
    last_ms: int | None = None
    scores: tuple[Score, ...] = ()


class SignalMemory(Struct, frozen=True, kw_only=True):
    """What an earlier run left, oldest first."""

    signals: tuple[Signal, ...] = ()


class Backtest(Struct, frozen=True, kw_only=True):
    """What a rule would have said over bars of the past."""

    strategy: Strategy
    start_ms: int
    end_ms: int
    bars: int
    """How many it was held against."""
    instruments: tuple[InstrumentId, ...]
    triggers: int
    signals: tuple[Signal, ...]
    """Oldest first."""
    scores: tuple[Score, ...]
    unknown: int = 0
    """Bars at which the rule had no known value."""
    note: str = ""
    """What to keep in mind: where the answer was cut, and what was not known of the past."""
