"""Conditions as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.monitoring.alerts.conditions import ConditionError, parse_condition
from rtp_tui.monitoring.alerts.fields import FIELDS
from rtp_tui.monitoring.alerts.measures import READS


@pytest.mark.parametrize(
    ("text", "subject", "field", "threshold"),
    [
        ("crypto:BTC price > 70000", "crypto:BTC", "price", 70_000),
        ("change 1m > 2 %", "*", "change_1m", 2),
        ("crypto:* move_1m>=2.5%", "crypto:*", "move_1m", 2.5),
        ("memory > 500 MB", "*", "memory", 500e6),
        ("data age > 5m", "*", "data_age", 300),
        ("binance feed rate < 1", "binance", "feed_rate", 1),
        ("database > 0.1 s", "*", "database", 100),
        ("market_cap < 1.5T", "*", "market_cap", 1.5e12),
    ],
)
def test_a_condition_names_a_field_and_a_threshold_in_its_unit(
    text: str, subject: str, field: str, threshold: float
) -> None:
    condition = parse_condition(text)

    assert (condition.subject, condition.field.name) == (subject, field)
    assert condition.threshold == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("crypto:BTC pirce > 3", 12, "did you mean price"),
        ("memroy > 3", 1, "did you mean memory"),
        ("price > x", 9, "no number"),
        ("price >", 8, "a number is missing"),
        ("price", 6, "expected"),
        ("", 1, "expected"),
        ("price > 5 MB", 11, "no unit of price"),
        ("x memory > 1", 1, "engine as a whole"),
        ("BTC price > 1", 1, "class:SYMBOL"),
        ("price > 1e300", 9, "out of range"),
        ("price > " + "9" * 300, 200, "at most 200"),
    ],
)
def test_what_cannot_be_understood_is_shown_where_it_stands(text: str, position: int, words: str) -> None:
    with pytest.raises(ConditionError, match=words) as refused:
        parse_condition(text)
    assert refused.value.position == position


@given(st.text(max_size=250))
def test_any_text_is_a_condition_or_a_clear_error(text: str) -> None:
    with suppress(ConditionError):
        assert parse_condition(text).words


def test_hysteresis_ends_a_condition_later_than_it_began() -> None:
    above, below = parse_condition("price > 100"), parse_condition("price < 100")
    assert [above.holds(value) for value in (100, 101)] == [False, True]
    assert [above.holds(value, 5) for value in (96, 95)] == [True, False]
    assert [below.holds(value, 5) for value in (104, 105)] == [True, False]


def test_every_field_is_read_from_somewhere() -> None:
    assert {name for name, field in FIELDS.items() if field.of_quote is None} == set(READS)
