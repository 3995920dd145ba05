"""Reading Dhan's socket: packets in, observations out. Told the time; remembers the day's volume of each security."""

from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.dhan_errors import CODE_WORDS, TOO_MANY_CONNECTIONS
from rtp_tui.sources.dhan_packets import (
    PRICED,
    SEGMENTS,
    Address,
    Disconnect,
    Full,
    Packet,
    PreviousClose,
    Priced,
    Quoted,
    Ticker,
    unpacked,
)
from rtp_tui.sources.dhan_securities import Security, SecurityIds
from rtp_tui.sources.figures import rounded
from rtp_tui.text import safe

IST_AHEAD_S = 19_800
"""Five and a half hours: what the times of packets are ahead of the epoch."""
_DAY_S = 86_400
NAMED = 5
"""So many symbols that are not known are named."""
_TRADE, _QUOTE, _POLL = TickKind.TRADE, TickKind.QUOTE, TickKind.POLL
_INDEX = "IDX_I"
_CURRENCIES = ("NSE_CURRENCY", "BSE_CURRENCY")
_COARSE_FROM = 131_072.0
"""From here on a float of 32 bits cannot tell hundredths; prices are multiples of five of them."""
_FINE_STEPS, _STEPS, _COARSE_STEPS = 10_000, 100, 20
"""Of a unit."""
_NUMBERS = {name: number for number, name in SEGMENTS.items()}
_WRONG_SHAPE = Notice(bad=BadFrame.WRONG_SHAPE)
_UNKNOWN_SYMBOL = Notice(bad=BadFrame.UNKNOWN_SYMBOL)


class _Route(Struct, gc=False):
    """Whom packets are for; `volume` is the greatest of the newest `day`, None before the first on a connection."""

    instrument: InstrumentId
    feed: str
    has_times: bool
    decimals: int
    volume: int | None = None
    day: int = 0
    is_new: bool = True


