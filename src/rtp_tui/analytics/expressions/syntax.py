"""What a rule is made of.

Two nodes are equal where they mean the same, wherever they stand: what rules have in common is worked out once. (Hence
dataclasses: a field of a msgspec struct cannot be left out of comparisons.)
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from rtp_tui.analytics.indicators.naming import IndicatorName


@dataclass(frozen=True, slots=True)
class Number:
    """`70000`, `2 %`: the unit of percent changes nothing."""

    value: float
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.value:.0f}" if self.value.is_integer() and self.value < 1e15 else repr(self.value)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `5m`."""

    ms: int
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        unit, length = next((u, n) for u, n in SPANS_MS.items() if self.ms % n == 0)
        return f"{self.ms // length}{unit}"


@dataclass(frozen=True, slots=True)
class Column:
    """Something that each bar has: `close`."""

    name: str
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A function of what is in brackets: `avg(volume, 20)`."""

    name: str
    arguments: tuple["Node", ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Indicator:
    """`rsi(14)`, `macd(12,26,9).signal`."""

    name: IndicatorName
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return str(self.name)


@dataclass(frozen=True, slots=True)
class Past:
    """The same some bars ago: `close[1]`."""

    of: "Node"
    bars: int
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{_bracketed(self.of, 9)}[{self.bars}]"


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `not x`."""

    sign: str
    of: "Node"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        inner = _bracketed(self.of, _STRENGTH[f"unary {self.sign}"])
        return f"not {inner}" if self.sign == "not" else f"-{inner}"


@dataclass(frozen=True, slots=True)
class Binary:
    """`a + b`, `a < b`, `a and b`."""

    sign: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        strength = _STRENGTH[self.sign]
        left_strength = strength + 1 if self.sign in COMPARISONS else strength
        left, right = _bracketed(self.left, left_strength), _bracketed(self.right, strength + 1)
        return f"{left} {self.sign} {right}"


Node: TypeAlias = Number | Span | Column | Call | Indicator | Past | Unary | Binary

SPANS_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_STRENGTH = {
    "or": 1,
    "and": 2,
    "unary not": 3,
    **dict.fromkeys(COMPARISONS, 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/"), 6),
    "unary -": 7,
}


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case Past(of=of) | Unary(of=of):
            return (of,)
        case Binary(left=left, right=right):
            return left, right
    return ()


def _bracketed(node: Node, least: int) -> str:
    return f"({node})" if _strength(node) < least else str(node)


def _strength(node: Node) -> int:
    match node:
        case Binary(sign=sign):
            return _STRENGTH[sign]
        case Unary(sign=sign):
            return _STRENGTH[f"unary {sign}"]
        case Number(value=value) if value < 0:
            return _STRENGTH["unary -"]
        case Past():
            return 8
    return 9
