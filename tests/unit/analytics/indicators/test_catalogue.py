"""Which functions there are, and what a name means."""

import re

import pytest

from rtp_tui.analytics.indicators.catalogue import (
    MOST_WARM_UP,
    VWAP_BANDS,
    UnknownIndicator,
    catalogue,
    indicator,
    indicators,
)
from rtp_tui.analytics.indicators.presets import PRESETS

abstract = pytest.importorskip("talib.abstract", reason="TA-Lib is not installed")
talib = pytest.importorskip("talib", reason="TA-Lib is not installed")


def test_the_catalogue_has_every_function_of_the_library() -> None:
    known = set(catalogue()) - {VWAP_BANDS.name}

    assert known == {name.lower() for name in talib.get_functions()}


def test_the_catalogue_tells_inputs_parameters_and_results_as_the_library_does() -> None:
    for name, function in catalogue().items():
        if function is VWAP_BANDS:
            continue
        told = abstract.Function(name.upper()).info
        written = {one.name: one.default for one in function.parameters}
        assert written == dict(told["parameters"]), name
        assert [one.is_whole for one in function.parameters] == [
            isinstance(default, int) for default in told["parameters"].values()
        ], name
        signature = getattr(talib, name.upper()).__doc__.split("\n\n")[1].partition("(")[2]
        inputs = re.split(r"[\[)]", signature)[0].split(", ")
        assert [one.name for one in function.inputs] == [one.strip() for one in inputs], name
        assert len(function.outputs) == len(set(function.outputs)) == len(told["output_names"]), name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RSI", "rsi(14)"),
        ("rsi(timeperiod=7)", "rsi(7)"),
        ("macd(slowperiod=30).signal", "macd(12,30,9).signal"),
        ("obv", "obv"),
        ("sma(20,real=volume)", "sma(20,real=volume)"),
        ("sma(20,real=close)", "sma(20)"),
        ("sar", "sar(0.02,0.2)"),
    ],
)
def test_all_ways_to_write_an_indicator_give_one_name(text: str, name: str) -> None:
    assert indicator(text).name == name
    assert indicator(name) == indicator(text)


def test_a_function_of_several_results_names_each() -> None:
    assert indicator("macd").series == ("macd(12,26,9).macd", "macd(12,26,9).signal", "macd(12,26,9).hist")
    assert indicator("macd.hist").series == ("macd(12,26,9).hist",)
    assert indicator("rsi").series == ("rsi(14)",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rsii(14)", "no indicator 'rsii': did you mean 'rsi'?"),
        ("macd.sginal", "no result of macd 'sginal': did you mean 'signal'?"),
        ("rsi(14,3)", "rsi takes 1 argument at most"),
        ("rsi(timeperoid=3)", "no parameter of rsi 'timeperoid': did you mean 'timeperiod'?"),
        ("rsi(2.5)", "timeperiod of rsi is a whole number, not 2.5"),
        ("rsi(close)", "timeperiod of rsi is a number, not 'close'"),
        ("rsi(100001)", "timeperiod of rsi is at most 100000"),
        ("sma(20,real=clsoe)", "no column 'clsoe': did you mean 'close'?"),
        ("obv(3)", "obv takes no argument"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest(text: str, message: str) -> None:
    with pytest.raises(UnknownIndicator, match=re.escape(message)):
        indicator(text)


def test_warm_up_is_bounded_and_none_where_values_sum_up_from_the_first_bar() -> None:
    assert indicator("ema(100000)").warm_up == MOST_WARM_UP
    assert indicator("rsi").warm_up == 15 * 14
    assert indicator("obv").warm_up == 0


def test_the_presets_are_written_in_full_or_nearly_so() -> None:
    assert len(indicators([*PRESETS, "rsi"])) == len(PRESETS)
