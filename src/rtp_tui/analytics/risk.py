"""What a portfolio risks: the positions of now over the returns of the past (historical simulation).

Returns are simple ones, `close / close before - 1`, of the periods in which every counted position has a close; a portfolio's return
is the sum of weight times return. Definitions follow Jorion, *Value at Risk* (3rd ed., 2006), and McNeil, Frey and Embrechts,
*Quantitative Risk Management* (2nd ed., 2015):

- value at risk at level a: the smallest loss l of the sample with at least a of the losses at or below it (order statistic,
  no interpolation); expected shortfall: the mean of that and all larger losses;
- parametric value at risk: `z(a) * deviation - mean`, for normal returns;
- beta: covariance with the benchmark over its variance; Sharpe: `(mean - risk free) / deviation`, times the root of periods a year;
- drawdown: the deepest fall of the compounded value from a high before it;
- concentration: the Herfindahl-Hirschman index of the sizes of the weights.

Deviations and covariances are those of samples (n - 1).
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from statistics import NormalDist

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from rtp_tui.analytics.risk_question import Closes
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Correlation, RiskLevel, RiskPart, RiskTrend

Series = NDArray[np.float64]
Moments = NDArray[np.int64]
_NO_MOMENTS = np.empty(0, np.int64)
MOST_PAIRS = 10


class Returns(Struct, frozen=True):
    """Returns of several instruments over the same periods: `matrix[period, instrument]`."""

    instruments: tuple[InstrumentId, ...]
    ends_ms: tuple[int, ...]
    matrix: Series


def aligned_returns(closes: Mapping[InstrumentId, Closes]) -> Returns:
    """Returns between consecutive periods that all have a close of, so that a market's holiday moves nobody's return."""
    instruments = tuple(closes)
    known = [_known(closes[one]) for one in instruments]
    shared = reduce(_shared, (moments for moments, _ in known)) if known else _NO_MOMENTS
    if len(shared) < 2:
        return Returns(instruments, (), np.empty((0, len(instruments))))
    prices = np.column_stack([values[np.searchsorted(moments, shared)] for moments, values in known])
    return Returns(instruments, tuple(shared[1:].tolist()), prices[1:] / prices[:-1] - 1)


def _shared(some: Moments, others: Moments) -> Moments:
    """Those of both; mostly they are the same, which is told sooner."""
    return some if np.array_equal(some, others) else np.intersect1d(some, others)


def _known(series: Closes) -> tuple[Moments, Series]:
    """When the periods begin that have a price, and the prices."""
    moments = np.array(series.opens_ms, dtype=np.int64)
    values = np.array(series.closes, dtype=np.float64)
    is_price = (values > 0) & np.isfinite(values)
    return moments[is_price], values[is_price]


def annualised_volatility(returns: Series, periods_a_year: float) -> float | None:
    """None for fewer than two returns."""
    return float(returns.std(ddof=1) * np.sqrt(periods_a_year)) if len(returns) > 1 else None


def sharpe_ratio(returns: Series, periods_a_year: float, risk_free: float) -> float | None:
    """Annualised; None where nothing varies. `risk_free` is a rate a year, divided evenly over its periods."""
    deviation = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    if deviation <= _NOTHING:
        return None
    return float((returns.mean() - risk_free / periods_a_year) / deviation * np.sqrt(periods_a_year))


def beta(returns: Series, benchmark: Series) -> float | None:
    """None where the benchmark does not move."""
    if len(returns) < 2 or (variance := float(benchmark.var(ddof=1))) <= _NOTHING**2:
        return None
    return float(np.cov(returns, benchmark, ddof=1)[0, 1] / variance)


def historical_var(returns: Series, level: float) -> float | None:
    """The loss that `level` of the periods stayed at or below; below zero where even that is a gain."""
    if not len(returns):
        return None
    losses = np.sort(-returns)
    return float(losses[_rank(len(losses), level)])


def expected_shortfall(returns: Series, level: float) -> float | None:
    """The mean of the losses at the value at risk and beyond; never smaller than it."""
    if not len(returns):
        return None
    losses = np.sort(-returns)
    return float(losses[_rank(len(losses), level) :].mean())


def parametric_var(returns: Series, level: float) -> float | None:
    """Of normal returns with this mean and deviation."""
    if len(returns) < 2:
        return None
    return float(NormalDist().inv_cdf(level) * returns.std(ddof=1) - returns.mean())


def max_drawdown(returns: Series) -> float | None:
    """0 to 1, from the value before the first return on; a value that reaches nothing has fallen by all of it."""
    if not len(returns):
        return None
    worth = np.concatenate(([1.0], np.cumprod(np.maximum(1 + returns, 0.0))))
    return float(np.max(1 - worth / np.maximum.accumulate(worth)))


def concentration(weights: Sequence[float]) -> float | None:
    """Herfindahl-Hirschman index of the sizes: 1 for one position, 1 / n for n equal ones."""
    sizes = [abs(weight) for weight in weights]
    total = sum(sizes)
    return sum((size / total) ** 2 for size in sizes) if total > 0 else None


class Together(Struct, frozen=True):
    """How positions move together."""

    mean: float | None
    """Of all pairs of which both move; None where there is none."""
    closest: tuple[Correlation, ...]
    """The closest pairs, the closest first."""


def correlations(returns: Returns) -> Together:
    """Of every pair of which both move; see `MOST_PAIRS`."""
    moving = [index for index in range(len(returns.instruments)) if _moves(returns.matrix[:, index])]
    if len(moving) < 2:
        return Together(None, ())
    matrix = np.clip(np.corrcoef(returns.matrix[:, moving], rowvar=False), -1.0, 1.0)
    ones, others = np.triu_indices(len(moving), 1)
    values = matrix[ones, others]
    closest = np.argsort(-values, kind="stable")[:MOST_PAIRS]
    names = [returns.instruments[index] for index in moving]
    pairs = (Correlation(names[ones[at]], names[others[at]], float(values[at])) for at in closest)
    return Together(float(values.mean()), tuple(pairs))


def shares_of_variance(returns: Returns, weights: Series) -> Series:
    """How much of the portfolio's variance each position carries; they add up to 1 where it varies, else are 0."""
    if len(returns.matrix) < 2:
        return np.zeros(len(weights))
    # The covariance of each position with the whole: its row of the matrix times the weights, without the matrix.
    centred = returns.matrix - returns.matrix.mean(axis=0)
    carried = weights * (centred.T @ (centred @ weights)) / (len(centred) - 1)
    total = float(carried.sum())
    return carried / total if total > _NOTHING**2 else np.zeros(len(weights))


