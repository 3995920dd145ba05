"""Indicators that go on bar by bar come to what they come to over their whole series, to the last bit."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_tui.analytics.indicators.catalogue import Indicator, catalogue, indicator, indicators
from rtp_tui.analytics.indicators.columns import BarColumns, Floats
from rtp_tui.analytics.indicators.computing import compute
from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.presets import LEAST_BARS, MOST_BARS, PRESETS
from rtp_tui.analytics.indicators.workbench import Workbench
from rtp_tui.model.market import Bar
from tests.factories import BTC, ETH, a_bar
from tests.indicated import FIRST_MS, MINUTE_MS, wandering_bars

pytest.importorskip("talib", reason="TA-Lib is not installed")

EVERY = tuple(map(indicator, catalogue()))
TOLD_OTHERWISE = indicators(
    (
        *("ema(200)", "ma(9,8)", "bbands(5,1,3,4)", "stoch(14,3,1,3,2)", "sar(0.05,0.5)", "obv(real=open)"),
        *("rsi(3,real=volume)", "macd(3,7,2).hist", "minmaxindex(7).maxidx", "sma(1)", "ema(900)"),
    )
)
"""Other numbers, columns and averages; one result of several; periods that no series is long enough for."""
SOME = indicators([*PRESETS, *(one.name for one in EVERY if not one.name.startswith("cdl"))])


def of_the_whole_series(wanted: Sequence[Indicator], bars: BarColumns, bench: Workbench) -> dict[str, Floats]:
    """The newest three values of each, computed over all bars at once."""
    found = compute(wanted, bars, bench.library)
    return {name: values[-3:] for name, values in found.items()}


def assert_is_that_of_the_whole_series(wanted: Sequence[Indicator], bench: Workbench) -> Newest:
    """What streams tell of a Bitcoin, against all bars of its ring at once."""
    found = bench.newest(wanted, [BTC], 0)
    bars = bench.rings.held[BTC].columns
    expected = of_the_whole_series(wanted, bars, bench)
    assert set(found.series) == set(expected)
    for name, values in expected.items():
        told = [found.value(BTC, name, ago) for ago in reversed(range(len(values)))]
        known = [None if value != value else value for value in values.tolist()]
        assert told == known, (name, len(bars))
    assert found.open_ms(BTC) == bars.open_ms[-1]
    return found


def assert_is_that_of_a_restart(
    wanted: Sequence[Indicator], found: Newest, stored: Iterable[Bar], bench: Workbench
) -> None:
    """What an engine tells that was started just now, which reads the newest bars of the store."""
    begun = Workbench()
    begun.library = bench.library
    bars = {bar.open_ms: bar for bar in stored}
    begun.rings.fill(BTC, [bars[open_ms] for open_ms in sorted(bars)][-MOST_BARS:])
    np.testing.assert_array_equal(
        begun.newest(wanted, [BTC], 0).instruments[BTC].rows, found.instruments[BTC].rows
    )


def flat_bars(count: int) -> list[Bar]:
    return wandering_bars(count, open=7.0, high=7.0, low=7.0, close=7.0, volume=0.0)


def stepping_bars(count: int) -> list[Bar]:
    """Prices and volumes that are often the same as before."""
    random = Random(5)
    bars = []
    for bar in wandering_bars(count):
        low, open_, close, high = sorted(random.randint(40, 44) for _ in range(4))
        values = {"open": float(open_), "high": float(high), "low": float(low), "close": float(close)}
        bars.append(a_bar(open_ms=bar.open_ms, volume=float(random.randint(0, 2)), **values))
    return bars


@pytest.mark.parametrize("bars_of", [wandering_bars, flat_bars, stepping_bars])
@pytest.mark.parametrize("begin", [1, 2, 45, 300, LEAST_BARS])
def test_every_function_goes_on_as_the_whole_series_does(
    begin: int, bars_of: Callable[[int], list[Bar]]
) -> None:
    bench, wanted = Workbench(), (*EVERY, *TOLD_OTHERWISE)
    bars = bars_of(begin + 60)
    bench.rings.fill(BTC, bars[:begin])
    assert_is_that_of_the_whole_series(wanted, bench)
    for count, bar in enumerate(bars[begin:], 1):
        bench.rings.put([bar])
        bench.newest(wanted, [BTC], 0)
        if count in (1, 2, 20, 60):
            assert_is_that_of_the_whole_series(wanted, bench)


def test_every_function_tells_the_same_after_a_restart_and_while_its_series_moves_on() -> None:
    bench, bars = Workbench(), wandering_bars(MOST_BARS + 300)
    beginnings = set()
    for count, bar in enumerate(bars, 1):
        bench.rings.put([bar])
        if count > LEAST_BARS and count % 7 == 0:
            found = bench.newest(EVERY, [BTC], 0)
            beginnings.add(int(bench.rings.held[BTC].columns.open_ms[0]))
            if count % 49 == 0:
                assert_is_that_of_the_whole_series(EVERY, bench)
                assert_is_that_of_a_restart(EVERY, found, bars[:count], bench)

    assert len(beginnings) >= 4


NEAR = st.integers(-1_000, 40)
"""Minutes from the newest: of one that is late, revised or to come, with a gap before it or not."""
PRICES = st.floats(0.5, 500.0) | st.sampled_from([100.0, 101.0])
TOLD = st.lists(st.tuples(st.just(1) | NEAR, PRICES, st.floats(0, 1e6)), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stored=st.sampled_from([0, 3, 100, 590, 700, MOST_BARS]),
    nights=st.booleans(),
    wanted=st.lists(st.sampled_from(SOME), min_size=3, max_size=12, unique_by=lambda one: one.name),
    rounds=st.lists(TOLD, min_size=1, max_size=5),
)
def test_late_bars_corrections_and_gaps_end_in_the_same_numbers_as_a_restart(
    stored: int, nights: bool, wanted: list[Indicator], rounds: list[list[tuple[int, float, float]]]
) -> None:
    bench, asked = Workbench(), tuple(wanted)
    known = {bar.open_ms: bar for bar in wandering_bars(stored)}
    if nights:
        known = {at: bar for at, bar in known.items() if at // MINUTE_MS % 200 < 90}
    bench.rings.fill(BTC, list(known.values()))
    bench.newest(asked, [BTC], 0)
    for told in rounds:
        for minutes, price, volume in told:
            open_ms = max(known, default=FIRST_MS) + minutes * MINUTE_MS
            bar = a_bar(
                open_ms=open_ms, open=price, high=price + 1, low=price - 0.1, close=price, volume=volume
            )
            if open_ms < min(known, default=0) and len(known) >= LEAST_BARS:
                continue  # the store had more bars than these before it, or it would be the beginning
            known[open_ms] = bar
            bench.rings.put([bar])
        found = assert_is_that_of_the_whole_series(asked, bench)
        assert_is_that_of_a_restart(asked, found, known.values(), bench)


def test_a_bar_told_twice_changes_nothing() -> None:
    bench, bars = Workbench(), wandering_bars(40)
    bench.rings.fill(BTC, bars)
    before = bench.newest(SOME, [BTC], 0)
    revisions = bench.rings.held[BTC].revisions
    bench.rings.put([bars[-1], bars[3]])
    bench.rings.fill(BTC, bars)
    found = assert_is_that_of_the_whole_series(SOME, bench)

    assert bench.rings.held[BTC].revisions == revisions
    np.testing.assert_array_equal(found.instruments[BTC].rows, before.instruments[BTC].rows)


@pytest.mark.parametrize("missed", [1, 2, 4, 5, 6, 20])
def test_rounds_that_were_left_out_are_made_up_for(missed: int) -> None:
    bench, bars = Workbench(), wandering_bars(60)
    bench.rings.fill(BTC, bars[:-missed])
    bench.newest(SOME, [BTC], 0)
    bench.rings.put(bars[-missed:])

    assert_is_that_of_the_whole_series(SOME, bench)


def test_what_is_wanted_may_change_and_instruments_may_go_and_come_back() -> None:
    bench = Workbench()
    bench.rings.fill(BTC, wandering_bars(60))
    bench.rings.fill(ETH, wandering_bars(60, seed=8, instrument=ETH))
    bench.newest(SOME, [BTC, ETH], 0)
    assert_is_that_of_the_whole_series(indicators(["rsi(7)", "vwap_bands(5,1)"]), bench)
    bench.keep([ETH])
    assert bench.newest(SOME, [BTC], 0).instruments == {}
    bench.rings.fill(BTC, wandering_bars(50, seed=9))

    assert_is_that_of_the_whole_series(SOME, bench)
