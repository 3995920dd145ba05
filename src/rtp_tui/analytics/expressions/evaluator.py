"""What rules come to: all of them at once over all rows, and each different part once.

A value that is not known is NaN, and so is whatever depends on it; true is 1, false 0. `and` and `or` are those of three
values (Kleene): false and unknown is false, true or unknown is true. Nothing divided by zero is known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from rtp_tui.analytics.expressions.checker import KnowsIndicators, bars_before, window_of
from rtp_tui.analytics.expressions.syntax import (
    Binary,
    Call,
    Column,
    Indicator,
    Node,
    Number,
    Past,
    Span,
    Unary,
    children,
)
from rtp_tui.analytics.expressions.vocabulary import CROSSINGS, WINDOWED
from rtp_tui.analytics.expressions.windows import NO_BAR_MS, Floats, Moments, Windows
from rtp_tui.analytics.indicators.naming import IndicatorName

Values = Mapping[Node, Floats]
"""Of each part a row of its newest values; those of a constant are one value in one row."""


class Indicators(KnowsIndicators, Protocol):
    """Works indicators out."""

    def compute(self, names: Sequence[IndicatorName], figures: Mapping[str, Floats]) -> Sequence[Floats]:
        """Of one row of bars each indicator as long as the bars are, NaN where it is not known yet."""
        ...


class Plan:
    """The parts of several rules in an order in which each comes after what it is made of."""

    def __init__(self, rules: Iterable[Node], bar_ms: int) -> None:
        self._bar_ms = bar_ms
        self._columns: dict[Node, int] = {}
        for rule in rules:
            self._want(rule, 1)
        self._order: dict[Node, None] = {}
        for node in self._columns:
            self._place(node)
        self._indicators = tuple(node for node in self._order if isinstance(node, Indicator))

    def values(self, windows: Windows, indicators: Indicators) -> Values:
        """Every part at the newest bars of every row."""
        values: dict[Node, Floats] = self._indicated(windows, indicators)
        with np.errstate(all="ignore"):
            for node in self._order:
                if node not in values and not isinstance(node, Span):
                    values[node] = self._value(node, windows, values)
        return values

    def _want(self, node: Node, columns: int) -> None:
        self._columns[node] = max(self._columns.get(node, 0), columns)
        for child in children(node):
            self._want(child, columns + bars_before(node, self._bar_ms))

    def _place(self, node: Node) -> None:
        for child in children(node):
            if child not in self._order:
                self._place(child)
        self._order[node] = None

    def _indicated(self, windows: Windows, indicators: Indicators) -> dict[Node, Floats]:
        if not self._indicators:
            return {}
        nodes = self._indicators
        names = [node.name for node in nodes]
        found: dict[Node, Floats] = {
            node: np.full((windows.rows, self._columns[node]), np.nan) for node in nodes
        }
        for row in range(windows.rows):
            first = int(np.searchsorted(windows.open_ms[row], NO_BAR_MS, side="right"))
            figures = {name: values[row, first:] for name, values in windows.figures.items()}
            for node, series in zip(nodes, indicators.compute(names, figures), strict=True):
                newest = series[-self._columns[node] :]
                found[node][row, found[node].shape[1] - len(newest) :] = newest
        return {node: _finite(values) for node, values in found.items()}

    def _value(self, node: Node, windows: Windows, values: Values) -> Floats:
        columns = self._columns[node]
        match node:
            case Number(value=value):
                return np.array([[value]])
            case Column(name=name):
                return _column(name, windows, columns)
            case Past(of=of, bars=bars):
                return _newest(values[of], columns, bars)
            case Unary(sign=sign, of=of):
                inner = _newest(values[of], columns)
                return 1.0 - inner if sign == "not" else -inner
            case Binary(sign=sign, left=left, right=right):
                return _BINARY[sign](_newest(values[left], columns), _newest(values[right], columns))
            case Call(name="change", arguments=(Span(ms=ms),)):
                return _change(windows, ms, columns)
            case Call(name=name, arguments=(of, _)) if name in WINDOWED:
                return _windowed(name, values[of], columns, window_of(node))
            case Call(name=name, arguments=(left, right)) if name in CROSSINGS:
                return _crossing(name, values[left], values[right], columns)
            case Call(name=name, arguments=arguments):
                return _PLAIN[name](*(_newest(values[one], columns) for one in arguments))
        raise TypeError(f"{node} has no value")


def truth(rules: Sequence[Node], values: Values, rows: int) -> Floats:
    """A row of 1, 0 and NaN for each rule, a column for each row of bars."""
    if not rules:
        return np.empty((0, rows))
    return np.stack([np.broadcast_to(values[rule][:, -1], rows) for rule in rules])


def _column(name: str, windows: Windows, columns: int) -> Floats:
    if name == "spread":
        return windows.spread[:, None]
    if name == "spread_pct":
        return _finite(100 * windows.spread / windows.figures["close"][:, -1])[:, None]
    return windows.figures["close" if name == "price" else name][:, -columns:]


def _newest(values: Floats, columns: int, ago: int = 0) -> Floats:
    """The newest columns, or those of some bars ago; a constant is the same at all times."""
    last = values.shape[1]
    return values if last == 1 else values[:, last - ago - columns : last - ago]


def _windowed(name: str, values: Floats, columns: int, bars: int) -> Floats:
    wanted = columns + bars - 1
    newest = np.broadcast_to(_newest(values, wanted), (values.shape[0], wanted))
    # Copied, so that sums are added up in the same order however the rows lie in memory.
    windows = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(newest, bars, axis=1))
    return _finite(_OVER_WINDOWS[name](windows))


def _crossing(name: str, left: Floats, right: Floats, columns: int) -> Floats:
    if name == "crosses_below":
        left, right = right, left
    was = _at_most(_newest(left, columns, 1), _newest(right, columns, 1))
    return _both(was, _less(_newest(right, columns), _newest(left, columns)))


def _change(windows: Windows, span_ms: int, columns: int) -> Floats:
    """From the newest bar that began a span ago or before, less than another span before, to each bar; in percent."""
    changes = np.full((windows.rows, columns), np.nan)
    for row in range(windows.rows):
        moments, closes = windows.open_ms[row], windows.figures["close"][row]
        wanted: Moments = moments[-columns:] - span_ms
        at = np.searchsorted(moments, wanted, side="right") - 1
        is_known = (at >= 0) & (moments[at] > wanted - span_ms)
        changes[row] = np.where(is_known, 100 * (closes[-columns:] / closes[at] - 1), np.nan)
    return _finite(changes)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _known(left: Floats, right: Floats, holds: np.ndarray) -> Floats:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, holds)


def _less(left: Floats, right: Floats) -> Floats:
    return _known(left, right, left < right)


def _at_most(left: Floats, right: Floats) -> Floats:
    return _known(left, right, left <= right)


def _both(left: Floats, right: Floats) -> Floats:
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def _either(left: Floats, right: Floats) -> Floats:
    return np.where((left == 1) | (right == 1), 1.0, left + right)


Operation = Callable[[Floats, Floats], Floats]

_BINARY: Mapping[str, Operation] = {
    "+": lambda left, right: _finite(left + right),
    "-": lambda left, right: _finite(left - right),
    "*": lambda left, right: _finite(left * right),
    "/": lambda left, right: _finite(left / right),
    "<": _less,
    "<=": _at_most,
    ">": lambda left, right: _less(right, left),
    ">=": lambda left, right: _at_most(right, left),
    "==": lambda left, right: _known(left, right, left == right),
    "!=": lambda left, right: _known(left, right, left != right),
    "and": _both,
    "or": _either,
}
_PLAIN: Mapping[str, Callable[..., Floats]] = {"abs": np.abs, "min": np.minimum, "max": np.maximum}
_OVER_WINDOWS: Mapping[str, Callable[[Floats], Floats]] = {
    "avg": lambda windows: windows.mean(axis=-1),
    "sum": lambda windows: windows.sum(axis=-1),
    "highest": lambda windows: windows.max(axis=-1),
    "lowest": lambda windows: windows.min(axis=-1),
    "stdev": lambda windows: windows.std(axis=-1),
}
