"""How indicators are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.indicators.naming import (
    Argument,
    IndicatorName,
    Misspelled,
    parsed,
    scanned,
    split_names,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rsi", IndicatorName("rsi")),
        ("RSI(14)", IndicatorName("rsi", (Argument(14),))),
        (" obv() ", IndicatorName("obv")),
        ("macd(12, 26,9).signal", IndicatorName("macd", (Argument(12), Argument(26), Argument(9)), "signal")),
        ("sma(20, real=Volume)", IndicatorName("sma", (Argument(20), Argument("volume", "real")))),
        ("t3(vfactor = .7)", IndicatorName("t3", (Argument(0.7, "vfactor"),))),
    ],
)
def test_an_indicator_is_read_as_it_is_written(text: str, name: IndicatorName) -> None:
    assert parsed(text) == name


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("14", 0),
        ("rsi(", 4),
        ("rsi(14", 6),
        ("rsi(14,)", 7),
        ("rsi(14) x", 8),
        ("macd.", 5),
        ("macd(1 2)", 7),
        ("ema(timeperiod=5, 3)", 18),
        ("rsi(1e400)", 5),
        ("rsi(nan=)", 8),
    ],
)
def test_what_names_no_indicator_is_refused_with_the_place(text: str, position: int) -> None:
    with pytest.raises(Misspelled) as refusal:
        parsed(text)
    assert refusal.value.position == position


def test_an_indicator_is_found_within_a_longer_text() -> None:
    text = "close > ema(50).value and rsi(14)<30"

    assert scanned(text, 8) == (IndicatorName("ema", (Argument(50),), "value"), 21)
    assert scanned(text, 26) == (IndicatorName("rsi", (Argument(14),)), 33)


def test_a_list_is_split_at_commas_outside_of_brackets() -> None:
    assert list(split_names("rsi(14), macd(12,26,9).signal ,obv")) == [
        "rsi(14)",
        "macd(12,26,9).signal",
        "obv",
    ]


words = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True)
numbers = st.integers(-99_999, 99_999).map(float) | st.sampled_from([0.02, 0.5, 2.5, 1000.25])
arguments = st.tuples(
    st.lists(st.builds(Argument, numbers | words), max_size=4),
    st.lists(st.builds(Argument, numbers | words, words), max_size=4),
).map(lambda both: (*both[0], *both[1]))


@given(st.builds(IndicatorName, words, arguments, words | st.just("")))
def test_what_is_written_is_read_as_it_was(name: IndicatorName) -> None:
    assert parsed(str(name)) == name


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert -1 <= _refused_at(text) <= len(text)


def _refused_at(text: str) -> int:
    """-1 where it is read, and then written so that it reads the same."""
    try:
        name = parsed(text)
    except Misspelled as refusal:
        return refusal.position
    assert parsed(str(name)) == name
    return -1
