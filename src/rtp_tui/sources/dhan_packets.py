"""Dhan's binary packets, little-endian. Pure: bytes in, packets out, in the provider's own units.

Source: https://dhanhq.co/docs/v2/live-market-feed/
"""

from collections.abc import Callable
from struct import Struct as Layout

from msgspec import Struct

SEGMENTS = {
    0: "IDX_I",
    1: "NSE_EQ",
    2: "NSE_FNO",
    3: "NSE_CURRENCY",
    4: "BSE_EQ",
    5: "MCX_COMM",
    7: "BSE_CURRENCY",
    8: "BSE_FNO",
}
"""By their number on the wire; there is no 6."""
DEPTH_LEVELS = 5

_HEADER = Layout("<BHBI")
_TICKER = Layout("<fI")
_QUOTE = Layout("<fHIfIIIffff")
_FULL = Layout("<fHIfIIIIIIffff")
_LEVEL = Layout("<IIHHff")
_COUNT = Layout("<I")
_REASON = Layout("<H")
_HEAD = _HEADER.size


class Address(Struct, frozen=True, gc=False):
    """What a packet is about."""

    segment: int
    security_id: int


class Ticker(Struct, frozen=True, gc=False):
    """The last price; `traded_s` is the wall clock of India written as an epoch."""

    about: Address
    price: float
    traded_s: int


class Quoted(Struct, frozen=True, gc=False):
    """The last trade and the day's figures; `mean` is the average price of the day."""

    about: Address
    price: float
    size: int
    traded_s: int
    mean: float
    volume: int
    sell_size: int
    buy_size: int
    open: float
    close: float
    high: float
    low: float


class Level(Struct, frozen=True, gc=False):
    """One step of the book; `bid_orders` and `ask_orders` are how many."""

    bid_size: int
    ask_size: int
    bid_orders: int
    ask_orders: int
    bid: float
    ask: float


class Full(Struct, frozen=True, gc=False):
    """A quote with open interest and five levels of the book, the best first."""

    quoted: Quoted
    open_interest: int
    open_interest_high: int
    open_interest_low: int
    levels: tuple[Level, ...]

    @property
    def about(self) -> Address:
        """As of its quote."""
        return self.quoted.about


class OpenInterest(Struct, frozen=True, gc=False):
    """How many contracts are open."""

    about: Address
    contracts: int


class PreviousClose(Struct, frozen=True, gc=False):
    """Where the day before ended; sent once after subscribing."""

    about: Address
    price: float
    open_interest: int


class MarketStatus(Struct, frozen=True, gc=False):
    """A market opened or closed."""

    about: Address


class Disconnect(Struct, frozen=True, gc=False):
    """The provider ends the connection."""

    reason: int


Priced = Quoted | Full | Ticker | PreviousClose
PRICED = (Quoted, Full, Ticker, PreviousClose)
"""What tells prices of a security, the usual first."""
Packet = Priced | OpenInterest | MarketStatus | Disconnect


class Unpacked(Struct, frozen=True):
    """The packets of a frame."""

    packets: list[Packet]
    is_truncated: bool = False
    """The last one is not whole, or what follows is no packet."""


def unpacked(frame: bytes) -> Unpacked:
    """Every packet of a frame, which may hold several; never raises.

    Sizes are those of the documentation: the lengths that packets state are not reliable.
    """
    packets: list[Packet] = []
    at, end = 0, len(frame)
    while end - at >= _HEAD:
        code, length, segment, security_id = _HEADER.unpack_from(frame, at)
        known = _READERS.get(code)
        if known is None:
            at += max(_HEAD, length)
            continue
        size, read = known
        if end - at < size:
            break
        packets.append(read(frame, at + _HEAD, Address(segment, security_id)))
        at += size
    return Unpacked(packets, at != end)


def _read_ticker(frame: bytes, at: int, about: Address) -> Packet:
    return Ticker(about, *_TICKER.unpack_from(frame, at))


def _read_quote(frame: bytes, at: int, about: Address) -> Packet:
    return Quoted(about, *_QUOTE.unpack_from(frame, at))


def _read_full(frame: bytes, at: int, about: Address) -> Packet:
    figures = _FULL.unpack_from(frame, at)
    first = at + _FULL.size
    levels = tuple(
        Level(*_LEVEL.unpack_from(frame, first + number * _LEVEL.size)) for number in range(DEPTH_LEVELS)
    )
    interest, interest_high, interest_low = figures[7:10]
    quoted = Quoted(about, *figures[:7], *figures[10:])
    return Full(quoted, interest, interest_high, interest_low, levels)


def _read_open_interest(frame: bytes, at: int, about: Address) -> Packet:
    return OpenInterest(about, *_COUNT.unpack_from(frame, at))


def _read_previous_close(frame: bytes, at: int, about: Address) -> Packet:
    return PreviousClose(about, *_TICKER.unpack_from(frame, at))


def _read_status(frame: bytes, at: int, about: Address) -> Packet:
    return MarketStatus(about)


def _read_disconnect(frame: bytes, at: int, about: Address) -> Packet:
    return Disconnect(*_REASON.unpack_from(frame, at))


_READERS: dict[int, tuple[int, Callable[[bytes, int, Address], Packet]]] = {
    2: (_HEAD + _TICKER.size, _read_ticker),
    4: (_HEAD + _QUOTE.size, _read_quote),
    5: (_HEAD + _COUNT.size, _read_open_interest),
    6: (_HEAD + _TICKER.size, _read_previous_close),
    7: (_HEAD, _read_status),
    8: (_HEAD + _FULL.size + DEPTH_LEVELS * _LEVEL.size, _read_full),
    50: (_HEAD + _REASON.size, _read_disconnect),
}
"""By their code: the size with the header, and what reads the rest."""