class FrameReader:
    """Reads frames about the securities that it was told to expect, none of more than `longest` bytes."""

    def __init__(self, name: str, longest: int, securities: SecurityIds) -> None:
        self.ended_by: int | None = None
        """Why the provider last ended a connection."""
        self._name = name
        self._longest = longest
        self._securities = securities
        self._routes: dict[Address, _Route] = {}
        self._unknown: list[str] = []
        self._owed: Notice | None = None
        self._held: Sequence[Tick] = ()

    @property
    def is_deaf(self) -> bool:
        """Nothing that was expected has a number."""
        return not self._routes and bool(self._unknown)

    @property
    def unknown(self) -> str:
        """Which symbols have no number, in words; empty where all have one."""
        if not self._unknown:
            return ""
        named = ", ".join(safe(symbol, 32) for symbol in islice(self._unknown, NAMED))
        more = f" and {len(self._unknown) - NAMED} more" if len(self._unknown) > NAMED else ""
        why = self._securities.problem or "name them in sources.dhan.security_ids_file"
        return f"no security id is known of {named}{more}: {why}"

    def expect(self, subscriptions: Iterable[Subscription]) -> None:
        """Replace what is read; of several instruments with one security the first is priced.

        Which volumes were seen is kept.
        """
        before, self._routes, self._unknown = self._routes, {}, []
        for wanted in subscriptions:
            security = self._securities.of(wanted.symbol)
            if security is None:
                self._unknown.append(wanted.symbol)
                continue
            route = _Route(
                wanted.instrument,
                f"{self._name}:{wanted.symbol}",
                security.segment != _INDEX,
                decimals_of(security),
            )
            about = Address(_NUMBERS[security.segment], security.id)
            if (known := before.get(about)) is not None:
                route.volume, route.day, route.is_new = known.volume, known.day, known.is_new
            self._routes.setdefault(about, route)

    def begin(self) -> None:
        """A connection is about to be made: volumes count anew, and what is unknown is said again."""
        for route in self._routes.values():
            route.volume, route.is_new = None, True
        self._owed = Notice(refused=self.unknown) if self._unknown else None

    def read(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        if len(frame) > self._longest:
            return Notice(bad=BadFrame.TOO_BIG)
        if isinstance(frame, str):
            return _WRONG_SHAPE
        found = unpacked(frame)
        ticks, notice = self._observed(found.packets, received_ms)
        if found.is_truncated:
            notice = notice or _WRONG_SHAPE
        if notice is None:
            notice, self._owed = self._owed, None
        if self._held:
            ticks, self._held = [*self._held, *ticks], ()
        if notice is not None:
            self._held = ticks
            return notice
        return ticks

    def _observed(self, packets: Iterable[Packet], received_ms: int) -> tuple[list[Tick], Notice | None]:
        ticks: list[Tick] = []
        notice: Notice | None = None
        for packet in packets:
            if isinstance(packet, PRICED):
                route = self._routes.get(packet.about)
                if route is None:
                    notice = notice or _UNKNOWN_SYMBOL
                elif (tick := _tick(packet, route, received_ms)) is not None:
                    ticks.append(tick)
            elif isinstance(packet, Disconnect):
                self.ended_by = packet.reason
                notice = _farewell(packet.reason)
        return ticks, notice


def price_of(figure: float, decimals: int = 2) -> float | None:
    """A price without the noise of 32 bits; None for zero, which is none."""
    steps = _FINE_STEPS if decimals == 4 else _STEPS if figure < _COARSE_FROM else _COARSE_STEPS
    return rounded(figure, steps) or None


def decimals_of(security: Security) -> int:
    """Of prices: rates of currencies have finer ones than shares."""
    return 4 if security.segment in _CURRENCIES else 2


def traded_ms(traded_s: int) -> int | None:
    """The moment of a packet's time; None for zero."""
    return (traded_s - IST_AHEAD_S) * 1000 if traded_s > IST_AHEAD_S else None


def _tick(packet: Priced, route: _Route, received_ms: int) -> Tick | None:
    if isinstance(packet, Quoted):
        return _quote_tick(packet, route, received_ms)
    if isinstance(packet, Full):
        best = packet.levels[0]
        bid, ask = price_of(best.bid, route.decimals), price_of(best.ask, route.decimals)
        return _quote_tick(packet.quoted, route, received_ms, bid, ask)
    if isinstance(packet, Ticker):
        return _price_tick(packet, route, received_ms)
    return _close_tick(packet, route, received_ms)


def _price_tick(ticker: Ticker, route: _Route, received_ms: int) -> Tick | None:
    """A price without a volume is a sample; the first on a connection repeats what was before."""
    price = price_of(ticker.price, route.decimals)
    if price is None:
        return None
    kind = _QUOTE if route.is_new else _POLL
    route.is_new = False
    at_ms = traded_ms(ticker.traded_s) if route.has_times else None
    return Tick(kind, route.instrument, route.feed, at_ms, received_ms, price)


def _quote_tick(
    quoted: Quoted, route: _Route, received_ms: int, bid: float | None = None, ask: float | None = None
) -> Tick | None:
    """A trade where the day's volume grew, by as much; packets may tell of several trades, or of none."""
    price = price_of(quoted.price, route.decimals)
    if price is None:
        return None
    volume, mean, decimals = quoted.volume, quoted.mean, route.decimals
    grown = _grown(route, volume, quoted.traded_s // _DAY_S)
    return Tick(
        _TRADE if grown else _QUOTE,
        route.instrument,
        route.feed,
        traded_ms(quoted.traded_s) if route.has_times else None,
        received_ms,
        price,
        float(grown) if grown else None,
        bid=bid,
        ask=ask,
        high_24h=price_of(quoted.high, decimals),
        low_24h=price_of(quoted.low, decimals),
        volume_24h=volume * mean if mean else None,
    )


def _grown(route: _Route, volume: int, day: int) -> int:
    """By how much a day's volume grew; a new day counts from nothing.

    A smaller one of the same day is late: of two connections that are read while one takes over, one lags.
    """
    before = route.volume
    if before is None or day > route.day:
        route.volume, route.day = volume, day
        return 0 if before is None else volume
    route.volume = max(before, volume)
    return route.volume - before


def _close_tick(close: PreviousClose, route: _Route, received_ms: int) -> Tick | None:
    price = price_of(close.price, route.decimals)
    if price is None:
        return None
    return Tick(_QUOTE, route.instrument, route.feed, None, received_ms, previous_close=price)


def _farewell(reason: int) -> Notice:
    """One of too many connections is not replaced at once: the new one would end another."""
    words = CODE_WORDS.get(reason, "the provider ended the connection")
    return Notice(refused=f"{reason}: {words}", closing=reason != TOO_MANY_CONNECTIONS)
