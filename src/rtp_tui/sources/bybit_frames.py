"""Reading frames of Bybit's public sockets. Pure: bytes in, observations out.

Source: https://bybit-exchange.github.io/docs/v5/websocket/public/trade
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.outlines import outlined
from rtp_tui.text import safe

_Time = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Figure = float | Literal[""]
_Levels = list[tuple[_Figure, _Figure]]

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_TRADES, _TICKERS, _TOP = "publicTrade", "tickers", "orderbook.1"
_OURS = ("", _TRADES, _TICKERS, _TOP)
_LARGEST_NUMBER = 2**63 - 1
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)


class _Trade(Struct, gc=False):
    """A fill, by the venue's own names; `v` is its size. Spot numbers its fills, contracts name theirs."""

    T: _Time = -1
    i: str = ""
    p: _Figure = ""
    v: _Figure = ""


class _Figures(Struct, gc=False):
    """A ticker or the top of a book, by the venue's own names; what did not change may be missing.

    `prevPrice24h` is the price a day ago, `turnover24h` the volume in the quote currency.
    """

    bid1Price: _Figure = ""  # noqa: N815
    ask1Price: _Figure = ""  # noqa: N815
    prevPrice24h: _Figure = ""  # noqa: N815
    highPrice24h: _Figure = ""  # noqa: N815
    lowPrice24h: _Figure = ""  # noqa: N815
    turnover24h: _Figure = ""
    b: _Levels | None = None
    a: _Levels | None = None
    failTopics: list[str] | None = None  # noqa: N815


_UNCHANGED = _Figures()


class _Frame(Struct, gc=False):
    """Data about a topic, or an answer to a request of ours."""

    topic: str = ""
    type: str = ""
    ts: _Time | None = None
    data: _Figures | list[_Trade] | None = None
    success: bool | None = None
    ret_msg: str = ""
    op: str = ""


class _Outline(Struct):
    """Just enough of a frame to say whose it is."""

    topic: str = ""


class _Route(Struct, gc=False):
    """Whom a topic's observations are for, what it tells, and the spread that parts of tickers add to."""

    instrument: InstrumentId
    feed: str
    kind: str
    bid: float | None = None
    ask: float | None = None


_frame = msgspec.json.Decoder(_Frame, strict=False).decode
_outline = msgspec.json.Decoder(_Outline).decode


class FrameReader:
    """Reads frames about the symbols that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._routes: dict[str, _Route] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is known of symbols; of several instruments with one symbol the first is priced."""
        self._routes = {}
        for wanted in subscriptions:
            for kind in (_TRADES, _TICKERS, _TOP):
                route = _Route(wanted.instrument, f"{self._name}:{wanted.symbol}", kind)
                self._routes.setdefault(f"{kind}.{wanted.symbol.upper()}", route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            message = _frame(frame)
            route = self._routes.get(message.topic)
            if route is None:
                return _unrouted(message)
            data = message.data
            if isinstance(data, list):
                return _trades(route, data, received_ms) if route.kind == _TRADES else _WRONG_SHAPE
            if data is None or route.kind == _TRADES:
                return _WRONG_SHAPE
            if route.kind == _TOP:
                return _top(route, message, data, received_ms)
            return _ticker(route, message, data, received_ms)
        except (ValueError, RecursionError):
            return _explain(frame)


def _trades(route: _Route, trades: list[_Trade], received_ms: int) -> Sequence[Tick] | Notice:
    ticks = []
    for trade in trades:
        price, size = trade.p, trade.v
        if price == "" or size == "" or trade.T < 0:
            return _WRONG_SHAPE
        ticks.append(
            Tick(_TRADE, route.instrument, route.feed, trade.T, received_ms, price, size, _number(trade.i))
        )
    return ticks


def _ticker(route: _Route, message: _Frame, data: _Figures, received_ms: int) -> Sequence[Tick]:
    """Figures; the price is left to the trades, which say when they were made.

    A delta, which only contracts send, holds what changed, perhaps nothing of ours; the first of a connection is whole.
    """
    if data == _UNCHANGED:
        return _NOTHING
    is_part = message.type == "delta"
    if data.bid1Price != "" or not is_part:
        route.bid = data.bid1Price or None
    if data.ask1Price != "" or not is_part:
        route.ask = data.ask1Price or None
    return (
        Tick(
            _QUOTE,
            route.instrument,
            route.feed,
            message.ts,
            received_ms,
            bid=route.bid,
            ask=route.ask,
            open_24h=data.prevPrice24h or None,
            high_24h=data.highPrice24h or None,
            low_24h=data.lowPrice24h or None,
            volume_24h=data.turnover24h or None,
        ),
    )


def _top(route: _Route, message: _Frame, data: _Figures, received_ms: int) -> Sequence[Tick] | Notice:
    """Best bid and ask; the top alone is always told whole, and a side that is empty is not known."""
    bids, asks = data.b, data.a
    if bids is None or asks is None or message.type != "snapshot":
        return _WRONG_SHAPE
    bid, ask = (bids[0][0] or None) if bids else None, (asks[0][0] or None) if asks else None
    return (Tick(_QUOTE, route.instrument, route.feed, message.ts, received_ms, bid=bid, ask=ask),)


def _number(text: str) -> int | None:
    """A fill's number; None for a name. Raises ValueError for neither."""
    if not text:
        raise ValueError("a fill without a number")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    return number if 0 <= number <= _LARGEST_NUMBER else None


def _unrouted(message: _Frame) -> Sequence[Tick] | Notice:
    """What is not about a subscription of ours: answers, topics of others, symbols that nobody asked for."""
    if message.topic:
        return _UNKNOWN_SYMBOL if _kind(message.topic) in _OURS else _NOTHING
    if message.success is None:
        return _HEARTBEAT if message.op == "pong" else _WRONG_SHAPE
    if isinstance(message.data, _Figures) and message.data.failTopics:
        return _refused(", ".join(message.data.failTopics))
    if not message.success:
        return _refused(message.ret_msg)
    return _HEARTBEAT if message.op in ("ping", "pong") else _NOTHING


def _kind(topic: str) -> str:
    return topic.rpartition(".")[0] or topic


def _refused(words: str) -> Notice:
    return Notice(refused=safe(words, 160) or "a subscription")


def _explain(frame: str | bytes) -> Sequence[Tick] | Notice:
    """Say why a frame could not be read; topics that are not ours may have any shape."""
    outline = outlined(frame, _outline)
    if isinstance(outline, Notice):
        return outline
    return _WRONG_SHAPE if _kind(outline.topic) in _OURS else _NOTHING
