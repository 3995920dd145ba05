"""What stands between the market and the wire while something is wrong: outgoing events in, other ones out."""

import re
from collections import deque
from collections.abc import Callable
from itertools import cycle
from typing import Protocol

from msgspec import Struct

from rtp_tui.simulator.event_times import moved

LATENCY_MS = 2_000
CLOCK_OFFSET_MS = 10_000
MAX_HELD = 100_000
"""Events kept back by latency; more push the oldest out at once."""


class OutgoingEvent(Struct, frozen=True, gc=False):
    """An event on its way to a stream's subscribers."""

    stream: str
    text: str
    is_bare: bool = False
    """Not to be wrapped with its stream's name: it is no event any more."""


class Disturbance(Protocol):
    """Stands between the market and the wire while a fault lasts."""

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        """What is sent in its place."""
        ...

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        """What was held back and is due; everything where `now_ms` is None, since the fault is over."""
        ...


class Silence:
    """Nothing is sent."""

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        return ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        return ()


class Rewritten:
    """Each event becomes what a function makes of it; an empty answer drops it."""

    def __init__(self, rewrite: Callable[[OutgoingEvent], tuple[str, ...]]) -> None:
        self._rewrite = rewrite

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        return tuple(OutgoingEvent(event.stream, text, event.is_bare) for text in self._rewrite(event))

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        return ()


class Delayed:
    """Every event leaves later."""

    def __init__(self) -> None:
        self._held: deque[tuple[int, OutgoingEvent]] = deque()

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        self._held.append((now_ms + LATENCY_MS, event))
        return (self._held.popleft()[1],) if len(self._held) > MAX_HELD else ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        due = []
        while self._held and (now_ms is None or self._held[0][0] <= now_ms):
            due.append(self._held.popleft()[1])
        return tuple(due)


class Swapped:
    """The events of a stream leave in pairs, the later one first."""

    def __init__(self) -> None:
        self._held: dict[str, OutgoingEvent] = {}

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        if (earlier := self._held.pop(event.stream, None)) is not None:
            return (event, earlier)
        self._held[event.stream] = event
        return ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        if now_ms is not None:
            return ()
        rest = tuple(self._held.values())
        self._held.clear()
        return rest


_NUMBER = re.compile(
    r'"(p|c|b|q|v|px|sz|bidPx|price|size|last_size|best_bid|prevPrice24h|qty|bid|last)":"?[0-9.]+"?'
)
_PRICE = re.compile(r'"(p|px|price)":("?)([0-9.]+)("?)')
_NAME = re.compile(r'"(s|symbol|product_id|instId|topic)":"')
_TRADE_STREAMS = ("matches/", "ticker/", "trades/", "trade/", "market_trades/", "publicTrade/")
GAP_EVERY = 5
GARBAGE_EVERY = 3


def _is_trade(event: OutgoingEvent) -> bool:
    return event.stream.endswith(("@trade", "@aggTrade")) or event.stream.startswith(_TRADE_STREAMS)


def _tenfold(match: re.Match[str]) -> str:
    name, before, price, after = match.groups()
    return f'"{name}":{before}{float(price) * 10:.8f}{after}'


def _with_number(text: str, number: str) -> str:
    return _NUMBER.sub(lambda match: f'"{match[1]}":{number}', text)


_NO_EVENTS: tuple[Callable[[str], str], ...] = (
    lambda text: "not json",
    lambda text: "<html><body><h1>502 Bad Gateway</h1></body></html>",
    lambda text: text[: len(text) // 2],
    lambda text: "[]",
    lambda text: "null",
)
_WRONG_EVENTS: tuple[Callable[[str], str], ...] = (
    lambda text: _with_number(text, "NaN"),
    lambda text: _with_number(text, "1e999"),
    lambda text: _with_number(text, '"NaN"'),
    lambda text: _with_number(text, '"1e999"'),
    lambda text: _with_number(text, '"-1.00000000"'),
    lambda text: _with_number(text, '"0.00000000"'),
    lambda text: _NAME.sub(lambda match: rf'"{match[1]}":"\u001b[31m\u202e', text),
    lambda text: text.replace('"', '"\x1b]0;owned\x07', 1),
)


class Garbage:
    """Broken frames among the good ones."""

    def __init__(self) -> None:
        self._turns = cycle(range(GARBAGE_EVERY))
        self._spoilers = cycle(
            [(spoil, True) for spoil in _NO_EVENTS] + [(spoil, False) for spoil in _WRONG_EVENTS]
        )

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        if next(self._turns):
            return (event,)
        spoil, is_bare = next(self._spoilers)
        return (OutgoingEvent(event.stream, spoil(event.text), is_bare), event)

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        return ()


def gap() -> Disturbance:
    """Every fifth trade is missing."""
    counter = cycle(range(GAP_EVERY))
    return Rewritten(lambda event: (event.text,) if not _is_trade(event) or next(counter) else ())


def spike() -> Disturbance:
    """The first trade has ten times its price."""
    spiked: list[str] = []

    def rewrite(event: OutgoingEvent) -> tuple[str, ...]:
        if spiked or not _is_trade(event):
            return (event.text,)
        spiked.append(event.stream)
        return (_PRICE.sub(_tenfold, event.text),)

    return Rewritten(rewrite)


def duplicate() -> Disturbance:
    """Everything comes twice."""
    return Rewritten(lambda event: (event.text, event.text))


def wrong_clock() -> Disturbance:
    """Every time is ahead."""
    return Rewritten(lambda event: (moved(event.text, CLOCK_OFFSET_MS),))
