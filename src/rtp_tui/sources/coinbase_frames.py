"""Reading Coinbase Exchange's feed. Pure: bytes in, observations out.

Source: https://docs.cdp.coinbase.com/exchange/websocket-feed/channels
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.moments import Moment, unix_ms
from rtp_tui.sources.outlines import outlined
from rtp_tui.text import safe

_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)
_OURS = ("", "match", "last_match", "ticker", "error")


class _Match(Struct, tag_field="type", tag="match", gc=False):
    """A trade; its `side` is that of the maker, the opposite of a ticker's."""

    product_id: str
    trade_id: _Count
    price: str
    size: str
    time: Moment


class _LastMatch(_Match, tag="last_match", gc=False):
    """The newest trade before the subscription, perhaps one that is known already."""


class _Ticker(Struct, tag_field="type", tag="ticker", gc=False):
    """Best bid and ask and figures of 24 hours after a match; decimals are strings, volumes in units."""

    product_id: str
    sequence: _Count
    time: Moment | None = None
    best_bid: str = ""
    best_ask: str = ""
    open_24h: str = ""
    high_24h: str = ""
    low_24h: str = ""


class _Heartbeat(Struct, tag_field="type", tag="heartbeat", gc=False):
    """Once a second and product: the connection lives."""


class _Subscriptions(Struct, tag_field="type", tag="subscriptions", gc=False):
    """What is subscribed to by now."""


class _Error(Struct, tag_field="type", tag="error"):
    message: str = ""
    reason: str | None = None


_Message = _Match | _LastMatch | _Ticker | _Heartbeat | _Subscriptions | _Error


class _Outline(Struct):
    """Just enough of a frame to say whose it is."""

    type: str = ""


class _Route(Struct, gc=False):
    """Whom a product's observations are for, and how new its newest ticker is."""

    instrument: InstrumentId
    feed: str
    sequence: int = -1
    ticker_ms: int = 0


_message = msgspec.json.Decoder(_Message).decode
_outline = msgspec.json.Decoder(_Outline).decode


class FrameReader:
    """Reads frames about the products that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._routes: dict[str, _Route] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is known of products; of several instruments with one product the first is priced."""
        self._routes = {}
        for wanted in subscriptions:
            route = _Route(wanted.instrument, f"{self._name}:{wanted.symbol}")
            self._routes.setdefault(wanted.symbol.upper(), route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            message = _message(frame)
            if isinstance(message, _Match):
                return self._read_match(message, received_ms)
            if isinstance(message, _Ticker):
                return self._read_ticker(message, received_ms)
            if isinstance(message, _Heartbeat):
                return _HEARTBEAT
            return _refusal(message) if isinstance(message, _Error) else _NOTHING
        except (ValueError, RecursionError, OverflowError):
            return _explain(frame)

    def _read_match(self, match: _Match, received_ms: int) -> Sequence[Tick] | Notice:
        price, size = float(match.price), float(match.size)
        route = self._routes.get(match.product_id)
        if route is None:
            return _UNKNOWN_SYMBOL
        at_ms, number = unix_ms(match.time), match.trade_id
        return (Tick(_TRADE, route.instrument, route.feed, at_ms, received_ms, price, size, number),)

    def _read_ticker(self, ticker: _Ticker, received_ms: int) -> Sequence[Tick] | Notice:
        """Figures; the price is left to the match, which is its own message and says when it was made."""
        at_ms = unix_ms(ticker.time) if ticker.time is not None else None
        route = self._routes.get(ticker.product_id)
        if route is None:
            return _UNKNOWN_SYMBOL
        if not _is_newest(route, ticker.sequence, at_ms):
            return _NOTHING
        return (
            Tick(
                _QUOTE,
                route.instrument,
                route.feed,
                at_ms,
                received_ms,
                # Neither an empty text nor a zero is a figure.
                bid=float(ticker.best_bid or 0) or None,
                ask=float(ticker.best_ask or 0) or None,
                open_24h=float(ticker.open_24h or 0) or None,
                high_24h=float(ticker.high_24h or 0) or None,
                low_24h=float(ticker.low_24h or 0) or None,
            ),
        )


def _is_newest(route: _Route, sequence: int, at_ms: int | None) -> bool:
    """Tickers may overtake each other; a product that counts anew goes on with later times."""
    ticker_ms = route.ticker_ms if at_ms is None else at_ms
    if sequence < route.sequence and ticker_ms <= route.ticker_ms:
        return False
    route.sequence, route.ticker_ms = sequence, ticker_ms
    return True


def _refusal(error: _Error) -> Notice:
    return Notice(refused=safe(f"{error.message}: {error.reason}" if error.reason else error.message, 160))


def _explain(frame: str | bytes) -> Sequence[Tick] | Notice:
    """Say why a frame could not be read; types that are not ours may have any shape."""
    outline = outlined(frame, _outline)
    if isinstance(outline, Notice):
        return outline
    return _WRONG_SHAPE if outline.type in _OURS else _NOTHING
