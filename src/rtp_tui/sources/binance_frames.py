"""Reading Binance's spot stream frames, combined or raw. Pure: bytes in, observations out.

Source: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.outlines import outlined
from rtp_tui.text import safe

_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_MINI_TICKER = "24hrMiniTicker"
_SHUTDOWN = "serverShutdown"
_NOTHING: tuple[Tick, ...] = ()
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)


class _Event(Struct, gc=False):
    """The fields, by the venue's own names, of the events that we read; decimals are strings.

    Two names mean different things in different events: `a` is the ask of a bookTicker and the number
    of an aggTrade, `l` the low of a miniTicker and the last trade of an aggTrade.
    """

    e: str | None = None
    E: _Count | None = None
    s: str | None = None
    t: _Count | None = None
    T: _Count | None = None
    p: str | None = None
    q: str | None = None
    a: str | _Count | None = None
    b: str | None = None
    o: str | None = None
    h: str | None = None
    l: str | _Count | None = None  # noqa: E741 - the venue's own name


class _Combined(Struct, gc=False):
    """What `/stream` wraps around every event."""

    data: _Event | None = None


class _Refusal(Struct):
    code: int = 0
    msg: str = ""


class _Bare(_Event):
    """A raw event, or an answer to a request of ours."""

    result: msgspec.Raw | UnsetType = UNSET
    error: _Refusal | None = None
    code: int | None = None
    msg: str = ""


class _Outline(Struct):
    """Just enough of a frame to say whose it is."""

    stream: str = ""
    e: str | None = None


class _Route(Struct, frozen=True, gc=False):
    """Whom a symbol's observations are for."""

    instrument: InstrumentId
    feed: str


_combined = msgspec.json.Decoder(_Combined).decode
_bare = msgspec.json.Decoder(_Bare).decode
_outline = msgspec.json.Decoder(_Outline).decode


class FrameReader:
    """Reads frames about the symbols that it was told to expect.

    `trades` names the trade stream that counts; frames of more than `longest` bytes are not read.
    """

    def __init__(self, name: str, trades: str, longest: int) -> None:
        self._name = name
        self._trades = trades
        self._sequenced_by_t = trades == "trade"
        self._longest = longest
        self._routes: dict[str | None, _Route] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is known of symbols; of several instruments with one symbol the first is priced."""
        self._routes = {}
        for wanted in subscriptions:
            route = _Route(wanted.instrument, f"{self._name}:{wanted.symbol}")
            self._routes.setdefault(wanted.symbol.upper(), route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            event = _combined(frame).data
            if event is None:
                return self._read_bare(_bare(frame), received_ms)
            return self._read_event(event, received_ms)
        except (ValueError, RecursionError):
            return self._explain(frame)

    def _read_event(self, event: _Event, received_ms: int) -> Sequence[Tick] | Notice:
        kind = event.e
        if kind is None:
            return self._read_book(event, received_ms)
        if kind == self._trades:
            return self._read_trade(event, received_ms)
        if kind == _MINI_TICKER:
            return self._read_day(event, received_ms)
        return Notice(closing=True) if kind == _SHUTDOWN else _NOTHING

    def _read_trade(self, event: _Event, received_ms: int) -> Sequence[Tick] | Notice:
        number = event.t if self._sequenced_by_t else event.a
        at_ms = event.T
        if at_ms is None or not isinstance(number, int):
            return _WRONG_SHAPE
        price, size = float(event.p or ""), float(event.q or "")
        route = self._routes.get(event.s)
        if route is None:
            return _unrouted(event)
        return (Tick(_TRADE, route.instrument, route.feed, at_ms, received_ms, price, size, number),)

    def _read_book(self, event: _Event, received_ms: int) -> Sequence[Tick] | Notice:
        ask = event.a
        if isinstance(ask, int):
            return _WRONG_SHAPE
        # An empty side of the book is sent as a zero.
        best_bid, best_ask = float(event.b or "") or None, float(ask or "") or None
        route = self._routes.get(event.s)
        if route is None:
            return _unrouted(event)
        return (Tick(_QUOTE, route.instrument, route.feed, None, received_ms, bid=best_bid, ask=best_ask),)

    def _read_day(self, event: _Event, received_ms: int) -> Sequence[Tick] | Notice:
        """24-hour figures; their last price is left to the trade stream, which says when it was made."""
        low = event.l
        if not isinstance(low, str):
            return _WRONG_SHAPE
        opened, high, volume = float(event.o or ""), float(event.h or ""), float(event.q or "")
        route = self._routes.get(event.s)
        if route is None:
            return _unrouted(event)
        return (
            Tick(
                _QUOTE,
                route.instrument,
                route.feed,
                event.E,
                received_ms,
                open_24h=opened,
                high_24h=high,
                low_24h=float(low),
                volume_24h=volume,
            ),
        )

    def _read_bare(self, message: _Bare, received_ms: int) -> Sequence[Tick] | Notice:
        if message.error is not None:
            return _refused(message.error.code, message.error.msg)
        if message.code is not None:
            return _refused(message.code, message.msg)
        return _NOTHING if message.result is not UNSET else self._read_event(message, received_ms)

    def _explain(self, frame: str | bytes) -> Sequence[Tick] | Notice:
        """Say why a frame could not be read; streams that are not ours may have any shape."""
        outline = outlined(frame, _outline)
        if isinstance(outline, Notice):
            return outline
        ours = (None, self._trades, "bookTicker", "miniTicker", _MINI_TICKER)
        kind = outline.stream.partition("@")[2] or outline.e
        return _WRONG_SHAPE if kind in ours else _NOTHING


def _unrouted(event: _Event) -> Notice:
    return _UNKNOWN_SYMBOL if event.s else _WRONG_SHAPE


def _refused(code: int, words: str) -> Notice:
    return Notice(refused=safe(f"{code}: {words}", 160))
