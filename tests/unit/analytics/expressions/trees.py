"""Rules at random that make sense, and what they come to worked out the slow way."""

from collections.abc import Sequence
from math import isfinite, sqrt
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv

from hypothesis import strategies as st

from rtp_tui.analytics.expressions.syntax import Binary, Call, Column, Node, Number, Past, Span, Unary
from rtp_tui.model.market import Bar
from tests.factories import a_bar

MINUTE_MS = 60_000
COLUMNS = ("price", "open", "high", "low", "close", "volume", "trades")

counts = st.integers(1, 6).map(lambda count: Number(float(count)))
spans = st.integers(1, 6).map(lambda minutes: Span(minutes * MINUTE_MS))
leaves = st.one_of(
    st.sampled_from(COLUMNS).map(Column),
    st.floats(0, 1e6).map(Number),
    st.builds(lambda span: Call("change", (span,)), spans),
)


def _numbers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
        st.builds(lambda of: Unary("-", of), inner),
        st.builds(lambda of, bars: Past(of, bars), inner, st.integers(0, 5)),
        st.builds(
            lambda name, of, count: Call(name, (of, count)),
            *(st.sampled_from(("avg", "sum", "highest", "lowest", "stdev")), inner, counts),
        ),
        st.builds(lambda of: Call("abs", (of,)), inner),
        st.builds(lambda name, a, b: Call(name, (a, b)), st.sampled_from(("min", "max")), inner, inner),
    )


numbers = st.recursive(leaves, _numbers, max_leaves=5)
comparisons = st.one_of(
    st.builds(Binary, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), numbers, numbers),
    st.builds(
        lambda name, a, b: Call(name, (a, b)),
        *(st.sampled_from(("crosses_above", "crosses_below")), numbers, numbers),
    ),
)
rules: st.SearchStrategy[Node] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(("and", "or")), inner, inner),
        st.builds(lambda of: Unary("not", of), inner),
        st.builds(lambda of, bars: Past(of, bars), inner, st.integers(0, 3)),
    ),
    max_leaves=4,
)


@st.composite
def series(draw: st.DrawFn) -> tuple[Bar, ...]:
    """Minutes with gaps, zeros and constant stretches."""
    gaps = draw(st.lists(st.sampled_from((1, 1, 1, 2, 4)), min_size=1, max_size=30))
    prices = st.sampled_from((0.0, 1.0, 2.0, 2.5, 100.0))
    bars, at_ms = [], 0
    for gap in gaps:
        at_ms += gap * MINUTE_MS
        bars.append(
            a_bar(
                open_ms=at_ms, **{name: draw(prices) for name in ("open", "high", "low", "close", "volume")}
            )
        )
    return tuple(bars)


def slowly(node: Node, bars: Sequence[Bar], at: int) -> float | None:
    """What a part comes to at a bar, true as 1; None where that is not known."""
    if at < 0:
        # A constant is the same at all times, those before the first bar too.
        return _constant(node)
    match node:
        case Number(value=value):
            return value
        case Column(name=name):
            return float(getattr(bars[at], "close" if name == "price" else name))
        case Past(of=of, bars=ago):
            return slowly(of, bars, at - ago)
        case Unary(sign=sign, of=of):
            inner = slowly(of, bars, at)
            return None if inner is None else (1 - inner if sign == "not" else -inner)
        case Binary(sign=sign, left=left, right=right):
            return _binary(sign, slowly(left, bars, at), slowly(right, bars, at))
        case Call(name="change", arguments=(Span(ms=ms),)):
            return _change(bars, at, ms)
        case Call(name=name, arguments=(left, right)) if name.startswith("crosses"):
            return _crossing(
                name, [(slowly(left, bars, one), slowly(right, bars, one)) for one in (at - 1, at)]
            )
        case Call(name=name, arguments=(of, Number(value=count))) if name not in ("min", "max"):
            window = [slowly(of, bars, one) for one in range(at - int(count) + 1, at + 1)]
            return None if None in window else _over(name, [one for one in window if one is not None])
        case Call(name=name, arguments=arguments):
            values = [slowly(one, bars, at) for one in arguments]
            known = [one for one in values if one is not None]
            if len(known) < len(values):
                return None
            return {"abs": lambda: abs(known[0]), "min": lambda: min(known), "max": lambda: max(known)}[
                name
            ]()
    raise AssertionError(node)


def _constant(node: Node) -> float | None:
    return None if _looks_at_bars(node) else slowly(node, (), 0)


def _looks_at_bars(node: Node) -> bool:
    match node:
        case Column() | Call(name="change"):
            return True
        case Call(arguments=arguments):
            return any(map(_looks_at_bars, arguments))
        case Past(of=of) | Unary(of=of):
            return _looks_at_bars(of)
        case Binary(left=left, right=right):
            return _looks_at_bars(left) or _looks_at_bars(right)
    return False


def _binary(sign: str, left: float | None, right: float | None) -> float | None:
    if sign == "and":
        return 0.0 if 0 in (left, right) else None if None in (left, right) else 1.0
    if sign == "or":
        return 1.0 if 1 in (left, right) else None if None in (left, right) else 0.0
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    operations = {
        "+": add, "-": sub, "*": mul, "/": truediv, "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
    }  # fmt: skip
    value = float(operations[sign](left, right))
    return value if isfinite(value) else None


def _change(bars: Sequence[Bar], at: int, span_ms: int) -> float | None:
    wanted_ms = bars[at].open_ms - span_ms
    before = [bar for bar in bars[: at + 1] if wanted_ms - span_ms < bar.open_ms <= wanted_ms]
    if not before or before[-1].close == 0:
        return None
    return 100 * (bars[at].close / before[-1].close - 1)


def _crossing(name: str, pairs: Sequence[tuple[float | None, float | None]]) -> float | None:
    sign = 1 if name == "crosses_above" else -1
    was, now = (None if None in pair else sign * (pair[0] - pair[1]) for pair in pairs)  # type: ignore[operator]
    return _binary("and", None if was is None else float(was <= 0), None if now is None else float(now > 0))


def _over(name: str, window: Sequence[float]) -> float | None:
    mean = sum(window) / len(window)
    value = {
        "avg": mean,
        "sum": sum(window),
        "highest": max(window),
        "lowest": min(window),
        "stdev": sqrt(sum((one - mean) ** 2 for one in window) / len(window)),
    }[name]
    return value if isfinite(value) else None
