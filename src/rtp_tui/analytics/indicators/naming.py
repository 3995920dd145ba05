"""How an indicator is written, wherever one is named: on the command line, in a query, in a rule; pure.

    rsi   rsi(14)   macd(12, 26, 9).signal   sma(timeperiod=20, real=volume)

    indicator = name [ "(" [ argument { "," argument } ] ")" ] [ "." output ]
    argument  = [ parameter "=" ] ( number | word )

A name is written in any case and read in lower case. Arguments without a name come first, in the order of the
function's parameters. Which functions, parameters and outputs there are is the business of the catalogue.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

MOST_ARGUMENTS = 16

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})")
_SPACE = re.compile(r"[ \t]*")


class Misspelled(ValueError):
    """A text that names no indicator; `position` is the character at which it stops to do so."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} at character {position + 1}")
        self.message = message
        self.position = position


class Argument(Struct, frozen=True):
    """What a parameter, or an input, is to be."""

    value: float | str
    """A number; a word names a column of bars, such as `volume`."""
    parameter: str = ""
    """Empty where its place tells which it is."""

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, str) else f"{self.value:.10g}"
        return f"{self.parameter}={value}" if self.parameter else value


class IndicatorName(Struct, frozen=True):
    """An indicator as it was written, in lower case."""

    function: str
    arguments: tuple[Argument, ...] = ()
    output: str = ""
    """Which of several results; empty where none was picked."""

    def __str__(self) -> str:
        given = f"({','.join(map(str, self.arguments))})" if self.arguments else ""
        return f"{self.function}{given}{'.' if self.output else ''}{self.output}"


def parsed(text: str) -> IndicatorName:
    """The indicator that a text names, and nothing else. Raises Misspelled."""
    start = _after_space(text, 0)
    name, end = scanned(text, start)
    end = _after_space(text, end)
    if end < len(text):
        raise Misspelled(f"unexpected {text[end]!r}", end)
    return name


def scanned(text: str, start: int) -> tuple[IndicatorName, int]:
    """The indicator that begins at a place within a longer text, and where it ends. Raises Misspelled."""
    function, at = _word(text, start, "the name of an indicator")
    arguments: tuple[Argument, ...] = ()
    opening = _after_space(text, at)
    if text.startswith("(", opening):
        arguments, at = _arguments(text, opening + 1)
    output = ""
    if text.startswith(".", at):
        output, at = _word(text, at + 1, "the name of an output")
    return IndicatorName(function, arguments, output), at


def split_names(text: str) -> Iterator[str]:
    """The parts of a list that commas separate, but for those within brackets."""
    depth = start = 0
    for at, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def _arguments(text: str, at: int) -> tuple[tuple[Argument, ...], int]:
    """What stands between brackets, from behind the opening one to behind the closing one."""
    arguments: list[Argument] = []
    at = _after_space(text, at)
    if text.startswith(")", at):
        return (), at + 1
    while True:
        argument, end = _argument(text, at)
        if arguments and arguments[-1].parameter and not argument.parameter:
            raise Misspelled("an argument without a name after one that has one", at)
        arguments.append(argument)
        if len(arguments) > MOST_ARGUMENTS:
            raise Misspelled(f"more than {MOST_ARGUMENTS} arguments", at)
        at = _after_space(text, end)
        if text.startswith(")", at):
            return tuple(arguments), at + 1
        if not text.startswith(",", at):
            raise Misspelled("expected , or )", at)
        at = _after_space(text, at + 1)


def _argument(text: str, at: int) -> tuple[Argument, int]:
    word = _WORD.match(text, at)
    if word is None:
        value, end = _number(text, at)
        return Argument(value), end
    equals = _after_space(text, word.end())
    if not text.startswith("=", equals):
        return Argument(word[0].lower()), word.end()
    start = _after_space(text, equals + 1)
    column = _WORD.match(text, start)
    if column is not None:
        return Argument(column[0].lower(), word[0].lower()), column.end()
    value, end = _number(text, start)
    return Argument(value, word[0].lower()), end


def _number(text: str, at: int) -> tuple[float, int]:
    number = _NUMBER.match(text, at)
    if number is None:
        raise Misspelled("expected a number or a word", at)
    return float(number[0]), number.end()


def _word(text: str, at: int, expected: str) -> tuple[str, int]:
    word = _WORD.match(text, at)
    if word is None:
        raise Misspelled(f"expected {expected}", at)
    return word[0].lower(), word.end()


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()
