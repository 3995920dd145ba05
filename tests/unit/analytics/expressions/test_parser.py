"""Rules as text: what they mean, and what is wrong with them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.expressions.checker import check
from rtp_tui.analytics.expressions.errors import ExpressionError, caret
from rtp_tui.analytics.expressions.parser import parse
from rtp_tui.analytics.expressions.syntax import Node
from rtp_tui.analytics.signals.indicators import CatalogueIndicators
from tests.unit.analytics.expressions.trees import MINUTE_MS, rules

KNOWN = CatalogueIndicators()
WORDS = ("close", "close[1]", "rsi(14)", "macd(12,26,9).signal", "(", ")", "<", ">=", "and", "or", "not", "-", "5m",
         "1", "avg(", ",", "change(", "[", "]", "%", ".", "volume", "crosses_above(", "=", "&&")  # fmt: skip


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as refused:
        check(parse(text), KNOWN, MINUTE_MS)
    return refused.value


@given(rules)
def test_a_rule_that_is_written_down_is_read_as_it_was(rule: Node) -> None:
    assert parse(str(rule)) == rule


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)))
def test_arbitrary_text_is_a_rule_or_refused_in_words(text: str) -> None:
    with suppress(ExpressionError):
        check(parse(text), KNOWN, MINUTE_MS)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "not " * 250 + "close > 1", "-" * 900 + "1", "close" + "+close" * 180]
)
def test_depth_is_bounded(text: str) -> None:
    assert isinstance(refusal(text), ExpressionError)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "a rule is missing"),
        ("close >", 7, "the rule ends where a value is expected"),
        ("close > 1 2", 10, "2 stands where the end of the rule is expected"),
        ("close = 1", 6, "write =="),
        ("close > 1 && volume > 2", 10, "write and, or, not"),
        ("close[-1] > 1", 6, "look ahead"),
        ("close[1.5] > 1", 6, "a whole number of bars"),
        ("1 < close < 2", 10, "not chained"),
        ("rssi(14) < 30", 0, "did you mean rsi?"),
        ("clsoe > 30", 0, "did you mean close?"),
        ("macd(12,26,9).signl > 0", 0, "signal"),
        ("rsi(14, 3) > 1", 0, "argument"),
        ("rsi(0) > 1", 0, "between 1 and 500"),
        ("close", 0, "a rule is true or false"),
        ("close and volume", 0, "and wants true or false"),
        ("avg(close) > 1", 0, "takes 2 arguments"),
        ("avg(close, 0) > 1", 11, "a whole number of bars between 1 and 500"),
        ("avg(close, volume) > 1", 11, "a whole number of bars"),
        ("change(5) > 1", 7, "a length of time"),
        ("change(90s) > 1", 7, "no multiple"),
        ("spread[1] > 1", 0, "not known of bars of the past"),
        ("close[501] > 1", 11, "at most 500"),
        ("close[99999999999999999999] > 1", 28, "at most 500"),
        ("close > avg(avg(close, 200), 200)", 6, "steps"),
        ("change(24h) > 1", 12, "at most 500"),
        ("__import__('os')", 11, "means nothing here"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, position: int, words: str) -> None:
    error = refusal(text)
    assert words in str(error)
    assert error.position == position


def test_a_mark_stands_below_the_mistake() -> None:
    assert caret("close > rssi(14)", refusal("close > rssi(14)")) == "close > rssi(14)\n        ^"


def test_of_a_long_rule_the_part_around_the_mistake_is_shown() -> None:
    text = " and ".join(["close > 1"] * 20) + " and\nclos > 2" + " and close > 1" * 9
    shown, mark = caret(text, refusal(text)).splitlines()
    assert shown[mark.index("^") :].startswith("clos > 2 and")
    assert shown.startswith("…")
    assert len(shown) < 80


def test_the_same_part_is_the_same_wherever_it_stands() -> None:
    assert parse("rsi(14) < 30") == parse("  rsi( 14 )  <30 %")
    assert parse("a_rule_of(1) < 2") != parse("a_rule_of(2) < 2")


def test_words_bind_as_in_arithmetic() -> None:
    assert parse("not 1 + 2 * 3 < 7 and 1 < 2 or 3 < 4") == parse(
        "((not ((1 + (2 * 3)) < 7)) and (1 < 2)) or (3 < 4)"
    )
    assert parse("1 - 2 - 3 < 0") == parse("(1 - 2) - 3 < 0")
