import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.sources.figures import rounded


@pytest.mark.parametrize(
    ("value", "steps", "figure"),
    [
        (83744.3 - -429.3, 1e10, 84173.6),
        (65000 / 1.04, 1e10, 62500.0),
        (0.1 + 0.2, 100, 0.3),
        (7.02, 20, 7.0),
    ],
)
def test_the_noise_of_a_binary_fraction_is_rounded_away(value: float, steps: float, figure: float) -> None:
    assert rounded(value, steps) == figure


@given(st.floats(-1e9, 1e9, width=32), st.sampled_from([2, 4]))
def test_a_float_of_32_bits_is_rounded_as_by_its_digits(value: float, digits: int) -> None:
    assert rounded(value, 10**digits) == round(value, digits)


@given(st.decimals(-400_000, 400_000, places=9) | st.decimals(-90_000, 90_000, places=10))
def test_a_price_of_as_many_decimals_as_a_float_can_tell_stays_what_it_is(price: object) -> None:
    assert rounded(float(str(price)), 1e10) == float(str(price))


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e308])
def test_what_is_too_large_is_left_as_it_is(value: float) -> None:
    assert rounded(value, 1e10) == value


def test_what_is_no_number_is_left_as_it_is() -> None:
    assert math.isnan(rounded(math.nan, 100))


def test_a_half_goes_to_the_even_step() -> None:
    (exact,) = struct.unpack("<f", struct.pack("<f", 0.125))
    assert rounded(exact, 100) == round(exact, 2) == 0.12
