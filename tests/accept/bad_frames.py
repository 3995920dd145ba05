"""What a venue gone mad sends: good trades of several symbols with everything else that a wire can carry between them.

The same for the same moment, so that the process that sends it and the test that judges the outcome agree.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.accept.attacks import ATTACKS, MARK

SYMBOLS = ("AAAUSDT", "BBBUSDT", "CCCUSDT")
STEP_MS = 2_000
STEPS = 4_500
"""Good trades; with the step between them two and a half hours."""
HELD_BACK_STEPS = (3, 40, 2_000)
GOOD_PER_BAD = 4
TOO_LATE = 5
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Trade:
    symbol: str
    number: int
    ms: int
    price: float
    size: float


@dataclass(frozen=True)
class Sent:
    """A frame and what is to become of it: a trade, a quote, or a count under a reason."""

    frame: str | bytes
    trade: Trade | None = None
    too_late: bool = False
    book: tuple[str, float, float] | None = None
    rejected: str | None = None
    bad: str | None = None
    closes: str | None = None
    """Not a frame: the venue ends the connection with this reason."""


@dataclass
class Outcome:
    """What an engine that heard all of it must say."""

    trades: dict[str, list[Trade]] = field(default_factory=dict)
    too_late: int = 0
    ticks: int = 0
    books: dict[str, tuple[float, float]] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)


def outcome_of(session: list[Sent]) -> Outcome:
    """Add up what was sent."""
    outcome = Outcome()
    for sent in session:
        outcome.ticks += sent.closes is None and sent.bad is None
        if sent.too_late:
            outcome.too_late += 1
        elif sent.trade is not None:
            outcome.trades.setdefault(sent.trade.symbol, []).append(sent.trade)
        if sent.book is not None:
            symbol, bid, ask = sent.book
            outcome.books[symbol] = bid, ask
        if sent.rejected is not None:
            outcome.rejected[sent.rejected] += 1
        if sent.bad is not None:
            outcome.bad[sent.bad] += 1
    return outcome


def session(end_ms: int, seed: int = 7) -> list[Sent]:
    """Two and a half hours up to a moment, in the order of sending."""
    market = _Market(end_ms, Random(seed))
    sent = list(market.hours())
    middle = len(sent) // 2
    return [
        *sent[:middle],
        Sent("", closes=ATTACKS[0] + ATTACKS[3] + ATTACKS[9]),
        *sent[middle:],
        *market.closing(),
    ]


class _Market:
    def __init__(self, end_ms: int, rng: Random) -> None:
        self._end_ms = end_ms
        self._rng = rng
        self._prices = {"AAAUSDT": 60_000.0, "BBBUSDT": 1.5, "CCCUSDT": 0.00001234}
        self._numbers = dict.fromkeys(SYMBOLS, 1_000)
        self._bad = _bad_ones()

    def hours(self) -> Iterator[Sent]:
        """Good trades, one in ten of them late, with something bad in between."""
        held: dict[int, list[Sent]] = {}
        for step in range(STEPS):
            symbol = SYMBOLS[step % len(SYMBOLS)]
            at_ms = self._end_ms - (STEPS - step) * STEP_MS
            good = self._trade(symbol, at_ms)
            due = step + self._rng.choice(HELD_BACK_STEPS)
            if self._rng.random() < 0.1 and due < STEPS:
                held.setdefault(due, []).append(good)
            else:
                yield good
                yield from self._now_and_then(step, good)
            yield from held.pop(step, ())
            if step % 100 == 0:
                yield self._book(symbol)
            if step % GOOD_PER_BAD == 0:
                yield next(self._bad)(symbol, self._numbers[symbol], at_ms)

    def closing(self) -> Iterator[Sent]:
        """Trades too old for any bar, and the words of a venue that has enough."""
        opened_ms = self._end_ms - STEPS * STEP_MS
        for number in range(TOO_LATE):
            sent = self._trade(SYMBOLS[0], opened_ms + number)
            yield Sent(sent.frame, sent.trade, too_late=True)
        yield Sent("x" * (2 << 20), bad="too_big")
        yield Sent(b"\xff" * (2 << 20), bad="too_big")
        yield _refusal("".join(ATTACKS))

    def _trade(self, symbol: str, at_ms: int) -> Sent:
        self._numbers[symbol] += 1
        self._prices[symbol] *= 1 + self._rng.uniform(-0.0005, 0.0005)
        price, size = f"{self._prices[symbol]:.8f}", f"{self._rng.uniform(0.001, 5):.5f}"
        trade = Trade(symbol, self._numbers[symbol], at_ms, float(price), float(size))
        return Sent(trade_frame(symbol, trade.number, at_ms, price, size), trade)

    def _now_and_then(self, step: int, good: Sent) -> Iterator[Sent]:
        if step % 50 == 0:
            yield Sent(good.frame, rejected="duplicate")

    def _book(self, symbol: str) -> Sent:
        bid, ask = round(self._prices[symbol] * 0.999, 8), round(self._prices[symbol] * 1.001, 8)
        return Sent(book_frame(symbol, f"{bid:.8f}", f"{ask:.8f}"), book=(symbol, bid, ask))


def wrapped(symbol: str, stream: str, event: dict[str, object]) -> str:
    return json.dumps({"stream": f"{symbol.lower()}@{stream}", "data": event})


def trade_frame(symbol: str, number: object, at_ms: object, price: object, size: object) -> str:
    event = {"e": "trade", "E": at_ms, "s": symbol, "t": number, "p": price, "q": size, "T": at_ms, "m": True}
    return wrapped(symbol, "trade", event)


def book_frame(symbol: str, bid: object, ask: object) -> str:
    return wrapped(symbol, "bookTicker", {"u": 1, "s": symbol, "b": bid, "B": "1", "a": ask, "A": "1"})


def _refusal(words: str) -> Sent:
    return Sent(json.dumps({"error": {"code": 2, "msg": words}, "id": 1}), bad=_NO_COUNT)


_NO_COUNT = ""
"""Neither a tick nor a bad frame."""

BadOne = Callable[[str, int, int], Sent]


def _bad_ones() -> Iterator[BadOne]:
    """Every kind in turn, for ever."""
    kinds = [*_unreadable(), *_misshapen(), *_unusable()]
    while True:
        yield from kinds


def _unreadable() -> Iterator[BadOne]:
    texts = (
        "not json", "", " ", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "NaN", "\ufeff{}",
        '{"stream":"aaausdt@trade","data":{"e":"trade","s":"AAAUS', "{'stream': 'aaausdt@trade'}",
        ATTACKS[0], ATTACKS[3], '{"stream":"aaausdt@trade","data":{"e":"trade","s":"\x1b]0;' + MARK + '\x07"}}',
        '{"stream":"aaausdt@trade","data":{"e":"trade","s":"\\ud800"}}',
    )  # fmt: skip
    for text in texts:
        yield _always(Sent(text, bad="not_json"))
    for nonsense in (b"\xff\xfe\x00", b"\x00\x01\x02", b"\x1f\x8b\x08\x00\x00", bytes(range(256))):
        yield _always(Sent(nonsense, bad="not_text"))
    yield lambda symbol, number, ms: Sent(trade_frame(symbol, number, ms, 1, 1)[:-20], bad="not_json")
    yield lambda symbol, number, ms: Sent(trade_frame(symbol, number, ms, float("nan"), "1"), bad="not_json")
    yield lambda symbol, number, ms: Sent(trade_frame(symbol, number, ms, "1", "1") * 2, bad="not_json")


def _misshapen() -> Iterator[BadOne]:
    texts = (
        "null", "[]", "5", '"x"', "{}", '{"data":[]}', '{"data":{}}', "[" * 100_000, '{"data":' * 100_000,
        '{"stream":"aaausdt@trade","data":' + '{"x":' * 5_000 + "1" + "}" * 5_001,
        '{"error":5}', '{"code":"x","msg":[]}',
    )  # fmt: skip
    for text in texts:
        yield _always(Sent(text, bad="wrong_shape"))
    trades: tuple[tuple[object, object, object], ...] = (
        ("1", "1", "number"), ("1", "1", None), ("1", "1", True), ("1", "1", -1), ("1", "1", 1.5), ("1", "1", 2**63),
        (1, "1", 1), ("1", 1.5, 1), (None, "1", 1), ("abc", "1", 1), ("", "1", 1), ("1", [], 1), ("0x10", "1", 1),
    )  # fmt: skip
    for price, size, number in trades:
        yield _trade_with(price, size, number, bad="wrong_shape")
    moments: tuple[object, ...] = ("1700000000000", -1, 1.5, True, None, {})
    for at_ms in moments:
        yield _trade_at(at_ms)
    yield lambda symbol, number, ms: Sent(
        trade_frame(symbol, number, ms, "@", "1").replace('"@"', "1e999"), bad="wrong_shape"
    )
    yield lambda symbol, number, ms: Sent(book_frame(symbol, 1.0, "2"), bad="wrong_shape")
    for name in ("ZZZUSDT", "aaausdt", "AAAUSDT ", "'; DROP TABLE ticks;--", "A" * 100_000, *ATTACKS):
        yield _trade_of(name)


def _unusable() -> Iterator[BadOne]:
    for price in ("NaN", "nan", "Infinity", "-Infinity", "1e999", "1" + "0" * 400):
        reason = "not_positive" if price.startswith("-") else "not_finite"
        yield _trade_with(price, "1", 1, rejected=reason)
    for price in ("0", "0.00000000", "-0.0", "-1.5", "-1e308"):
        yield _trade_with(price, "1", 1, rejected="not_positive")
    for price in ("1e308", "5e-324", "1e19"):
        yield _trade_with(price, "1", 1, rejected="out_of_range")
    for size, reason in (("-1", "negative_size"), ("NaN", "not_finite"), ("1e999", "not_finite")):
        yield _trade_with("1", size, 1, rejected=reason)
    yield _trade_with("1", "1e308", 1, rejected="out_of_range")
    for at_ms_of in (lambda ms: ms // 1000, lambda ms: ms * 1000, lambda ms: ms * 1_000_000, lambda ms: 0):
        yield _mistimed(at_ms_of, "wrong_time_unit")
    yield _mistimed(lambda ms: ms + 2 * DAY_MS, "future_time")
    yield lambda symbol, number, ms: Sent(book_frame(symbol, "5", "4"), rejected="crossed")
    yield lambda symbol, number, ms: Sent(book_frame(symbol, "-5", "4"), rejected="not_positive")
    yield lambda symbol, number, ms: Sent(book_frame(symbol, "1", "Infinity"), rejected="not_finite")
    yield lambda symbol, number, ms: Sent(_day_frame(symbol, ms, "1", "NaN"), rejected="not_finite")
    yield lambda symbol, number, ms: Sent(_day_frame(symbol, ms, "0", "1"), rejected="not_positive")


def _always(sent: Sent) -> BadOne:
    return lambda symbol, number, ms: sent


def _trade_with(
    price: object, size: object, number: object, *, bad: str | None = None, rejected: str | None = None
) -> BadOne:
    """A trade under the number that a good one will have; where 1 is given, it is that number."""

    def make(symbol: str, next_number: int, ms: int) -> Sent:
        its_number = next_number + 1 if number == 1 and number is not True else number
        return Sent(trade_frame(symbol, its_number, ms, price, size), bad=bad, rejected=rejected)

    return make


def _trade_at(at_ms: object) -> BadOne:
    return lambda symbol, number, ms: Sent(
        trade_frame(symbol, number + 1, at_ms, "1", "1"), bad="wrong_shape"
    )


def _trade_of(name: str) -> BadOne:
    return lambda symbol, number, ms: Sent(trade_frame(name, number + 1, ms, "1", "1"), bad="unknown_symbol")


def _mistimed(at_ms_of: Callable[[int], int], reason: str) -> BadOne:
    return lambda symbol, number, ms: Sent(
        trade_frame(symbol, number + 1, at_ms_of(ms), "1", "1"), rejected=reason
    )


def _day_frame(symbol: str, at_ms: int, opened: str, volume: str) -> str:
    event = {"e": "24hrMiniTicker", "E": at_ms, "s": symbol, "c": "1", "o": opened, "h": "1", "l": "1", "v": "1", "q": volume}  # fmt: skip
    return wrapped(symbol, "miniTicker", event)
