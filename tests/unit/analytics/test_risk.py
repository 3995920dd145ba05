"""Risk numbers, against examples worked by hand and laws that hold for all returns."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.risk import (
    Together,
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
from rtp_tui.analytics.risk_question import Closes
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import RiskLevel, RiskTrend

ONE, TWO, THREE = InstrumentId("stocks:ONE"), InstrumentId("stocks:TWO"), InstrumentId("stocks:THREE")
RETURNS = st.lists(st.floats(-0.9, 2.0, allow_nan=False), min_size=2, max_size=300).map(np.array)
LEVELS = st.sampled_from([0.9, 0.95, 0.975, 0.99])


def closes(*values: float, start: int = 0) -> Closes:
    return Closes(tuple(range(start, start + len(values))), values)


def test_returns_are_those_between_periods_that_all_know() -> None:
    returns = aligned_returns({ONE: closes(100, 110, 99, 108.9), TWO: Closes((0, 1, 3), (50, 55, 66))})

    assert returns.ends_ms == (1, 3)
    np.testing.assert_allclose(returns.matrix, [[0.10, 0.10], [-0.01, 0.20]])


@pytest.mark.parametrize("hole", [math.nan, 0.0, -1.0, math.inf])
def test_a_close_that_is_no_price_is_a_period_that_is_not_known(hole: float) -> None:
    returns = aligned_returns({ONE: closes(100, hole, 120)})

    assert returns.ends_ms == (2,)
    np.testing.assert_allclose(returns.matrix, [[0.2]])


def test_without_two_periods_in_common_there_are_no_returns() -> None:
    assert aligned_returns({ONE: closes(1, 2), TWO: closes(1, 2, start=5)}).matrix.shape == (0, 2)
    assert aligned_returns({}).matrix.shape == (0, 0)


def test_volatility_is_the_samples_deviation_times_the_root_of_periods_a_year() -> None:
    # Mean 0.01; squares 0.0001 + 0.0001 + 0.0004 + 0.0004 = 0.001; over 3: deviation 0.0182574; times sqrt(252).
    volatility = annualised_volatility(np.array([0.02, 0.00, 0.03, -0.01]), 252)

    assert volatility == pytest.approx(0.0182574 * 15.8745, rel=1e-5)


def test_sharpe_is_the_mean_above_the_risk_free_rate_over_the_deviation() -> None:
    # (0.01 - 0.0504 / 252) / 0.0182574 * sqrt(252) = 0.0098 / 0.0182574 * 15.8745
    assert sharpe_ratio(np.array([0.02, 0.00, 0.03, -0.01]), 252, 0.0504) == pytest.approx(8.52094, rel=1e-5)


def test_beta_is_the_slope_against_the_benchmark() -> None:
    benchmark = np.array([0.01, -0.02, 0.03, 0.00])
    assert beta(1.5 * benchmark + 0.002, benchmark) == pytest.approx(1.5)


def test_value_at_risk_is_a_loss_of_the_sample_that_the_level_stays_below() -> None:
    # Twenty losses of 1 % to 20 %: nineteen are at most 19 %, so that is the 95 % value at risk; the tail is 19 % and 20 %.
    returns = -np.arange(1, 21) / 100
    assert historical_var(returns, 0.95) == pytest.approx(0.19)
    assert expected_shortfall(returns, 0.95) == pytest.approx(0.195)
    assert historical_var(returns, 0.99) == pytest.approx(0.20)


def test_parametric_value_at_risk_is_that_of_normal_returns() -> None:
    # Deviation 0.0182574, mean 0.01: 1.644854 * 0.0182574 - 0.01
    assert parametric_var(np.array([0.02, 0.00, 0.03, -0.01]), 0.95) == pytest.approx(0.0200308, rel=1e-5)


def test_a_drawdown_is_measured_from_the_high_before_it() -> None:
    # 1, 1.2, 0.9, 1.35, 1.08: from 1.2 to 0.9 is a quarter; from 1.35 to 1.08 a fifth.
    assert max_drawdown(np.array([0.2, -0.25, 0.5, -0.2])) == pytest.approx(0.25)


def test_concentration_of_equal_positions_is_one_over_their_number() -> None:
    assert concentration([0.25] * 4) == pytest.approx(0.25)
    assert concentration([0.7, -0.3]) == pytest.approx(0.58)
    assert concentration([0.0]) is None


def test_correlations_name_each_pair_once_the_closest_first() -> None:
    one = [100.0, 101.0, 99.0, 102.0]
    returns = aligned_returns(
        {
            ONE: closes(*one),
            TWO: closes(*(value * 3 for value in one)),
            THREE: closes(*(1 / value for value in one)),
        }
    )
    together = correlations(returns)
    pairs = together.closest

    assert (pairs[0].one, pairs[0].other) == (ONE, TWO)
    assert pairs[0].value == pytest.approx(1.0)
    assert len(pairs) == 3
    assert pairs[-1].value == pytest.approx(-1.0, abs=0.01)
    assert together.mean == pytest.approx(sum(pair.value for pair in pairs) / 3)


def test_what_does_not_move_correlates_with_nothing() -> None:
    assert correlations(aligned_returns({ONE: closes(1, 1, 1, 1), TWO: closes(1, 2, 1, 2)})) == Together(
        None, ()
    )


def test_shares_of_variance_of_independent_positions_are_those_of_their_own() -> None:
    # Uncorrelated by construction, the second twice as wild: weights 1/2 each, so shares 1/5 and 4/5.
    one, two = np.array([0.01, -0.01, 0.01, -0.01]), np.array([0.02, 0.02, -0.02, -0.02])
    returns = aligned_returns({ONE: closes(*compounded(one)), TWO: closes(*compounded(two))})
    np.testing.assert_allclose(shares_of_variance(returns, np.array([0.5, 0.5])), [0.2, 0.8], rtol=1e-6)


def compounded(returns: np.ndarray) -> list[float]:
    return [100.0, *(100.0 * np.cumprod(1 + returns)).tolist()]


def test_the_score_weighs_what_is_known_and_leaves_out_what_is_not() -> None:
    # Volatility 0.55 is half of its 30 points; concentration 1.0 all of its 15: 30 of 45 points.
    parts = risk_parts({"volatility": 0.55, "concentration": 1.0})

    assert risk_score(parts) == pytest.approx(100 * 30 / 45)
    assert {part.name for part in parts if part.points is None} == {"tail", "drawdown", "correlation"}
    assert risk_score(risk_parts({})) is None


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0, RiskLevel.LOW),
        (24.9, RiskLevel.LOW),
        (25, RiskLevel.MODERATE),
        (50, RiskLevel.HIGH),
        (75, RiskLevel.SEVERE),
    ],
)
def test_levels_begin_at_their_bounds(score: float, level: RiskLevel) -> None:
    assert level_of(score) is level


def test_a_trend_needs_more_than_three_points() -> None:
    assert trend_of(50, None) is None
    assert trend_of(50, 52) is RiskTrend.STABLE
    assert trend_of(50, 54) is RiskTrend.IMPROVING
    assert trend_of(54, 50) is RiskTrend.DETERIORATING


@given(RETURNS)
def test_value_at_risk_grows_with_its_level(returns: np.ndarray) -> None:
    values = [historical_var(returns, level) for level in (0.5, 0.9, 0.95, 0.99, 1.0)]
    assert values == sorted(values, key=lambda value: value or 0.0)


@given(RETURNS, LEVELS)
def test_the_shortfall_is_no_smaller_than_the_value_at_risk(returns: np.ndarray, level: float) -> None:
    at_risk, shortfall = historical_var(returns, level), expected_shortfall(returns, level)
    assert at_risk is not None
    assert shortfall is not None
    assert shortfall >= at_risk - 1e-12


@given(RETURNS, LEVELS)
def test_the_value_at_risk_covers_its_share_of_the_losses(returns: np.ndarray, level: float) -> None:
    at_risk = historical_var(returns, level)
    assert at_risk is not None
    assert np.count_nonzero(-returns <= at_risk) >= level * len(returns) - 1e-9


@given(RETURNS)
def test_a_drawdown_is_between_nothing_and_all(returns: np.ndarray) -> None:
    drawdown = max_drawdown(returns)
    assert drawdown is not None
    assert 0 <= drawdown <= 1


@given(st.lists(st.floats(0.5, 1e6), min_size=3, max_size=40))
def test_volatility_equals_the_textbooks(values: list[float]) -> None:
    returns = aligned_returns({ONE: closes(*values)}).matrix[:, 0]
    mine = annualised_volatility(returns, 252)
    assert mine == pytest.approx(statistics.stdev(returns.tolist()) * math.sqrt(252), rel=1e-9, abs=1e-12)


@given(st.lists(st.lists(st.floats(0.5, 1e3), min_size=25, max_size=25), min_size=1, max_size=6), st.data())
def test_shares_of_variance_add_up_to_one(series: list[list[float]], data: st.DataObject) -> None:
    returns = aligned_returns(
        {InstrumentId(f"stocks:S{n}"): closes(*values) for n, values in enumerate(series)}
    )
    weights = np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=len(series), max_size=len(series))))
    shares = shares_of_variance(returns, weights)
    assert float(shares.sum()) == pytest.approx(1.0) or not shares.any()