class _Bound(Struct, frozen=True):
    name: str
    most: float
    calm: float
    severe: float
    words: str


_PARTS = (
    _Bound("volatility", 30, 0.10, 1.00, "{:.0%} a year"),
    _Bound("tail", 25, 0.01, 0.10, "{:.1%} lost in the mean of the worst twentieth of days"),
    _Bound("drawdown", 20, 0.05, 0.60, "{:.0%} down from a high"),
    _Bound("concentration", 15, 0.10, 1.00, "as if in {:.1f} equal positions"),
    _Bound("correlation", 10, 0.20, 0.90, "{:.2f} between two positions in the mean"),
)
"""No points at `calm` and below, all of them at `severe` and above, linear between; a long-only index fund scores about 25."""


def risk_parts(values: Mapping[str, float | None]) -> tuple[RiskPart, ...]:
    """The parts of the score from what was measured; an unknown one has no points."""
    return tuple(_part(bound, values.get(bound.name)) for bound in _PARTS)


def _part(bound: _Bound, value: float | None) -> RiskPart:
    if value is None:
        return RiskPart(name=bound.name, value=None, points=None, most=bound.most, words="not known")
    share = min(1.0, max(0.0, (value - bound.calm) / (bound.severe - bound.calm)))
    shown = 1 / value if bound.name == "concentration" else value
    return RiskPart(
        name=bound.name,
        value=value,
        points=share * bound.most,
        most=bound.most,
        words=bound.words.format(shown),
    )


def risk_score(parts: Sequence[RiskPart]) -> float | None:
    """0 to 100: the points of the known parts over the most that they could have."""
    known = [(part.points, part.most) for part in parts if part.points is not None]
    return 100 * sum(points for points, _ in known) / sum(most for _, most in known) if known else None


def level_of(score: float) -> RiskLevel:
    """The score in words."""
    if score < 25:
        return RiskLevel.LOW
    if score < 50:
        return RiskLevel.MODERATE
    return RiskLevel.HIGH if score < 75 else RiskLevel.SEVERE


STABLE_POINTS = 3.0


def trend_of(score: float, before: float | None) -> RiskTrend | None:
    """Within three points it is stable; None where nothing is known of before."""
    if before is None:
        return None
    if abs(score - before) <= STABLE_POINTS:
        return RiskTrend.STABLE
    return RiskTrend.DETERIORATING if score > before else RiskTrend.IMPROVING


_NOTHING = 1e-12
"""A deviation that is rounding and no movement."""


def _moves(series: Series) -> bool:
    return len(series) > 1 and float(series.std(ddof=1)) > _NOTHING


def _rank(count: int, level: float) -> int:
    """Index of the smallest of `count` sorted losses that `level` of them do not exceed."""
    return min(count - 1, max(0, int(np.ceil(round(level * count, 9))) - 1))
