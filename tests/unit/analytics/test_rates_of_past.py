"""Closes of the past in another currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.rates_of_past import MOST_HELD_MS, in_currency
from rtp_tui.analytics.risk_question import Closes

DAY_MS = 86_400_000


def days(*closes: float, first: int = 0) -> Closes:
    return Closes(tuple((first + day) * DAY_MS for day in range(len(closes))), closes)


RUPEES = days(1_000.0, 1_100.0, 990.0)


def test_every_close_is_multiplied_by_the_rate_of_its_period() -> None:
    """By hand: 1,000 at 0.0125, 1,100 at 0.0120 and 990 at 0.0130 dollars a rupee."""
    told = in_currency(RUPEES, "INR", "USD", {("INR", "USD"): days(0.0125, 0.0120, 0.0130)})

    assert told.opens_ms == [0, DAY_MS, 2 * DAY_MS]
    assert told.closes == pytest.approx([12.5, 13.2, 12.87])


def test_a_pair_is_turned_around_where_it_is_told_the_other_way() -> None:
    """By hand: 80, 88 and 82.5 rupees a dollar."""
    told = in_currency(RUPEES, "INR", "USD", {("USD", "INR"): days(80.0, 88.0, 82.5)})

    assert told.closes == pytest.approx([12.5, 12.5, 12.0])


def test_two_pairs_lead_over_the_dollar() -> None:
    """By hand: 80, 88 and 82.5 rupees and 4,000, 4,400 and 4,125 pesos a dollar are 50 pesos a rupee each day."""
    pairs = {("USD", "INR"): days(80.0, 88.0, 82.5), ("USD", "COP"): days(4_000.0, 4_400.0, 4_125.0)}

    assert in_currency(RUPEES, "INR", "COP", pairs).closes == pytest.approx([50_000.0, 55_000.0, 49_500.0])


def test_the_way_that_knows_the_most_periods_is_taken_and_the_direct_one_of_equals() -> None:
    cross = {("USD", "INR"): days(80.0, 80.0, 80.0), ("EUR", "USD"): days(1.25, 1.25, 1.25)}
    short = {**cross, ("EUR", "INR"): days(90.0, first=2)}
    whole = {**cross, ("EUR", "INR"): days(90.0, 90.0, 90.0)}

    assert in_currency(RUPEES, "INR", "EUR", short).closes == pytest.approx([10.0, 11.0, 9.9])
    assert in_currency(RUPEES, "INR", "EUR", whole).closes == pytest.approx([1000 / 90, 1100 / 90, 11.0])


def test_a_rate_holds_over_a_weekend_and_no_longer() -> None:
    friday = {("USD", "INR"): days(80.0)}
    week = days(*([800.0] * 7))

    told = in_currency(week, "INR", "USD", friday)

    assert told.opens_ms == [day * DAY_MS for day in range(5)]
    assert 4 * DAY_MS == MOST_HELD_MS


def test_a_period_before_the_first_rate_has_none() -> None:
    told = in_currency(RUPEES, "INR", "USD", {("USD", "INR"): days(80.0, 80.0, first=1)})
    assert told.opens_ms == [DAY_MS, 2 * DAY_MS]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_rate_is_passed_over_for_the_one_before_it(rate: float) -> None:
    told = in_currency(RUPEES, "INR", "USD", {("USD", "INR"): days(80.0, rate, 82.5)})
    assert told.closes == pytest.approx([12.5, 13.75, 12.0])


@pytest.mark.parametrize("pairs", [{}, {("USD", "COP"): days(4_000.0)}, {("INR", "USD"): Closes((), ())}])
def test_without_rates_nothing_is_known(pairs: dict[tuple[str, str], Closes]) -> None:
    assert in_currency(RUPEES, "INR", "USD", pairs) == Closes([], [])


PRICE = st.floats(0.01, 1e6)


@given(st.lists(st.tuples(PRICE, PRICE, PRICE), min_size=1, max_size=40))
def test_any_way_of_the_same_rates_leads_to_the_same_worth_and_back(
    rows: list[tuple[float, float, float]],
) -> None:
    closes, inr, cop = (days(*column) for column in zip(*rows, strict=True))
    over_the_dollar = {("USD", "INR"): inr, ("USD", "COP"): cop}
    direct = {
        ("INR", "COP"): days(*(pesos / rupees for pesos, rupees in zip(cop.closes, inr.closes, strict=True)))
    }

    crossed = in_currency(closes, "INR", "COP", over_the_dollar)

    assert crossed.closes == pytest.approx(in_currency(closes, "INR", "COP", direct).closes)
    back = in_currency(crossed, "COP", "INR", over_the_dollar)
    assert back.closes == pytest.approx(list(closes.closes))
    assert in_currency(closes, "INR", "INR", {}) is closes


@given(st.lists(PRICE, min_size=1, max_size=20), st.sets(st.integers(0, 40), min_size=1))
def test_no_rate_is_of_a_later_period_nor_older_than_a_weekend(rates: list[float], wanted: set[int]) -> None:
    """The rate of a day is told by its number here, so that which one was taken shows."""
    pair = days(*(1.0 + day for day in range(len(rates))))
    asked = Closes(tuple(day * DAY_MS for day in sorted(wanted)), tuple(1.0 for _ in wanted))

    told = in_currency(asked, "EUR", "USD", {("EUR", "USD"): pair})

    for open_ms, value in zip(told.opens_ms, told.closes, strict=True):
        assert 0 <= open_ms // DAY_MS - (value - 1) <= 4
    known = {open_ms // DAY_MS for open_ms in told.opens_ms}
    assert known == {day for day in wanted if day <= len(rates) + 3}
