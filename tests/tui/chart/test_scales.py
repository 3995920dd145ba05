from math import isfinite, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.tui.chart.scales import nice_step, scale_of, ticks

numbers = st.one_of(st.floats(-1e300, 1e300), st.floats(allow_nan=True, allow_infinity=True))


@given(st.lists(numbers, max_size=20), st.integers(0, 200))
def test_a_scale_has_a_place_for_every_number(values: list[float], dots: int) -> None:
    scale = scale_of(values, dots)
    assert scale.low < scale.high
    for value in values:
        if isfinite(value):
            assert 0 <= scale.dot(value) < scale.dots


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=20), st.integers(1, 200))
def test_a_higher_price_never_stands_lower(values: list[float], dots: int) -> None:
    scale = scale_of(values, dots)
    places = [scale.dot(value) for value in sorted(values)]
    assert places == sorted(places, reverse=True)


@given(st.floats(1e-12, 1e12), st.floats(1e-3, 10), st.integers(1, 20))
def test_ticks_are_round_few_and_inside(low: float, extent: float, most: int) -> None:
    high = low * (1 + extent)
    values, decimals = ticks(low, high, most)
    assert len(values) <= most + 1
    assert all(low <= value <= high for value in values)
    step = nice_step(high - low, most)
    assert round(step / 10 ** round(log10(step) - 0.301), 6) in (1.0, 2.0, 5.0, 10.0, 0.5)
    assert 0 <= decimals <= 12


@pytest.mark.parametrize(
    ("extent", "most", "step"), [(10, 5, 2), (10, 4, 5), (0.001, 10, 0.0001), (70_000, 7, 10_000), (0, 3, 1)]
)
def test_steps_are_one_two_or_five(extent: float, most: int, step: float) -> None:
    assert nice_step(extent, most) == pytest.approx(step)


def test_a_price_that_never_moves_stands_in_the_middle() -> None:
    scale = scale_of([5.0, 5.0], 21)
    assert scale.dot(5.0) == 10


def test_prices_of_a_hundred_millionth_are_told_apart() -> None:
    values, decimals = ticks(1.0e-8, 1.6e-8, 4)
    texts = [f"{value:.{decimals}f}" for value in values]
    assert len(set(texts)) == len(texts) >= 3
