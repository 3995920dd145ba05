"""Reading frames of OKX's public socket. Pure: bytes in, observations out.

Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-trades-channel
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.okx_symbols import is_spot
from rtp_tui.text import safe

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_TRADES, _TICKERS = "trades", "tickers"
_OURS = ("", _TRADES, _TICKERS)
_PONG = ("pong", b"pong")
_CLOSES_SOON = "64008"
_LARGEST_NUMBER = 2**63 - 1
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)


class _Argument(Struct, frozen=True, gc=False):
    """What a frame is about."""

    channel: str = ""
    instId: str = ""  # noqa: N815


class _Row(Struct, gc=False):
    """The fields, by the venue's own names, of trades and tickers; all are strings, empty where unknown.

    A trade may stand for several fills of one order at one price: `sz` is their sum, `tradeId` the last of them.
    """

    ts: str = ""
    tradeId: str = ""  # noqa: N815
    px: str = ""
    sz: str = ""
    bidPx: str = ""  # noqa: N815
    askPx: str = ""  # noqa: N815
    open24h: str = ""
    high24h: str = ""
    low24h: str = ""
    volCcy24h: str = ""  # noqa: N815


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


_frame = msgspec.json.Decoder(_Frame).decode
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
        if frame in _PONG:
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
        return [
            Tick(
                _TRADE,
                route.instrument,
                route.feed,
                _whole(row.ts),
                received_ms,
                float(row.px),
                float(row.sz) if route.is_spot else None,
                _whole(row.tradeId),
            )
            for row in rows
        ]

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
                _whole(row.ts),
                received_ms,
                bid=_known(row.bidPx),
                ask=_known(row.askPx),
                open_24h=_known(row.open24h),
                high_24h=_known(row.high24h),
                low_24h=_known(row.low24h),
                # Of contracts this field counts coins, not money.
                volume_24h=_known(row.volCcy24h) if route.is_spot else None,
            )
            for row in rows
        ]


def _whole(text: str) -> int:
    """A number or a time, which are decimal digits. Raises ValueError."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not 0 <= number <= _LARGEST_NUMBER:
        raise ValueError("not a whole number")
    return number


def _known(text: str) -> float | None:
    """A figure, or None where the venue leaves it empty or sends a zero for nothing."""
    return (float(text) or None) if text else None


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
    try:
        return _WRONG_SHAPE if _outline(frame).arg.channel in _OURS else _NOTHING
    except UnicodeError:
        return Notice(bad=BadFrame.NOT_TEXT)
    except (msgspec.ValidationError, RecursionError):
        return _WRONG_SHAPE
    except msgspec.DecodeError:
        return Notice(bad=BadFrame.NOT_TEXT if _is_binary(frame) else BadFrame.NOT_JSON)


def _is_binary(frame: str | bytes) -> bool:
    if isinstance(frame, str):
        return False
    try:
        frame.decode()
    except UnicodeDecodeError:
        return True
    return b"\0" in frame
