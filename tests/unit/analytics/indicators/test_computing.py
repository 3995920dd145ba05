"""Indicators over bars, whatever the bars are like."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from rtp_tui.analytics.indicators.catalogue import COLUMNS, catalogue, indicator, indicators
from rtp_tui.analytics.indicators.columns import BarColumns, columns_of, joined
from rtp_tui.analytics.indicators.computing import compute
from rtp_tui.analytics.indicators.library import Library
from rtp_tui.analytics.indicators.presets import PRESETS
from rtp_tui.analytics.indicators.refusals import ArgumentRefused, LibraryMissing
from tests.indicated import wandering, wandering_bars
from tests.indicator_reference import reference_of_presets

pytest.importorskip("talib", reason="TA-Lib is not installed")
import pandas as pd  # type: ignore[import-untyped]  # has no types of its own

EVERY = tuple(map(indicator, catalogue()))
RECORDED = Path(os.environ.get("RTP_RECORDINGS", Path(__file__).parents[5] / "shared/data/feeds")) / "ohlcv"


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


def values(name: str, bars: BarColumns, library: Library) -> list[float]:
    [found] = compute([indicator(name)], bars, library).values()
    return list(found)


def assert_presets_equal_the_reference(bars: BarColumns, library: Library) -> None:
    frame = pd.DataFrame(bars.rows.T, columns=list(COLUMNS))
    found = compute(indicators(PRESETS), bars, library)
    expected = reference_of_presets(frame)
    assert set(found) == set(expected)
    for name, wanted in expected.items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-8, atol=1e-8, err_msg=name)


def recorded(name: str, columns: list[str] | None, count: int) -> BarColumns:
    """The first bars of a recording."""
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"recorded bars are absent ({path})")
    frame = pd.read_csv(path, header=0 if columns is None else None, names=columns, nrows=count)
    frame.columns = [str(column).lower() for column in frame.columns]
    rows = np.ascontiguousarray(frame[list(COLUMNS)].to_numpy(np.float64).T)
    return BarColumns(np.arange(len(frame), dtype=np.int64), rows)


def test_presets_equal_a_reference_on_made_up_bars(library: Library) -> None:
    assert_presets_equal_the_reference(wandering(400), library)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("GOOG_1d_2004-2013.csv", None),
        ("btcusdt_perp_1m_2022-01_31days.csv.gz", None),
        ("lean_ibm_1m_2013-10-04_11.csv.gz", ["day", "time", *COLUMNS]),
        ("lean_coinbase_ltcusd_1m_2018-04-04_05_06.csv.gz", ["day", "time", *COLUMNS]),
    ],
)
def test_presets_equal_a_reference_on_real_bars(
    name: str, columns: list[str] | None, library: Library
) -> None:
    assert_presets_equal_the_reference(recorded(name, columns, 1_500), library)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 600])
def test_every_function_takes_series_of_any_length(count: int, library: Library) -> None:
    found = compute(EVERY, wandering(count), library)

    assert {name for one in EVERY for name in one.series} == set(found)
    assert {len(one) for one in found.values()} == {count}
    assert all(one.dtype == np.float64 for one in found.values())


@pytest.mark.parametrize("level", [0.0, 1.0, 100.0, 1e12])
def test_constant_bars_give_numbers_or_nothing_and_never_infinity(level: float, library: Library) -> None:
    bars = wandering(300)
    found = compute(EVERY, BarColumns(bars.open_ms, np.full_like(bars.rows, level)), library)

    assert not any(np.isinf(one).any() for one in found.values())


def test_every_function_knows_its_newest_value_on_ordinary_bars(library: Library) -> None:
    found = compute(EVERY, wandering(600), library)
    unknown = {name for name, one in found.items() if math.isnan(one[-1])}

    # The arc functions are of numbers up to one alone; the fractals speak of the bars where they stand out.
    assert {name.partition("(")[0] for name in unknown} <= {"acos", "asin", "fractal", "zigzag"}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_bar_with_something_that_is_no_number_is_closed_up(
    column: str, value: float, library: Library
) -> None:
    bars = wandering(300)
    wrong = BarColumns(bars.open_ms, bars.rows.copy())
    wrong.rows[COLUMNS.index(column), [0, 100, 101, 299]] = value
    kept = [place for place in range(300) if place not in (0, 100, 101, 299)]
    without = BarColumns(bars.open_ms[kept], np.ascontiguousarray(bars.rows[:, kept]))

    found, expected = compute(EVERY, wrong, library), compute(EVERY, without, library)

    for name in found:
        np.testing.assert_array_equal(found[name][kept], expected[name], err_msg=name)
        assert np.isnan(found[name][[0, 100, 101, 299]]).all(), name


def test_bars_without_a_single_number_give_nothing(library: Library) -> None:
    bars = wandering(50)
    found = compute(EVERY, BarColumns(bars.open_ms, np.full_like(bars.rows, math.nan)), library)

    assert all(np.isnan(one).all() for one in found.values())


def test_missing_minutes_are_closed_up_and_not_filled_in(library: Library) -> None:
    bars = wandering_bars(200)
    late = wandering_bars(200, first_ms=bars[0].open_ms + 86_400_000)

    assert values("ema(9)", columns_of(bars), library)[9:] == values("ema(9)", columns_of(late), library)[9:]


def test_columns_are_not_written_to(library: Library) -> None:
    bars = wandering(300)
    before = bars.rows.copy()
    compute(EVERY, bars, library)

    np.testing.assert_array_equal(bars.rows, before)


def test_one_result_of_several_is_given_where_it_is_picked(library: Library) -> None:
    bars = wandering(100)
    all_three = compute([indicator("macd")], bars, library)

    assert values("macd.signal", bars, library)[60] == all_three["macd(12,26,9).signal"][60]


def test_another_column_may_be_read(library: Library) -> None:
    bars = wandering(40)
    expected = bars.rows[COLUMNS.index("volume"), -5:].mean()

    assert values("sma(5,real=volume)", bars, library)[-1] == pytest.approx(expected)


def test_where_a_high_was_is_told_in_bars_ago(library: Library) -> None:
    rows = np.ones((5, 6)) * [5, 9, 3, 2, 4, 1]
    bars = BarColumns(np.arange(6, dtype=np.int64), rows)

    found = values("maxindex(3)", bars, library)
    assert np.isnan(found[:2]).all()
    assert found[2:] == [1, 2, 0, 1]


def test_what_a_function_does_not_take_is_refused_with_its_name(library: Library) -> None:
    with pytest.raises(ArgumentRefused, match=r"rsi does not take 0: .*Bad Parameter"):
        values("rsi(0)", wandering(50), library)
    with pytest.raises(ArgumentRefused, match="timeperiod of vwap_bands is between 1 and"):
        values("vwap_bands(0)", wandering(50), library)


def test_without_volume_there_is_no_volume_weighted_price(library: Library) -> None:
    bars = columns_of(wandering_bars(80, volume=0.0))

    assert np.isnan(values("vwap_bands(20).upper", bars, library)).all()


def test_a_function_that_an_older_library_lacks_is_told(library: Library) -> None:
    from msgspec.structs import replace

    one = indicator("rsi")
    unknown = replace(one, function=replace(one.function, name="of_tomorrow"))
    with pytest.raises(LibraryMissing, match="has no of_tomorrow"):
        compute([unknown], wandering(30), library)


def test_parts_are_joined_in_their_order() -> None:
    bars = wandering(30)
    parts = [bars.since(20), bars.between(int(bars.open_ms[3]), int(bars.open_ms[5]))]

    assert joined(parts).open_ms.tolist() == [*bars.open_ms[20:], *bars.open_ms[3:5]]
    assert len(joined([])) == 0
