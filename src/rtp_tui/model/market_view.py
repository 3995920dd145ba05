"""What the market does as a whole."""

from enum import StrEnum

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId


class Mood(StrEnum):
    """Sentiment in words: fearful below 20, cautious below 40, neutral up to 60, hopeful up to 80, then greedy."""

    FEARFUL = "fearful"
    CAUTIOUS = "cautious"
    NEUTRAL = "neutral"
    HOPEFUL = "hopeful"
    GREEDY = "greedy"


class Mover(Struct, frozen=True):
    """An instrument and what its price did."""

    instrument: InstrumentId
    price: float
    change_pct: float
    """Over 24 hours where the market never closes, else since the close before."""
    volume: float | None
    """Of 24 hours, in the quote currency."""


class ChangeStatistics(Struct, frozen=True):
    """How the changes spread, in percent."""

    mean_pct: float
    median_pct: float
    deviation_pct: float | None
    """Of a sample; None for a single one."""
    lowest_pct: float
    highest_pct: float
    moved_a_lot: int
    """How many moved more than a tenth of their price, either way."""


class SentimentTerm(Struct, frozen=True):
    """One term of sentiment, which is `50 + 50 x` the mean of the known ones by their weight."""

    name: str
    """breadth, change or position."""
    weight: float
    value: float | None
    """-1 to 1; None where it is not known, and then the others weigh more."""
    words: str
    """How it comes about."""


class MarketView(Struct, frozen=True):
    """Gainers, losers, breadth and sentiment of a class of instruments, or of all."""

    asset_class: str | None
    at_ms: int
    counted: int
    """Those whose change is known and whose price is not stale."""
    left_out: int
    """The others."""
    gainers: tuple[Mover, ...]
    losers: tuple[Mover, ...]
    busiest: tuple[Mover, ...]
    """By volume of 24 hours; of one quote currency, that of most instruments."""
    advancing: int
    declining: int
    unchanged: int
    at_high: int
    """Within a fiftieth of their day's range from its high."""
    at_low: int
    changes: ChangeStatistics | None
    sentiment: float | None
    """0 to 100."""
    mood: Mood | None
    terms: tuple[SentimentTerm, ...] = ()
    """What sentiment is made of; none where it is not known."""
