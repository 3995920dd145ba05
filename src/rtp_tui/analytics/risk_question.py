"""What a risk report is made of; the arithmetic is elsewhere, since its library is slow to load."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import PortfolioValue

LEAST_PERIODS = 20
"""Fewer returns tell nothing of a tail."""


class Closes(Struct, frozen=True):
    """Closes of one instrument by the beginning of their period, oldest first."""

    opens_ms: Sequence[int]
    closes: Sequence[float]


class RiskQuestion(Struct, frozen=True):
    """What a report is made of."""

    value: PortfolioValue
    """For the weights of now."""
    timeframe: str
    closes: Mapping[InstrumentId, Closes]
    """Of the positions and the benchmark."""
    periods_a_year: float
    periods_a_day: float = 1.0
    benchmark: InstrumentId | None = None
    risk_free: float = 0.0
    currencies: Mapping[InstrumentId, str] = {}
    """What the closes are in, where that is not the portfolio's currency."""
    pairs: Mapping[tuple[str, str], Closes] = {}
    """What currencies cost in one another: `pairs["USD", "COP"]` in pesos."""
