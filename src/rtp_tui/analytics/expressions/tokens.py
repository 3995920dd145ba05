"""A rule's text as words."""

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from rtp_tui.analytics.expressions.errors import ExpressionError

LONGEST_RULE = 1_000


class Kind(StrEnum):
    """What sort of word it is."""

    NUMBER = "number"
    SPAN = "span"
    """A number with a unit of time: `5m`."""
    NAME = "name"
    SIGN = "sign"
    END = "end"


class Token(Struct, frozen=True, gc=False):
    """A word and where it begins, counted from 0."""

    kind: Kind
    text: str
    position: int


_WORD = re.compile(
    r"(?P<span>[0-9]+(?:ms|s|m|h|d|w)(?![A-Za-z0-9_]))"
    r"|(?P<number>(?:[0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>()\[\],.%])",
    re.ASCII,
)
_BLANK = re.compile(r"\s*")


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a rule, and its end. Raises ExpressionError."""
    if len(text) > LONGEST_RULE:
        raise ExpressionError(f"a rule has at most {LONGEST_RULE} characters", LONGEST_RULE)
    return tuple(_words(text))


def _words(text: str) -> Iterator[Token]:
    at = _after_blanks(text, 0)
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise ExpressionError(_unexpected(text[at]), at)
        assert match.lastgroup is not None
        yield Token(Kind(match.lastgroup), match[0], at)
        at = _after_blanks(text, match.end())
    yield Token(Kind.END, "", len(text))


def _after_blanks(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return at if blank is None else blank.end()


def _unexpected(character: str) -> str:
    if character == "=":
        return "= is no comparison; write =="
    if character in "&|!":
        return f"{character} means nothing here; write and, or, not"
    return f"{character!r} means nothing here"
