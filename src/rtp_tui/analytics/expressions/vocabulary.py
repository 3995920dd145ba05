"""The words of the language that are not indicators: what each bar has, and the functions."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct


class Sort(StrEnum):
    """What a part of a rule is."""

    NUMBER = "a number"
    TRUTH = "true or false"
    SPAN = "a length of time, such as 5m"
    COUNT = "a whole number of bars"


COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "price": "the close of the bar",
        "open": "the first price of the bar",
        "high": "the highest price of the bar",
        "low": "the lowest price of the bar",
        "close": "the last price of the bar",
        "volume": "what was traded in the bar, in units of the instrument",
        "trades": "how many trades the bar has",
        "spread": "offer minus bid when the bar has closed; not known of the past",
        "spread_pct": "the same in percent of the close",
    }
)
"""What there is of each bar, and what it means."""
OF_NOW = frozenset({"spread", "spread_pct"})
"""Known when a bar closes, and not kept."""


class Function(Struct, frozen=True):
    """A function: what it takes, what it gives."""

    takes: tuple[Sort, ...]
    gives: Sort
    meaning: str


_N, _COUNT = Sort.NUMBER, Sort.COUNT
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "change": Function((Sort.SPAN,), _N, "change of the close over a span, in percent"),
        "avg": Function((_N, _COUNT), _N, "mean over so many bars, this one included"),
        "sum": Function((_N, _COUNT), _N, "sum over so many bars"),
        "highest": Function((_N, _COUNT), _N, "the highest of so many bars"),
        "lowest": Function((_N, _COUNT), _N, "the lowest of so many bars"),
        "stdev": Function((_N, _COUNT), _N, "standard deviation over so many bars (of the population)"),
        "abs": Function((_N,), _N, "without its sign"),
        "min": Function((_N, _N), _N, "the smaller one"),
        "max": Function((_N, _N), _N, "the greater one"),
        "crosses_above": Function((_N, _N), Sort.TRUTH, "was at or below a bar ago, and is above"),
        "crosses_below": Function((_N, _N), Sort.TRUTH, "was at or above a bar ago, and is below"),
    }
)
WINDOWED = frozenset({"avg", "sum", "highest", "lowest", "stdev"})
"""Functions of the last so many bars."""
CROSSINGS = frozenset({"crosses_above", "crosses_below"})
RESERVED = frozenset({"and", "or", "not"})
