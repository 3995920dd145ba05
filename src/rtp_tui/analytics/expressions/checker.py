"""Whether a tree makes sense, and what it costs; pure, and without numbers or indicators themselves."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from rtp_tui.analytics.expressions.errors import ExpressionError
from rtp_tui.analytics.expressions.syntax import (
    COMPARISONS,
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
from rtp_tui.analytics.expressions.vocabulary import (
    COLUMNS,
    CROSSINGS,
    FUNCTIONS,
    OF_NOW,
    WINDOWED,
    Sort,
)
from rtp_tui.analytics.indicators.naming import IndicatorName
from rtp_tui.text import nearest

MOST_NODES = 200
MOST_BARS = 500
"""A rule reaches back at most so far."""
MOST_STEPS = 5_000
"""Bars looked at for one value of a rule, those of windows within windows multiplied."""
WIDE_SPANS = 2
"""Where no bar begins a span ago, an older one will do that is less than another span older."""


class KnowsIndicators(Protocol):
    """Which indicators there are."""

    def names(self) -> tuple[str, ...]:
        """All functions, in lower case."""
        ...

    def check(self, name: IndicatorName) -> None:
        """Raises ValueError where there is no such indicator, or none with such arguments or such an output."""
        ...


class NoIndicators:
    """Where none are known."""

    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    def check(self, name: IndicatorName) -> None:
        """Always raises ValueError."""
        raise ValueError(f"{name.function} is not known")


class Cost(Struct, frozen=True):
    """What a rule takes."""

    nodes: int
    bars_back: int
    """How many bars before the newest it reaches back to; of indicators only as far as offsets say."""
    steps: int
    has_indicators: bool


def check(rule: Node, indicators: KnowsIndicators, bar_ms: int) -> Cost:
    """What a rule over bars of a length costs. Raises ExpressionError where it is no rule, or costs too much."""
    nodes = list(_all_nodes(rule))
    if len(nodes) > MOST_NODES:
        raise ExpressionError(f"a rule has at most {MOST_NODES} parts, this has {len(nodes)}", nodes[-1].at)
    sort = _Checker(indicators, bar_ms).sort(rule)
    if sort is not Sort.TRUTH:
        raise ExpressionError(f"a rule is true or false; this is {sort.value}", rule.at)
    back, steps = _reach(rule, bar_ms), sum(columns_needed(rule, bar_ms).values())
    if back > MOST_BARS:
        raise ExpressionError(f"reaches {back} bars back, at most {MOST_BARS} are known", rule.at)
    if steps > MOST_STEPS:
        raise ExpressionError(f"takes {steps:,} steps for one bar, at most {MOST_STEPS:,}", rule.at)
    return Cost(len(nodes), back, steps, any(isinstance(node, Indicator) for node in nodes))


def columns_needed(rule: Node, bar_ms: int) -> Mapping[Node, int]:
    """Of each different node the number of newest bars for which it is worked out, those of windows multiplied."""
    needed: dict[Node, int] = {}

    def visit(node: Node, columns: int) -> None:
        needed[node] = max(needed.get(node, 0), columns * window_of(node))
        for child in children(node):
            visit(child, columns + bars_before(node, bar_ms))

    visit(rule, 1)
    return needed


def bars_before(node: Node, bar_ms: int) -> int:
    """How many bars before its own a node wants of what it is made of."""
    match node:
        case Past(bars=bars):
            return bars
        case Call(name=name) if name in WINDOWED:
            return window_of(node) - 1
        case Call(name=name) if name in CROSSINGS:
            return 1
        case Call(name="change", arguments=(Span(ms=ms),)):
            return WIDE_SPANS * -(-ms // bar_ms)
    return 0


def window_of(node: Node) -> int:
    """How many bars a function of windows looks at; 1 for all else."""
    match node:
        case Call(name=name, arguments=(_, Number(value=value))) if name in WINDOWED:
            return int(value)
    return 1


def _all_nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _all_nodes(child)


def _reach(node: Node, bar_ms: int) -> int:
    below = max((_reach(child, bar_ms) for child in children(node)), default=0)
    return below + bars_before(node, bar_ms)


class _Checker:
    def __init__(self, indicators: KnowsIndicators, bar_ms: int) -> None:
        self._indicators = indicators
        self._bar_ms = bar_ms
        self._in_past = False

    def sort(self, node: Node) -> Sort:
        """What a node is. Raises ExpressionError."""
        match node:
            case Number():
                return Sort.NUMBER
            case Span():
                return Sort.SPAN
            case Column(name=name):
                if self._in_past and name in OF_NOW:
                    raise ExpressionError(f"{name} is not known of bars of the past", node.at)
                return Sort.NUMBER
            case Indicator():
                self._check_indicator(node)
                return Sort.NUMBER
            case Past(of=of):
                return self._of_past(of)
            case Unary(sign=sign, of=of):
                wanted = Sort.TRUTH if sign == "not" else Sort.NUMBER
                return self._require(of, wanted, sign)
            case Binary(sign=sign):
                return self._binary(node, sign)
            case Call():
                return self._call(node)

    def _binary(self, node: Binary, sign: str) -> Sort:
        wanted = Sort.TRUTH if sign in ("and", "or") else Sort.NUMBER
        self._require(node.left, wanted, sign)
        self._require(node.right, wanted, sign)
        return Sort.TRUTH if sign in COMPARISONS else wanted

    def _require(self, node: Node, wanted: Sort, by: str) -> Sort:
        found = self.sort(node)
        if found is not wanted:
            raise ExpressionError(f"{by} wants {wanted.value}; this is {found.value}", node.at)
        return found

    def _of_past(self, node: Node) -> Sort:
        before, self._in_past = self._in_past, True
        found = self.sort(node)
        self._in_past = before
        if found is Sort.SPAN:
            raise ExpressionError("a length of time has no past", node.at)
        return found

    def _call(self, node: Call) -> Sort:
        function = FUNCTIONS[node.name]
        if len(node.arguments) != len(function.takes):
            wanted = ", ".join(one.value for one in function.takes)
            raise ExpressionError(
                f"{node.name} takes {len(function.takes)} arguments ({wanted}), not {len(node.arguments)}",
                node.at,
            )
        before = self._in_past
        self._in_past = before or node.name in WINDOWED or node.name in CROSSINGS
        for argument, wanted_sort in zip(node.arguments, function.takes, strict=True):
            self._check_argument(node.name, argument, wanted_sort)
        self._in_past = before
        return function.gives

    def _check_argument(self, name: str, argument: Node, wanted: Sort) -> None:
        if wanted is Sort.COUNT:
            is_whole = isinstance(argument, Number) and argument.value.is_integer()
            if not is_whole or not 1 <= argument.value <= MOST_BARS:  # type: ignore[union-attr]
                raise ExpressionError(
                    f"{name} wants a whole number of bars between 1 and {MOST_BARS}", argument.at
                )
            return
        self._require(argument, wanted, name)
        if isinstance(argument, Span) and argument.ms % self._bar_ms:
            raise ExpressionError(f"{argument} is no multiple of the bar's length", argument.at)

    def _check_indicator(self, node: Indicator) -> None:
        name = node.name
        known = self._indicators.names()
        if name.function not in known:
            alike = nearest(name.function.lower(), (*COLUMNS, *FUNCTIONS, *known))
            raise ExpressionError(f"{name.function} is not known", node.at, alike)
        try:
            self._indicators.check(name)
        except ValueError as mistake:
            raise ExpressionError(str(mistake), node.at) from None
