"""A portfolio's risk, put together."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from rtp_tui.analytics.rates_of_past import in_currency
from rtp_tui.analytics.risk import (
    Returns,
    Series,
    aligned_returns,
    annualised_volatility,
    beta,
    concentration,
    correlations,
    expected_shortfall,
    historical_var,
    level_of,
    max_drawdown,
    parametric_var,
    risk_parts,
    risk_score,
    shares_of_variance,
    sharpe_ratio,
    trend_of,
)
from rtp_tui.analytics.risk_question import LEAST_PERIODS, Closes, RiskQuestion
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import RiskPart, RiskReport

TREND_SHARE = 0.8
"""The trend compares the score with that of the first so much of the periods."""


def report_risk(question: RiskQuestion) -> RiskReport:
    """The positions of now over the periods that all of them know; those with too few are left out, and named.

    Closes in another currency count as what they were in the portfolio's own: the benchmark's too.
    """
    weights = {one.instrument: 0.0 for one in question.value.positions if one.weight is not None}
    for one in question.value.positions:
        if one.weight is not None:
            weights[one.instrument] += one.weight
    closes = {one: _in_base(one, question) for one in question.closes}
    counted = {one: closes[one] for one in weights if one in closes and _suffices(closes[one])}
    unknown = [
        *question.value.unknown,
        *(_why_not(one, question) for one in weights if one not in counted),
        *_why_no_beta(question, closes),
    ]
    returns = aligned_returns(counted)
    held = np.array([weights[one] for one in returns.instruments], dtype=np.float64)
    total = float(np.abs(held).sum())
    held = held / total if total > 0 else held
    if counted and len(returns.matrix) < LEAST_PERIODS:
        unknown.append(
            f"only {len(returns.matrix)} periods are known of all positions, {LEAST_PERIODS} are needed"
        )
        returns = Returns(returns.instruments, (), returns.matrix[:0])
    return _report(
        question,
        _Past(returns, held, _beta(question.benchmark, closes, counted, held)),
        tuple(dict.fromkeys(unknown)),
        tuple(weights.values()),
    )


def _in_base(one: InstrumentId, question: RiskQuestion) -> Closes:
    base = question.value.base_currency
    return in_currency(question.closes[one], question.currencies.get(one, base), base, question.pairs)


def _why_not(one: InstrumentId, question: RiskQuestion) -> str:
    """Why a position is left out of the returns."""
    if one not in question.closes or not _suffices(question.closes[one]):
        return f"{one} has too little history"
    return f"{one} is left out: {_too_few_rates(one, question)}"


def _why_no_beta(question: RiskQuestion, closes: Mapping[InstrumentId, Closes]) -> tuple[str, ...]:
    one = question.benchmark
    if one is None or one not in closes or _suffices(closes[one]) or not _suffices(question.closes[one]):
        return ()
    return (f"no beta to {one}: {_too_few_rates(one, question)}",)


def _too_few_rates(one: InstrumentId, question: RiskQuestion) -> str:
    currency, base = question.currencies.get(one), question.value.base_currency
    return f"too few rates of {currency} to {base} are known over its bars of {question.timeframe}"


class _Past(Struct, frozen=True):
    returns: Returns
    held: Series
    """Weights of the positions that are counted; their sizes add up to 1."""
    beta: float | None


def _report(
    question: RiskQuestion, past: _Past, unknown: tuple[str, ...], weights: Sequence[float]
) -> RiskReport:
    returns, held = past.returns, past.held
    whole = returns.matrix @ held if len(held) else np.empty(0)
    a_year = question.periods_a_year
    together = correlations(returns)
    parts = _parts(whole, together.mean, question, weights)
    score = risk_score(parts) if len(whole) else None
    early = (
        risk_score(_parts(whole[: int(len(whole) * TREND_SHARE)], together.mean, question, weights))
        if len(whole)
        else None
    )
    return RiskReport(
        name=question.value.name,
        timeframe=question.timeframe,
        from_ms=returns.ends_ms[0] if returns.ends_ms else None,
        to_ms=returns.ends_ms[-1] if returns.ends_ms else None,
        periods=len(whole),
        periods_a_year=a_year,
        volatility=annualised_volatility(whole, a_year),
        beta=past.beta,
        benchmark=question.benchmark,
        var_95=historical_var(whole, 0.95),
        var_99=historical_var(whole, 0.99),
        parametric_var_95=parametric_var(whole, 0.95),
        parametric_var_99=parametric_var(whole, 0.99),
        shortfall_95=expected_shortfall(whole, 0.95),
        shortfall_99=expected_shortfall(whole, 0.99),
        max_drawdown=max_drawdown(whole),
        sharpe=sharpe_ratio(whole, a_year, question.risk_free),
        risk_free=question.risk_free,
        concentration=concentration(weights),
        correlation=together.mean,
        pairs=together.closest,
        riskiest=_riskiest(returns, held),
        score=score,
        level=None if score is None else level_of(score),
        trend=None if score is None else trend_of(score, early),
        parts=parts,
        unknown=unknown,
    )


def _suffices(closes: Closes) -> bool:
    return len(closes.closes) > LEAST_PERIODS


def _parts(
    whole: Series, correlation: float | None, question: RiskQuestion, weights: Sequence[float]
) -> tuple[RiskPart, ...]:
    shortfall = expected_shortfall(whole, 0.95)
    measured = {
        "volatility": annualised_volatility(whole, question.periods_a_year),
        # To a day by the root of time, so that scores over other bars can be compared.
        "tail": None if shortfall is None else shortfall * question.periods_a_day**0.5,
        "drawdown": max_drawdown(whole),
        "concentration": concentration(weights),
        "correlation": correlation,
    }
    return risk_parts(measured)


def _beta(
    benchmark: InstrumentId | None,
    known: Mapping[InstrumentId, Closes],
    counted: Mapping[InstrumentId, Closes],
    held: Series,
) -> float | None:
    """Over the periods that the benchmark knows as well, so that both returns span the same time."""
    if benchmark is None or benchmark not in known or not counted:
        return None
    returns = aligned_returns({**counted, benchmark: known[benchmark]})
    if len(returns.matrix) < LEAST_PERIODS:
        return None
    positions = [returns.instruments.index(one) for one in counted]
    return beta(returns.matrix[:, positions] @ held, returns.matrix[:, returns.instruments.index(benchmark)])


def _riskiest(returns: Returns, held: Series) -> InstrumentId | None:
    if len(returns.matrix) < 2 or not len(held):
        return None
    shares = shares_of_variance(returns, held)
    return returns.instruments[int(shares.argmax())] if float(shares.max()) > 0 else None
