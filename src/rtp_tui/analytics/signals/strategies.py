"""Strategies that are understood, and what a strategy must be; pure, and light enough for the configuration to ask."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType

from msgspec import Struct

from rtp_tui.analytics.expressions.checker import Cost, KnowsIndicators, check
from rtp_tui.analytics.expressions.errors import ExpressionError, told
from rtp_tui.analytics.expressions.parser import parse
from rtp_tui.analytics.expressions.syntax import (
    COMPARISONS,
    Binary,
    Call,
    Node,
    Number,
    Span,
    Unary,
    children,
)
from rtp_tui.analytics.expressions.vocabulary import CROSSINGS
from rtp_tui.model.signals import Strategy
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS

MOST_STRATEGIES = 1_000
MOST_PATTERNS = 100
MOST_TERMS = 12
LONGEST_MS = 30 * 86_400_000
LONGEST_DESCRIPTION = 300
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PATTERN = re.compile(r"(?:[a-z*?]+:)?[A-Za-z0-9._=^&*?-]{1,40}")


class Understood(Struct, frozen=True):
    """A strategy, the tree of its rule, and what people want to see of it when it fires."""

    spec: Strategy
    rule: Node
    cost: Cost
    terms: tuple[Node, ...]

    def applies_to(self, instrument: str) -> bool:
        """Whether it is for an instrument."""
        return any(pattern == "*" or fnmatchcase(instrument, pattern) for pattern in self.spec.instruments)


def understood(spec: Strategy, indicators: KnowsIndicators) -> Understood:
    """A strategy ready to be used. Raises ExpressionError."""
    rule = parse(spec.when)
    cost = check(rule, indicators, TIMEFRAMES_MS[spec.timeframe])
    return Understood(spec, rule, cost, tuple(dict.fromkeys(_terms(rule)))[:MOST_TERMS])


def check_strategy(spec: Strategy, indicators: KnowsIndicators) -> None:
    """Check all of it. Raises ValueError, which begins with the name of the field."""
    for name, require in STRATEGY_CHECKS.items():
        try:
            require(getattr(spec, name))
        except ValueError as mistake:
            raise ValueError(f"{name}: {mistake}") from None
    check_rule(spec, indicators)


def check_rule(spec: Strategy, indicators: KnowsIndicators) -> None:
    """Check what the rule is for its timeframe. Raises ValueError."""
    if not spec.name:
        raise ValueError("name: is missing")
    try:
        understood(spec, indicators)
    except ExpressionError as mistake:
        raise ValueError(f"when: {told(spec.when, mistake)}") from None


def _terms(rule: Node) -> Iterator[Node]:
    """The numbers that are compared or cross: what a rule's truth hangs on."""
    match rule:
        case Binary(sign=sign, left=left, right=right) if sign in COMPARISONS:
            yield from (one for one in (left, right) if not _is_constant(one))
        case Call(name=name, arguments=arguments) if name in CROSSINGS:
            yield from (one for one in arguments if not _is_constant(one))
        case Unary() | Binary():
            for child in children(rule):
                yield from _terms(child)


def _is_constant(node: Node) -> bool:
    """`30`, `-2 %`, `2 * 3`: there is nothing to see."""
    match node:
        case Number() | Span():
            return True
        case Unary() | Binary():
            return all(map(_is_constant, children(node)))
    return False


def _name(value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValueError(f'"{value[:64]}" is not a name such as oversold-rsi')


def _patterns(values: Sequence[str]) -> None:
    if not values:
        raise ValueError("names no instrument")
    if len(values) > MOST_PATTERNS:
        raise ValueError(f"names {len(values)} patterns, at most {MOST_PATTERNS} are taken")
    for value in values:
        if not _PATTERN.fullmatch(value):
            raise ValueError(f'"{value[:64]}" is not an instrument or a pattern such as crypto:*')


def _timeframe(value: str) -> None:
    if value not in TIMEFRAMES_MS:
        raise ValueError(f'"{value[:16]}" is not one of {", ".join(TIMEFRAMES_MS)}')


def _rule(value: str) -> None:
    try:
        parse(value)
    except ExpressionError as mistake:
        raise ValueError(told(value, mistake)) from None


def _duration(value: int) -> None:
    if not 0 <= value <= LONGEST_MS:
        raise ValueError("is not between 0 and 30 days")


def _description(value: str) -> None:
    if len(value) > LONGEST_DESCRIPTION:
        raise ValueError(f"has {len(value)} characters, at most {LONGEST_DESCRIPTION} are taken")


STRATEGY_CHECKS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "name": _name,
        "when": _rule,
        "description": _description,
        "instruments": _patterns,
        "timeframe": _timeframe,
        "cool_down_ms": _duration,
        "hold_ms": _duration,
    }
)
"""What each field must be; they raise ValueError."""
