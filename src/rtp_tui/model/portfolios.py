"""What is held, what it is worth now, and what it risks.

Values are in the portfolio's base currency unless a name says otherwise. None is "not known": a price or a rate that
is missing makes what depends on it unknown and is said, never replaced.
"""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic

MOST_POSITIONS = 1_000
MOST_PORTFOLIOS = 100


class Position(Struct, frozen=True):
    """So much of an instrument."""

    instrument: InstrumentId
    quantity: float
    """Negative is sold short; zero is refused where portfolios are taken."""
    cost_price: float | None = None
    """What a unit cost, in the instrument's currency; None where it is not known."""


class Portfolio(Struct, frozen=True):
    """Positions under a name."""

    name: str
    positions: tuple[Position, ...] = ()
    base_currency: str = "USD"
    benchmark: InstrumentId | None = None
    """What beta is measured against; None for no beta."""
    description: str = ""


class PositionValue(Struct, frozen=True):
    """One position at the prices of now."""

    instrument: InstrumentId
    quantity: float
    price: float | None
    """In the instrument's currency."""
    rate: float | None
    """Units of the base currency for one of the instrument's."""
    value: float | None
    weight: float | None
    """Of the gross value of what is known: the sizes of all weights add up to 1."""
    day_change: float | None
    """Since the close before, or over 24 hours where the market never closes."""
    day_change_pct: float | None
    unrealised: float | None
    """Against the cost, at the rate of now."""
    unrealised_pct: float | None
    is_stale: bool
    """The price is older than its market promises."""


class PortfolioValue(Struct, frozen=True):
    """All of it at the prices of now."""

    name: str
    base_currency: str
    at_ms: int
    value: float | None
    """Of the positions whose price and rate are known; None where none is."""
    gross: float | None
    """The same with every size counted positive."""
    day_change: float | None
    day_change_pct: float | None
    """Of the sizes that the day began with, so that long and short do not cancel out."""
    unrealised: float | None
    unrealised_pct: float | None
    """Of the sizes of what was paid."""
    positions: tuple[PositionValue, ...]
    """As they were written down."""
    best: InstrumentId | None
    """The position with the highest change of the day in percent."""
    worst: InstrumentId | None
    unknown: tuple[str, ...]
    """What is missing, in words: `stocks:AAPL has no price`, `no rate of INR to USD`."""


class RiskLevel(StrEnum):
    """The score in words: low below 25, moderate below 50, high below 75, then severe."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


class RiskTrend(StrEnum):
    """How the score moved against the one of the days before."""

    IMPROVING = "improving"
    STABLE = "stable"
    DETERIORATING = "deteriorating"


class RiskPart(Struct, frozen=True):
    """One part of the score."""

    name: str
    """volatility, tail, drawdown, concentration or correlation."""
    value: float | None
    points: float | None
    """0 to `most`; None where the value is not known, and then the others weigh more."""
    most: float
    words: str


class Correlation(Struct, frozen=True):
    """How two positions moved together, -1 to 1."""

    one: InstrumentId
    other: InstrumentId
    value: float


class RiskReport(Struct, frozen=True):
    """What the positions of now would have done over the days looked at.

    Shares are fractions of the portfolio's gross value: a value at risk of 0.05 is five percent.
    """

    name: str
    timeframe: str
    from_ms: int | None
    to_ms: int | None
    periods: int
    """How many returns it rests on."""
    periods_a_year: float
    volatility: float | None
    """Annualised standard deviation of returns."""
    beta: float | None
    benchmark: InstrumentId | None
    var_95: float | None
    """Historical value at risk of one period: a loss that 95 % of the periods stayed below. Positive is a loss."""
    var_99: float | None
    parametric_var_95: float | None
    parametric_var_99: float | None
    shortfall_95: float | None
    """The mean of the losses at `var_95` and beyond."""
    shortfall_99: float | None
    max_drawdown: float | None
    """The deepest fall from a high before it, 0 to 1."""
    sharpe: float | None
    """Annualised, above a yearly rate of `risk_free`."""
    risk_free: float
    concentration: float | None
    """Herfindahl-Hirschman index of the weights, 1 / positions to 1."""
    correlation: float | None
    """The mean of all pairs."""
    pairs: tuple[Correlation, ...]
    """Those that move together the most, at most ten."""
    riskiest: InstrumentId | None
    """The position that carries the largest share of the variance."""
    score: float | None
    """0 calm to 100 severe."""
    level: RiskLevel | None
    trend: RiskTrend | None
    parts: tuple[RiskPart, ...]
    unknown: tuple[str, ...]
    """What could not be counted in, in words."""


class PortfolioSaved(Struct, frozen=True, tag="portfolio_saved"):
    """A portfolio is new, or another than before."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    portfolio: Portfolio


class PortfolioRemoved(Struct, frozen=True, tag="portfolio_removed"):
    """It is gone, and with it what was worked out for it."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    name: str


class PortfolioValued(Struct, frozen=True, tag="portfolio_valued"):
    """It is worth something else than a moment ago; at most once a second."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    value: PortfolioValue


class RiskMeasured(Struct, frozen=True, tag="risk_measured"):
    """Its risk was worked out anew."""

    topic: ClassVar[Topic] = Topic.PORTFOLIO

    report: RiskReport
