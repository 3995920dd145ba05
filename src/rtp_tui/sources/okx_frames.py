"""Reading frames of OKX's public socket. Pure: bytes in, observations out.

Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-trades-channel
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.okx_symbols import is_spot
from rtp_tui.sources.outlines import outlined
from rtp_tui.text import safe

_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Figure = float | Literal[""]

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_TRADES, _TICKERS = "trades", "tickers"
_OURS = ("", _TRADES, _TICKERS)
_PONG = ("pong", b"pong")
_CLOSES_SOON = "64008"
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)


class _Argument(Struct, frozen=True, gc=False):
    """What a frame is about."""

    channel: str = ""
    instId: str = ""  # noqa: N815


class _Row(Struct, gc=False):
    """The fields, by the venue's own names, of trades and tickers: numbers in strings, empty where unknown.

    A trade may stand for several fills of one order at one price: `sz` is their sum, `tradeId` the last of them.
    """

    ts: _Count = -1
    tradeId: _Count = -1  # noqa: N815
    px: _Figure = ""
    sz: _Figure = ""
    bidPx: _Figure = ""  # noqa: N815
    askPx: _Figure = ""  # noqa: N815
    open24h: _Figure = ""
    high24h: _Figure = ""
    low24h: _Figure = ""
    volCcy24h: _Figure = ""  # noqa: N815


class _Frame(Struct, gc=False):
    """Data, an acknowledgement, an error or a notice."""

    arg: _Argument | None = None
    data: list[_Row] | None = None
    event: str = ""
    code: str = ""
    msg: str = ""


class _Outline(Struct):
    """Just enough of a frame to say whose it is."""

    arg: _Argument = _Argument()


class _Route(Struct, frozen=True, gc=False):
    """Whom an instrument's observations are for; contracts are no units of it."""

    instrument: InstrumentId
    feed: str
    is_spot: bool


_frame = msgspec.json.Decoder(_Frame, strict=False).decode
_outline = msgspec.json.Decoder(_Outline).decode


class FrameReader:
    """Reads frames about the instruments that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._routes: dict[str, _Route] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is known of symbols; of several instruments with one symbol the first is priced."""
        self._routes = {}
        for wanted in subscriptions:
            symbol = wanted.symbol.upper()
            route = _Route(wanted.instrument, f"{self._name}:{wanted.symbol}", is_spot(symbol))
            self._routes.setdefault(symbol, route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        if len(frame) == 4 and frame in _PONG:
            return _HEARTBEAT
        try:
            message = _frame(frame)
            rows, argument = message.data, message.arg
            if rows is None or argument is None:
                return _told(message)
            if argument.channel == _TRADES:
                return self._read_trades(argument, rows, received_ms)
            if argument.channel == _TICKERS:
                return self._read_tickers(argument, rows, received_ms)
            return _NOTHING if argument.channel else _WRONG_SHAPE
        except (ValueError, RecursionError):
            return _explain(frame)

    def _read_trades(
        self, argument: _Argument, rows: list[_Row], received_ms: int
    ) -> Sequence[Tick] | Notice:
        route = self._routes.get(argument.instId)
        if route is None:
            return _unrouted(argument)
        instrument, feed, in_units = route.instrument, route.feed, route.is_spot
        ticks = []
        for row in rows:
            at_ms, price, size, number = row.ts, row.px, row.sz, row.tradeId
            if price == "" or size == "" or at_ms < 0 or number < 0:
                return _WRONG_SHAPE
            units = size if in_units else None
            ticks.append(Tick(_TRADE, instrument, feed, at_ms, received_ms, price, units, number))
        return ticks

    def _read_tickers(
        self, argument: _Argument, rows: list[_Row], received_ms: int
    ) -> Sequence[Tick] | Notice:
        """Spread and figures; the price is left to the trades, which say when they were made."""
        route = self._routes.get(argument.instId)
        if route is None:
            return _unrouted(argument)
        return [
            Tick(
                _QUOTE,
                route.instrument,
                route.feed,
                row.ts if row.ts >= 0 else None,
                received_ms,
                # Neither an empty text nor a zero is a figure.
                bid=row.bidPx or None,
                ask=row.askPx or None,
                open_24h=row.open24h or None,
                high_24h=row.high24h or None,
                low_24h=row.low24h or None,
                # Of contracts this field counts coins, not money.
                volume_24h=(row.volCcy24h or None) if route.is_spot else None,
            )
            for row in rows
        ]


def _told(message: _Frame) -> Sequence[Tick] | Notice:
    """What a frame without data says."""
    if message.event == "error":
        return Notice(refused=safe(f"{message.code}: {message.msg}", 160))
    if message.event == "notice" and message.code == _CLOSES_SOON:
        return Notice(closing=True)
    return _NOTHING if message.event else _WRONG_SHAPE


def _unrouted(argument: _Argument) -> Notice:
    return _UNKNOWN_SYMBOL if argument.instId else _WRONG_SHAPE


def _explain(frame: str | bytes) -> Sequence[Tick] | Notice:
    """Say why a frame could not be read; channels that are not ours may have any shape."""
    outline = outlined(frame, _outline)
    if isinstance(outline, Notice):
        return outline
    return _WRONG_SHAPE if outline.arg.channel in _OURS else _NOTHING
