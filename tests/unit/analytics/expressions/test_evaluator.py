"""What rules come to, against a reference that is slow and plain."""

from collections.abc import Mapping, Sequence
from math import isclose, isnan

import numpy as np
import pytest
from hypothesis import assume, given

from rtp_tui.analytics.expressions.checker import NoIndicators
from rtp_tui.analytics.expressions.evaluator import Plan
from rtp_tui.analytics.expressions.parser import parse
from rtp_tui.analytics.expressions.syntax import Node
from rtp_tui.analytics.expressions.windows import BarRing, Floats, columns_of, windows_of
from rtp_tui.analytics.indicators.naming import IndicatorName
from rtp_tui.model.market import Bar
from tests.factories import a_bar
from tests.unit.analytics.expressions.trees import MINUTE_MS, numbers, rules, series, slowly


class LastClose(NoIndicators):
    """One indicator: the close times what it is told, not known of the first two bars."""

    def compute(self, names: Sequence[IndicatorName], figures: Mapping[str, Floats]) -> Sequence[Floats]:
        found = []
        for name in names:
            values = figures["close"] * float(name.arguments[0].value)
            values[:2] = np.nan
            found.append(values)
        return found


def value_of(text: str | Node, bars: Sequence[Bar], spread: float | None = None) -> float | None:
    rule = parse(text) if isinstance(text, str) else text
    windows = windows_of([BarRing(bars)], [spread])
    value = float(Plan([rule], MINUTE_MS).values(windows, LastClose())[rule][0, -1])
    return None if isnan(value) else value


def closes(*values: float) -> tuple[Bar, ...]:
    return tuple(a_bar(open_ms=n * MINUTE_MS, close=value, volume=value) for n, value in enumerate(values, 1))


@given(numbers, series())
def test_a_number_is_what_the_reference_says(node: Node, bars: tuple[Bar, ...]) -> None:
    found, expected = value_of(node, bars), slowly(node, bars, len(bars) - 1)
    # What is left of two numbers that cancel out is rounding, in whichever order one adds.
    assume(expected is None or abs(expected) > 1e-6 or expected == found)
    assume(expected is None or abs(expected) < 1e100)
    assert (found is None) == (expected is None)
    assert found is None or expected is None or isclose(found, expected, rel_tol=1e-6, abs_tol=1e-4)


@given(rules, series())
def test_every_row_is_worked_out_as_if_it_were_alone(node: Node, bars: tuple[Bar, ...]) -> None:
    columns = columns_of(bars)
    rows = columns.windows(0, columns.bars)
    together = Plan([node], MINUTE_MS).values(rows, LastClose())[node][:, -1]
    alone = [value_of(node, bars[: number + 1]) for number in range(len(bars))]
    together = np.broadcast_to(together, len(bars))
    assert [None if isnan(one) else float(one) for one in together] == alone


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("close > 3", 1.0),
        ("close[1] == 3", 1.0),
        ("close[9] > 0", None),
        ("change(2m) == 100", 1.0),
        ("change(9m) > 0", None),
        ("avg(close, 4) == 2.5", 1.0),
        ("avg(close, 5) > 0", None),
        ("crosses_above(close, 3)", 1.0),
        ("crosses_above(close, 3)[1]", 0.0),
        ("crosses_below(3, close)", 1.0),
        ("close / (close - 4) > 0", None),
        ("close > 3 or close[9] > 0", 1.0),
        ("close > 3 and close[9] > 0", None),
        ("close > 9 and close[9] > 0", 0.0),
        ("not close[9] > 0", None),
        ("twice(2) == 8", 1.0),
        ("twice(2)[1] == 6", 1.0),
        ("twice(2)[2] > 0", None),
        ("spread > 0", None),
        ("avg(5, 3) == 5", 1.0),
    ],
)
def test_rules_over_four_closes(rule: str, expected: float | None) -> None:
    assert value_of(rule, closes(1, 2, 3, 4)) == expected


def test_a_spread_is_that_of_now() -> None:
    assert value_of("spread_pct <= 0.5", closes(100), spread=0.5) == 1.0


def test_change_takes_an_older_bar_where_none_began_then_but_none_that_is_too_old() -> None:
    bars = (a_bar(open_ms=MINUTE_MS, close=100.0), a_bar(open_ms=7 * MINUTE_MS, close=110.0))
    assert value_of("change(4m) > 9.99", bars) == 1.0
    assert value_of("change(3m) > 9.99", bars) is None


def test_a_ring_keeps_the_newest_bars_however_many_came() -> None:
    bars = [a_bar(open_ms=n * MINUTE_MS, close=float(n)) for n in range(1, 3000)]
    ring = BarRing(bars)
    assert ring.newest_ms == 2999 * MINUTE_MS
    assert list(ring.figures()[3]) == [float(n) for n in range(2400, 3000)]


def test_another_word_on_a_bar_replaces_it_and_is_not_news() -> None:
    ring = BarRing(closes(1, 2, 3))
    assert not ring.add(a_bar(open_ms=2 * MINUTE_MS, close=9.0))
    assert list(ring.figures()[3][-3:]) == [1.0, 9.0, 3.0]
