"""A rule's text as a tree.

    rule       = all { "or" all }
    all        = denial { "and" denial }
    denial     = "not" denial | comparison
    comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
    sum        = product { ( "+" | "-" ) product }
    product    = signed { ( "*" | "/" ) signed }
    signed     = "-" signed | past
    past       = part [ "[" whole number "]" ]
    part       = number [ "%" ] | span | "(" rule ")" | column | function "(" rule { "," rule } ")" | indicator

An indicator is written as `analytics/indicators/naming.py` says.
"""

from collections.abc import Callable

from rtp_tui.analytics.expressions.errors import ExpressionError
from rtp_tui.analytics.expressions.syntax import (
    COMPARISONS,
    SPANS_MS,
    Binary,
    Call,
    Column,
    Indicator,
    Node,
    Number,
    Past,
    Span,
    Unary,
)
from rtp_tui.analytics.expressions.tokens import Kind, Token, tokens
from rtp_tui.analytics.expressions.vocabulary import COLUMNS, FUNCTIONS, RESERVED
from rtp_tui.analytics.indicators.naming import Misspelled, scanned

DEEPEST = 32
MOST_ARGUMENTS = 8
LONGEST_OFFSET = 1_000_000
_LONGEST_SPAN_MS = 366 * 86_400_000


def parse(text: str) -> Node:
    """The tree of a rule; whether it makes sense is for the checker. Raises ExpressionError."""
    return _Parser(text).rule()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0

    def rule(self) -> Node:
        if self._tokens[0].kind is Kind.END:
            raise ExpressionError("a rule is missing", 0)
        node = self._any()
        if self._token.kind is not Kind.END:
            raise self._unexpected("the end of the rule")
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _takes(self, *words: str) -> Token | None:
        token = self._token
        is_meant = token.kind in (Kind.SIGN, Kind.NAME) and token.text in words
        return self._take() if is_meant else None

    def _expect(self, sign: str) -> Token:
        token = self._takes(sign)
        if token is None:
            raise self._unexpected(sign)
        return token

    def _unexpected(self, expected: str) -> ExpressionError:
        token = self._token
        found = "the rule ends" if token.kind is Kind.END else f"{token.text[:40]} stands"
        return ExpressionError(f"{found} where {expected} is expected", token.position)

    def _any(self) -> Node:
        return self._deeper(lambda: self._joined(("or",), self._all))

    def _all(self) -> Node:
        return self._joined(("and",), self._denial)

    def _denial(self) -> Node:
        sign = self._takes("not")
        if sign is None:
            return self._comparison()
        return Unary("not", self._deeper(self._denial), sign.position)

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._takes(*COMPARISONS)
        if sign is None:
            return left
        node = Binary(sign.text, left, self._sum(), sign.position)
        if self._takes(*COMPARISONS) is not None:
            raise ExpressionError(
                "comparisons are not chained; write a < b and b < c", self._tokens[self._next - 1].position
            )
        return node

    def _sum(self) -> Node:
        return self._joined(("+", "-"), lambda: self._joined(("*", "/"), self._signed))

    def _joined(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        """Parts between signs, the left ones first; each takes the tree a level deeper."""
        node, joined = part(), 0
        while (sign := self._takes(*signs)) is not None:
            joined += 1
            if self._depth + joined > DEEPEST:
                raise _too_deep(sign.position)
            node = Binary(sign.text, node, part(), sign.position)
        return node

    def _signed(self) -> Node:
        sign = self._takes("-")
        if sign is None:
            return self._past()
        return Unary("-", self._deeper(self._signed), sign.position)

    def _past(self) -> Node:
        node = self._part()
        opening = self._takes("[")
        if opening is None:
            return node
        bars = self._bars_ago()
        self._expect("]")
        if self._token.text == "[":
            raise ExpressionError("one offset is enough; add them up", self._token.position)
        return Past(node, bars, opening.position)

    def _bars_ago(self) -> int:
        minus = self._takes("-")
        token = self._token
        if token.kind is not Kind.NUMBER or not token.text.isdecimal():
            raise ExpressionError("a whole number of bars is expected, such as [1]", token.position)
        if minus is not None:
            raise ExpressionError("this would look ahead; [1] is the bar before", minus.position)
        self._take()
        return min(int(token.text[:9]), LONGEST_OFFSET)

    def _part(self) -> Node:
        token = self._token
        match token.kind:
            case Kind.NUMBER:
                return self._number()
            case Kind.SPAN:
                return self._span()
            case Kind.NAME if token.text not in RESERVED:
                return self._named()
        if self._takes("(") is not None:
            node = self._any()
            self._expect(")")
            return node
        raise self._unexpected("a value")

    def _number(self) -> Node:
        token = self._take()
        self._takes("%")
        value = float(token.text.replace("_", ""))
        if value > 1e18:
            raise ExpressionError("the number is out of range", token.position)
        return Number(value, token.position)

    def _span(self) -> Node:
        token = self._take()
        digits = token.text.rstrip("msdhw")
        length_ms = int(digits[:15]) * SPANS_MS[token.text[len(digits) :]]
        if not 0 < length_ms <= _LONGEST_SPAN_MS:
            raise ExpressionError("a span is between 1ms and 366d", token.position)
        return Span(length_ms, token.position)

    def _named(self) -> Node:
        token = self._token
        name = token.text.lower()
        if name in FUNCTIONS:
            self._take()
            return Call(name, self._arguments(name), token.position)
        if name in COLUMNS:
            self._take()
            if self._token.text == "(":
                raise ExpressionError(f"{name} takes nothing; write {name}[1]", self._token.position)
            return Column(name, token.position)
        return self._indicator(token)

    def _arguments(self, name: str) -> tuple[Node, ...]:
        if self._takes("(") is None:
            raise self._unexpected(f"( after {name}")
        arguments: list[Node] = []
        while self._takes(")") is None:
            if arguments:
                self._expect(",")
            if len(arguments) == MOST_ARGUMENTS:
                raise ExpressionError(f"{name} has too many arguments", self._token.position)
            arguments.append(self._any())
        return tuple(arguments)

    def _indicator(self, token: Token) -> Node:
        """Read by its own grammar; the words that it takes up are passed over."""
        try:
            name, end = scanned(self._text, token.position)
        except Misspelled as mistake:
            raise ExpressionError(mistake.message, mistake.position) from None
        while self._token.kind is not Kind.END and self._token.position < end:
            self._next += 1
        return Indicator(name, token.position)

    def _deeper(self, part: Callable[[], Node]) -> Node:
        if self._depth >= DEEPEST:
            raise _too_deep(self._token.position)
        self._depth += 1
        node = part()
        self._depth -= 1
        return node


def _too_deep(position: int) -> ExpressionError:
    return ExpressionError(f"a rule is at most {DEEPEST} levels deep", position)
