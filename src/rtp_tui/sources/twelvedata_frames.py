"""Reading Twelve Data's WebSocket. Pure: bytes in, observations out.

A price event is the newest price of a symbol and no trade: it has no size and no number, and several have the same
whole second. It gives sampled bars, as a price does that was asked for.

Source: https://twelvedata.com/docs#real-time-price
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.outlines import outlined
from rtp_tui.text import safe

_Seconds = Annotated[int, Meta(ge=0, le=2**40)]

_PRICE = TickKind.POLL
_NOTHING: tuple[Tick, ...] = ()
_HEARTBEAT = Notice(is_heartbeat=True)
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)
_OURS = ("price", "subscribe-status", "heartbeat")
_LONGEST_WORDS = 160


class _Price(Struct, tag_field="event", tag="price", gc=False):
    """`day_volume` is in units since midnight, and so no figure of 24 hours in the quote currency."""

    symbol: str
    price: float
    timestamp: _Seconds
    bid: float | None = None
    ask: float | None = None


class _Named(Struct):
    symbol: str = ""


class _Status(Struct, tag_field="event", tag="subscribe-status"):
    """Of one request some symbols may be accepted and others not."""

    status: str = "ok"
    fails: list[_Named] | None = None
    message: str | None = None
    messages: list[str] | None = None


class _Beat(Struct, tag_field="event", tag="heartbeat", gc=False):
    """The answer to ours."""


class _Other(Struct):
    """Just enough of another frame to say whose it is."""

    event: str = ""


_message = msgspec.json.Decoder(_Price | _Status | _Beat).decode
_other = msgspec.json.Decoder(_Other).decode


class FrameReader:
    """Reads frames about the symbols that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int) -> None:
        self._name = name
        self._longest = longest
        self._routes: dict[str, tuple[InstrumentId, str]] = {}

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is read; of several instruments with one symbol the first is priced."""
        self._routes = {}
        for wanted in subscriptions:
            route = (wanted.instrument, f"{self._name}:{wanted.symbol}")
            self._routes.setdefault(wanted.symbol.upper(), route)

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        try:
            message = _message(frame)
        except (ValueError, RecursionError, OverflowError):
            return _explain(frame)
        if isinstance(message, _Price):
            return self._tick(message, received_ms)
        return _HEARTBEAT if isinstance(message, _Beat) else _outcome(message)

    def _tick(self, told: _Price, received_ms: int) -> Sequence[Tick] | Notice:
        route = self._routes.get(told.symbol)
        if route is None:
            return _UNKNOWN_SYMBOL
        return (
            Tick(
                _PRICE,
                route[0],
                route[1],
                told.timestamp * 1000 or None,
                received_ms,
                told.price or None,
                bid=told.bid or None,
                ask=told.ask or None,
            ),
        )


def _outcome(status: _Status) -> Sequence[Tick] | Notice:
    """Which symbols are refused: they do not exist, or the plan has no socket for them."""
    failed = [one.symbol for one in status.fails or () if one.symbol]
    words = "; ".join(filter(None, (status.message, *(status.messages or ()))))
    if not failed and status.status != "error":
        return _NOTHING
    named = f"{', '.join(failed)}: " if failed else ""
    words = words or "no such symbol, or not in the plan of this key"
    return Notice(refused=safe(named + words, _LONGEST_WORDS))


def _explain(frame: str | bytes) -> Sequence[Tick] | Notice:
    """Why a frame could not be read; events that are not ours may have any shape."""
    other = outlined(frame, _other)
    if isinstance(other, Notice):
        return other
    return _NOTHING if other.event and other.event not in _OURS else _WRONG_SHAPE
