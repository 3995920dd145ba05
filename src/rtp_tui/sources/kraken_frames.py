"""Reading Kraken's WebSocket version 2. Pure: bytes in, observations out.

Source: https://docs.kraken.com/api/docs/websocket-v2/ticker
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.figures import rounded
from rtp_tui.sources.moments import Moment, unix_ms
from rtp_tui.sources.outlines import outlined
from rtp_tui.sources.trade_snapshots import by_name, unseen
from rtp_tui.text import safe

_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_SNAPSHOT = "snapshot"
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)
_OURS = ("ticker", "trade", "status")
_RENAMED = {"XBT": "BTC", "XDG": "DOGE"}
"""Names that other interfaces of the venue still use, and this one refuses."""
_STEPS = 1e10
"""The venue's finest price, so many to a unit; a difference of two floats is rounded to it."""


class _Day(Struct, gc=False):
    """Best bid and ask and figures of 24 hours; `volume` is in units."""

    symbol: str
    bid: float | None = None
    ask: float | None = None
    last: float | None = None
    volume: float | None = None
    vwap: float | None = None
    low: float | None = None
    high: float | None = None
    change: float | None = None
    timestamp: Moment | None = None


class _Trade(Struct, gc=False):
    symbol: str
    price: float
    qty: float
    trade_id: _Count
    timestamp: Moment


class _Ticker(Struct, tag_field="channel", tag="ticker", gc=False):
    data: tuple[_Day, ...]


class _Trades(Struct, tag_field="channel", tag="trade", gc=False):
    data: tuple[_Trade, ...]
    type: str = "update"


class _Heartbeat(Struct, tag_field="channel", tag="heartbeat", gc=False):
    """Once a second while nothing else is sent."""


class _System(Struct):
    """The number of the connection beside it is unsigned, and too big for what reads signed ones."""

    system: str = "online"


class _Status(Struct, tag_field="channel", tag="status"):
    """The first frame of a connection, and again when the venue changes."""

    data: tuple[_System, ...] = ()


_Message = _Ticker | _Trades | _Heartbeat | _Status


class _Reply(Struct):
    """An answer to a request of ours, one a symbol; or just enough of another frame to say whose it is."""

    method: str = ""
    success: bool | None = None
    error: str = ""
    channel: str = ""


class _Route(Struct, gc=False):
    """Whom a symbol's observations are for, and the newest of its trades."""

    instrument: InstrumentId
    feed: str
    trade_id: int | None = None


_message = msgspec.json.Decoder(_Message).decode
_reply = msgspec.json.Decoder(_Reply).decode
_symbol_of = attrgetter("symbol")


class FrameReader:
    """Reads frames about the symbols that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._routes: dict[str, _Route] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is read; of several instruments with one symbol the first is priced.

        Which trades of a symbol were seen is kept.
        """
        before, self._routes = self._routes, {}
        for wanted in subscriptions:
            route = _Route(wanted.instrument, f"{self._name}:{wanted.symbol}")
            if (known := before.get(wanted.symbol)) is not None:
                route.trade_id = known.trade_id
            self._routes.setdefault(wanted.symbol, route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            message = _message(frame)
            if type(message) is _Ticker:
                return self._read_days(message.data, received_ms)
            if type(message) is _Trades:
                return self._read_trades(message, received_ms)
            return _condition(message) if isinstance(message, _Status) else _HEARTBEAT
        except (ValueError, RecursionError, OverflowError):
            return _explain(frame)

    def _read_days(self, days: Iterable[_Day], received_ms: int) -> Sequence[Tick] | Notice:
        routes = self._routes
        ticks = []
        for day in days:
            route = routes.get(day.symbol)
            if route is not None:
                ticks.append(_day_tick(day, route, received_ms))
        return ticks or _UNKNOWN_SYMBOL

    def _read_trades(self, trades: _Trades, received_ms: int) -> Sequence[Tick] | Notice:
        routes = self._routes
        if trades.type == _SNAPSHOT:
            return self._read_snapshot(trades.data, received_ms)
        ticks = []
        for trade in trades.data:
            if (route := routes.get(trade.symbol)) is not None:
                route.trade_id = trade.trade_id
                ticks.append(_trade_tick(trade, route, received_ms))
        return ticks if ticks or not trades.data else _UNKNOWN_SYMBOL

    def _read_snapshot(self, trades: Sequence[_Trade], received_ms: int) -> Sequence[Tick] | Notice:
        """What was not seen yet, symbol by symbol."""
        ticks: list[Tick] = []
        for symbol, rows in by_name(trades, _symbol_of).items():
            if (route := self._routes.get(symbol)) is not None:
                news = unseen((_trade_tick(row, route, received_ms) for row in rows), route.trade_id)
                route.trade_id = news[-1].sequence
                ticks += news
        return ticks if ticks or not trades else _UNKNOWN_SYMBOL


def _day_tick(day: _Day, route: _Route, received_ms: int) -> Tick:
    """Figures; the price is left to the trades, each of which says when it was made."""
    return Tick(
        _QUOTE,
        route.instrument,
        route.feed,
        unix_ms(day.timestamp) if day.timestamp is not None else None,
        received_ms,
        bid=day.bid or None,
        ask=day.ask or None,
        open_24h=_opened(day),
        high_24h=day.high or None,
        low_24h=day.low or None,
        volume_24h=_turnover(day),
    )


def _opened(day: _Day) -> float | None:
    if not day.last or day.change is None:
        return None
    return rounded(day.last - day.change, _STEPS)


def _turnover(day: _Day) -> float | None:
    """In the quote currency; a mean price of zero is none."""
    return day.volume * day.vwap if day.volume is not None and day.vwap else None


def _trade_tick(trade: _Trade, route: _Route, received_ms: int) -> Tick:
    at_ms = unix_ms(trade.timestamp)
    return Tick(
        _TRADE, route.instrument, route.feed, at_ms, received_ms, trade.price, trade.qty, trade.trade_id
    )


def _condition(status: _Status) -> Sequence[Tick] | Notice:
    """Other conditions than maintenance stop orders, not data."""
    is_away = any(part.system == "maintenance" for part in status.data)
    return Notice(refused="the venue is in maintenance") if is_away else _NOTHING


def _explain(frame: str | bytes) -> Sequence[Tick] | Notice:
    """An answer to a request, or why a frame could not be read; channels that are not ours may have any shape."""
    reply = outlined(frame, _reply)
    if isinstance(reply, Notice):
        return reply
    if reply.channel:
        return _WRONG_SHAPE if reply.channel in _OURS else _NOTHING
    if reply.method == "pong":
        return _HEARTBEAT
    if reply.success is False or (reply.error and not reply.method):
        return _NOTHING if reply.method == "unsubscribe" else _refusal(reply.error)
    return _NOTHING if reply.method else _WRONG_SHAPE


def _refusal(words: str) -> Notice:
    """The venue's words, and the name that it knows where another interface's was used."""
    base, slash, quote = words.rpartition(" ")[2].partition("/")
    known = f"{_RENAMED.get(base, base)}{slash}{_RENAMED.get(quote, quote)}"
    hint = f"; here it is {known}" if known != f"{base}{slash}{quote}" else ""
    return Notice(refused=safe(words, 120) + safe(hint, 40))
