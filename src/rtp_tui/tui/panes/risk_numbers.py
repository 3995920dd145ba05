"""The numbers of a risk report: how each is written, what it means, and the formula behind it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from rtp_tui.model.portfolios import RiskReport
from rtp_tui.tui.panes.money import percent_text


class RiskNumber(Struct, frozen=True, kw_only=True):
    """One of them."""

    title: str
    read: Callable[[RiskReport], float | None]
    formula: str
    is_share: bool = True
    """A fraction of the portfolio's gross value, or of a return; otherwise a plain number."""
    is_loss: bool = False
    """Worth telling in money too."""

    def text(self, report: RiskReport) -> str:
        """As it is shown."""
        value = self.read(report)
        if value is None or self.is_share:
            return percent_text(value, 2 if self.is_loss else 1)
        return f"{value:.2f}"


RETURNS = (
    "A period's return is the sum of weight times return of the positions of now: what they would have done,"
    " in the portfolio's currency, at the rates of that time."
)
_TAIL = "Losses of all periods in ascending order; no interpolation. Below zero it is a gain."
_NORMAL = "z x deviation - mean, as if returns were normal; z is {} at {} %."
NUMBERS: Mapping[str, RiskNumber] = MappingProxyType(
    {
        "volatility": RiskNumber(
            title="volatility",
            read=lambda report: report.volatility,
            formula="Deviation of the returns (n - 1) x root of periods a year.",
        ),
        "var_95": RiskNumber(
            title="VaR 95",
            read=lambda report: report.var_95,
            formula=f"The smallest loss that 95 % of the periods stayed at or below. {_TAIL}",
            is_loss=True,
        ),
        "var_99": RiskNumber(
            title="VaR 99",
            read=lambda report: report.var_99,
            formula=f"The smallest loss that 99 % of the periods stayed at or below. {_TAIL}",
            is_loss=True,
        ),
        "parametric_var_95": RiskNumber(
            title="normal VaR 95",
            read=lambda report: report.parametric_var_95,
            formula=_NORMAL.format("1.645", 95),
            is_loss=True,
        ),
        "parametric_var_99": RiskNumber(
            title="normal VaR 99",
            read=lambda report: report.parametric_var_99,
            formula=_NORMAL.format("2.326", 99),
            is_loss=True,
        ),
        "shortfall_95": RiskNumber(
            title="shortfall 95",
            read=lambda report: report.shortfall_95,
            formula="The mean of the losses at VaR 95 and beyond: what a bad period costs.",
            is_loss=True,
        ),
        "shortfall_99": RiskNumber(
            title="shortfall 99",
            read=lambda report: report.shortfall_99,
            formula="The mean of the losses at VaR 99 and beyond.",
            is_loss=True,
        ),
        "max_drawdown": RiskNumber(
            title="drawdown",
            read=lambda report: report.max_drawdown,
            formula="The deepest fall of the compounded returns from a high before it, of that high.",
        ),
        "sharpe": RiskNumber(
            title="Sharpe",
            read=lambda report: report.sharpe,
            formula="(mean return - risk-free rate a period) / deviation x root of periods a year.",
            is_share=False,
        ),
        "beta": RiskNumber(
            title="beta",
            read=lambda report: report.beta,
            formula="Covariance with the benchmark's returns / variance of those, over the periods that both know.",
            is_share=False,
        ),
        "concentration": RiskNumber(
            title="concentration",
            read=lambda report: report.concentration,
            formula="Sum of the squares of the weights (Herfindahl-Hirschman): 1 / positions to 1.",
            is_share=False,
        ),
        "correlation": RiskNumber(
            title="correlation",
            read=lambda report: report.correlation,
            formula="The mean of the correlations of the returns of all pairs of positions, -1 to 1.",
            is_share=False,
        ),
    }
)
"""By the field of the report."""
PART_BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "volatility": "none up to 10 % a year, all from 100 % on",
        "tail": "shortfall 95 x root of periods a day: none up to 1 %, all from 10 % on",
        "drawdown": "none up to 5 %, all from 60 % on",
        "concentration": "none up to 0.1, all from 1 on",
        "correlation": "none up to 0.2, all from 0.9 on",
    }
)
"""How the points of a part of the score come about; linear in between."""
SCORE = "100 x the points of the known parts / the most that those could have."
LEVELS = "low below 25, moderate below 50, high below 75, then severe"
TREND = "against the score of the first 80 % of the periods; within 3 points it is stable"
