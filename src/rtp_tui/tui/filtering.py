"""Filters as people type them: `btc or eth`, `!usd`, `^crypto`, `topic:alert`, `change > 2 and time < 14:03`."""

import re
from collections.abc import Callable

from msgspec import Struct

from rtp_tui.tui.panes.pane import Value

_COMPARISON = re.compile(
    r"^(\w+)\s*(<=|>=|<|>|=)\s*(\d{1,2}:\d{2}(?::\d{2})?|[+-]?\d+(?:\.\d+)?)\s*(%|ms|s|m|h|k|M|B)?$"
)
_WITHIN = re.compile(r"^(\w+)\s*[:=]\s*(\S.*)$")
_UNFINISHED = re.compile(r"^\w+\s*(<=|>=|<|>|=)\s*[+-]?$")
_UNITS = {None: 1.0, "%": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "k": 1e3, "M": 1e6, "B": 1e9}
_ALIASES = {
    "price": "last",
    "chg": "change",
    "vol": "volume",
    "spr": "spread",
    "src": "source",
    "state": "freshness",
    "instrument": "source",
    "about": "subject",
}


class BadFilter(Exception):
    """The filter cannot be understood; the message says why."""


class Term(Struct, frozen=True):
    """One condition: a comparison of a column, or a pattern that is looked for in one or in the whole row."""

    pattern: re.Pattern[str] | None = None
    column: str = ""
    operator: str = ""
    bound: float = 0.0
    negated: bool = False

    def holds(self, text: str, value_of: Callable[[str], Value]) -> bool:
        """The row with this text and these values is wanted."""
        found = self._is_found(text, value_of)
        return found is not self.negated

    def _is_found(self, text: str, value_of: Callable[[str], Value]) -> bool:
        if self.pattern is not None:
            within = value_of(self.column) if self.column else None
            return self.pattern.search(within if isinstance(within, str) else text) is not None
        value = value_of(self.column)
        return isinstance(value, int | float) and _compares(float(value), self.operator, self.bound)


Filter = tuple[tuple[Term, ...], ...]
"""Of one of these groups all terms must hold."""


def parse_filter(text: str, columns: frozenset[str]) -> Filter:
    """`and` or `&` binds closer than `or`. Raises BadFilter for a comparison of a column that is not there."""
    groups = (_group(part, columns) for part in re.split(r"\s+or(?:\s+|$)", text.strip()))
    return tuple(group for group in groups if group)


def is_wanted(wanted: Filter, text: str, value_of: Callable[[str], Value]) -> bool:
    """The row with this text and these values passes."""
    return not wanted or any(all(term.holds(text, value_of) for term in group) for group in wanted)


def _group(text: str, columns: frozenset[str]) -> tuple[Term, ...]:
    parts = (part.strip() for part in re.split(r"\s+and\s+|&", text.strip()))
    return tuple(_term(part, columns) for part in parts if part.strip("! ") and not _UNFINISHED.match(part))


def _term(text: str, columns: frozenset[str]) -> Term:
    negated = text.startswith("!")
    text = text.lstrip("! ")
    comparison = _COMPARISON.match(text)
    if comparison is None:
        return _looking(text, columns, negated)
    name, operator, number, unit = comparison.groups()
    column = _column(name, columns)
    if column is None:
        raise BadFilter(f"no column {name}: try {', '.join(sorted(columns))}")
    return Term(column=column, operator=operator, bound=_number(number) * _UNITS[unit], negated=negated)


def _looking(text: str, columns: frozenset[str], negated: bool) -> Term:
    """`topic:alert` looks in a column; `crypto:BTC`, which names none, in the whole row."""
    within = _WITHIN.match(text)
    column = None if within is None else _column(within[1], columns)
    if within is None or column is None:
        return Term(pattern=_pattern(text), negated=negated)
    return Term(pattern=_pattern(within[2]), column=column, negated=negated)


def _column(name: str, columns: frozenset[str]) -> str | None:
    names = (name.lower(), _ALIASES.get(name.lower(), ""))
    return next((one for one in names if one in columns), None)


def _number(text: str) -> float:
    """A number, or the seconds since midnight of `14:03`."""
    if ":" not in text:
        return float(text)
    hours, minutes, *seconds = map(int, text.split(":"))
    return float(hours * 3600 + minutes * 60 + sum(seconds))


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(text), re.IGNORECASE)


def _compares(value: float, operator: str, bound: float) -> bool:
    match operator:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case ">=":
            return value >= bound
        case _:
            return value == bound
