"""The report of a portfolio's risk, put together."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.risk_question import Closes, RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position, RiskReport, RiskTrend

ONE, TWO, INDEX = InstrumentId("stocks:ONE"), InstrumentId("stocks:TWO"), InstrumentId("index:ALL")
DAY_MS = 86_400_000


def closes(returns: np.ndarray, start: int = 0) -> Closes:
    prices = [100.0, *(100.0 * np.cumprod(1 + returns)).tolist()]
    return Closes(tuple((start + day) * DAY_MS for day in range(len(prices))), prices)


def wild(seed: int, days: int = 250, deviation: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, deviation, days)


def report(
    history: Mapping[InstrumentId, Closes],
    *positions: Position,
    benchmark: InstrumentId | None = None,
) -> RiskReport:
    def priced(_: InstrumentId) -> Priced:
        return Priced("USD", 100.0)

    value = value_portfolio(Portfolio("desk", positions), priced, Rates({}), 0)
    return report_risk(RiskQuestion(value, "1d", history, 252, benchmark=benchmark))


def test_a_portfolio_of_one_risks_what_its_position_does() -> None:
    returns = wild(1)
    told = report({ONE: closes(returns)}, Position(ONE, 7.0))

    assert told.periods == 250
    assert told.volatility == pytest.approx(float(returns.std(ddof=1)) * 252**0.5)
    assert told.var_95 == pytest.approx(sorted(-returns)[237])
    assert told.concentration == 1.0
    assert told.riskiest == ONE
    assert told.correlation is None
    assert told.unknown == ()


def test_long_and_short_of_the_same_risk_nothing() -> None:
    returns = wild(2)
    told = report({ONE: closes(returns), TWO: closes(returns)}, Position(ONE, 1.0), Position(TWO, -1.0))

    assert told.volatility == pytest.approx(0.0, abs=1e-9)
    assert told.max_drawdown == pytest.approx(0.0, abs=1e-9)
    assert told.sharpe is None
    assert told.correlation == pytest.approx(1.0)


def test_two_positions_of_an_instrument_count_as_their_sum() -> None:
    history = {ONE: closes(wild(3)), TWO: closes(wild(4))}
    apart = report(history, Position(ONE, 1.0), Position(ONE, 2.0), Position(TWO, 3.0))
    together = report(history, Position(ONE, 3.0), Position(TWO, 3.0))

    assert apart.volatility == pytest.approx(together.volatility)
    assert apart.concentration == pytest.approx(0.5)


def test_beta_is_measured_over_the_periods_that_both_know() -> None:
    market = wild(5)
    held = 2.0 * market
    week = closes(market)
    traded = [day for day in range(251) if day % 7 < 5]
    prices = closes(held)
    stock = Closes([prices.opens_ms[day] for day in traded], [prices.closes[day] for day in traded])

    told = report({ONE: stock, INDEX: week}, Position(ONE, 1.0), benchmark=INDEX)

    assert told.beta == pytest.approx(2.0, rel=0.03)
    assert told.benchmark == INDEX


def test_without_the_benchmarks_history_there_is_no_beta() -> None:
    assert report({ONE: closes(wild(6))}, Position(ONE, 1.0), benchmark=INDEX).beta is None


def test_a_position_with_too_little_history_is_left_out_and_named() -> None:
    told = report(
        {ONE: closes(wild(7)), TWO: closes(wild(8, days=5))}, Position(ONE, 1.0), Position(TWO, 1.0)
    )

    assert told.periods == 250
    assert told.unknown == ("stocks:TWO has too little history",)
    assert told.concentration == pytest.approx(0.5), "what is held is known"


def test_periods_that_do_not_meet_give_no_numbers() -> None:
    told = report(
        {ONE: closes(wild(9, 30)), TWO: closes(wild(10, 30), start=500)},
        Position(ONE, 1.0),
        Position(TWO, 1.0),
    )

    assert (told.periods, told.volatility, told.score, told.level, told.trend) == (0, None, None, None, None)
    assert "only 0 periods are known of all positions, 20 are needed" in told.unknown


def test_nothing_held_has_no_risk_that_is_known() -> None:
    told = report({})
    assert (told.periods, told.score, told.concentration, told.riskiest) == (0, None, None, None)


def test_wilder_days_at_the_end_deteriorate_it() -> None:
    calm_then_wild = np.concatenate((wild(11, 200, 0.003), wild(12, 50, 0.06)))

    told = report({ONE: closes(calm_then_wild)}, Position(ONE, 1.0))

    assert told.trend is RiskTrend.DETERIORATING
    assert told.score is not None
    assert told.score == pytest.approx(100 * sum(part.points or 0 for part in told.parts) / 90)


RUPEES = {ONE: "INR"}


def in_rupees(
    prices: Sequence[float],
    pairs: Mapping[tuple[str, str], Closes],
    *,
    others: Mapping[InstrumentId, Closes] | None = None,
    benchmark: InstrumentId | None = None,
    positions: Sequence[Position] = (Position(ONE, 1.0),),
) -> RiskReport:
    """A position in rupees of a portfolio in dollars, over days."""
    held = Closes(tuple(day * DAY_MS for day in range(len(prices))), prices)
    rates = Rates({("USD", "INR"): 80.0})

    def priced(one: InstrumentId) -> Priced:
        return Priced(RUPEES.get(one, "USD"), 100.0)

    value = value_portfolio(Portfolio("desk", tuple(positions)), priced, rates, 0)
    history = {ONE: held, **(others or {})}
    return report_risk(
        RiskQuestion(value, "1d", history, 252, benchmark=benchmark, currencies=RUPEES, pairs=pairs)
    )


def daily(*prices: float) -> Closes:
    return Closes(tuple(day * DAY_MS for day in range(len(prices))), prices)


def test_returns_are_of_what_a_position_was_worth_in_the_portfolios_currency() -> None:
    """By hand: the price stands at 1,000 rupees while a dollar costs 80, 88, 80, 88 ... of them.

    It was worth 12.50, 11.3636, 12.50 ... dollars: 10 losses of 1/11 and 10 gains of 1/10. Their mean is
    (1/10 - 1/11) / 2 = 1/220; each is 21/220 from it, so that the deviation of the sample is 21/220 * sqrt(20/19).
    """
    told = in_rupees([1_000.0] * 21, {("USD", "INR"): daily(*([80.0, 88.0] * 10), 80.0)})

    assert (told.periods, told.unknown) == (20, ())
    assert told.var_95 == pytest.approx(1 / 11)
    assert told.shortfall_95 == pytest.approx(1 / 11)
    assert told.max_drawdown == pytest.approx(1 / 11)
    assert told.volatility == pytest.approx(21 / 220 * (20 / 19) ** 0.5 * 252**0.5)
    assert told.sharpe == pytest.approx(1 / 220 / (21 / 220 * (20 / 19) ** 0.5) * 252**0.5)


def test_a_price_that_a_rate_makes_up_for_risks_nothing() -> None:
    told = in_rupees([800.0, 880.0] * 15, {("USD", "INR"): daily(*([80.0, 88.0] * 15))})
    assert told.volatility == pytest.approx(0.0, abs=1e-12)


def test_a_position_whose_rates_are_not_known_is_left_out_with_the_reason() -> None:
    dollars = closes(wild(13, 30))
    positions = (Position(ONE, 8.0), Position(TWO, 1.0))

    told = in_rupees([1_000.0] * 31, {}, others={TWO: dollars}, positions=positions)

    assert told.unknown == (
        "stocks:ONE is left out: too few rates of INR to USD are known over its bars of 1d",
    )
    assert told.volatility == pytest.approx(report({TWO: dollars}, Position(TWO, 1.0)).volatility), (
        "the rest is as if it were alone"
    )


def test_beta_is_against_the_benchmark_in_the_portfolios_currency() -> None:
    """The benchmark is the position itself, told in dollars: only with the rates the two move as one."""
    prices, rates = 1_000.0 * np.cumprod(1 + wild(14, 60)), 80.0 * np.cumprod(1 + wild(15, 60))

    told = in_rupees(
        prices.tolist(),
        {("USD", "INR"): daily(*rates.tolist())},
        others={INDEX: daily(*(prices / rates).tolist())},
        benchmark=INDEX,
    )

    assert told.beta == pytest.approx(1.0)


def test_a_benchmark_whose_rates_are_not_known_gives_no_beta_and_the_reason() -> None:
    told = in_rupees(
        [1_000.0 + day for day in range(31)],
        {},
        others={TWO: closes(wild(16, 30))},
        benchmark=ONE,
        positions=(Position(TWO, 1.0),),
    )

    assert told.beta is None
    assert told.unknown == (
        "no beta to stocks:ONE: too few rates of INR to USD are known over its bars of 1d",
    )


@given(st.lists(st.tuples(st.floats(0.1, 10.0), st.floats(0.1, 10.0)), min_size=21, max_size=60))
def test_a_position_risks_the_same_whatever_currency_its_price_is_told_in(
    days: list[tuple[float, float]],
) -> None:
    """Prices in rupees with the rates that make them so, and the same worth told in dollars."""
    dollars, rates = zip(*days, strict=True)
    rupees = [price * rate for price, rate in days]

    converted = in_rupees(rupees, {("USD", "INR"): daily(*rates)})
    told = report({ONE: daily(*dollars)}, Position(ONE, 1.0))

    for figure in ("var_95", "shortfall_99", "max_drawdown", "volatility"):
        assert getattr(converted, figure) == pytest.approx(getattr(told, figure), rel=1e-6, abs=1e-6)
