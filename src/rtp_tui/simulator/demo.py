"""The demo's instruments and markets: one market always open, one about to open, one closed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.simulator.listings import CLOSED_MARKET, FX_MARKET, LISTINGS, OPENING_MARKET, Listing
from rtp_tui.simulator.venue_names import coin, coinbase_product, yahoo_symbol

_MINUTE_MS = 60_000
_HIGH = frozenset({"BTC", "ETH", "SOL", "XRP", "BNB", "AAPL", "MSFT", "NVDA", "TSLA", "USDCOP"})
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


class DemoMarket(Struct, frozen=True, kw_only=True):
    """A market's hours: `open` inclusive, `close` exclusive, `HH:MM` local to `timezone`; Monday is 0."""

    name: str
    timezone: str
    open: str
    close: str
    weekdays: tuple[int, ...] = _EVERY_DAY

    def is_open(self, at_ms: int) -> bool:
        """Whether trades happen at this moment."""
        local = datetime.fromtimestamp(at_ms / 1000, tz=ZoneInfo(self.timezone))
        return local.weekday() in self.weekdays and self.open <= local.strftime("%H:%M") < self.close


def demo_instruments(*, polled: bool = False) -> tuple[Instrument, ...]:
    """The 71 instruments of the demo, crypto first; `polled` gives them several feeds, not one."""
    return tuple(_instrument(listing, _feeds(listing) if polled else ()) for listing in LISTINGS)


def demo_markets(now_ms: int) -> tuple[DemoMarket, ...]:
    """The demo's markets as of now; crypto is `24x7` and needs none.

    The time zones are chosen so that it is an ordinary business morning or evening there, whenever the demo
    starts: no session crosses midnight.
    """
    opening_ms = (now_ms // _MINUTE_MS + 2) * _MINUTE_MS
    morning = _zone_where_hour_is(9, opening_ms)
    minute = datetime.fromtimestamp(opening_ms / 1000, tz=UTC).minute
    return (
        DemoMarket(name=OPENING_MARKET, timezone=morning, open=f"09:{minute:02}", close="17:30"),
        DemoMarket(name=CLOSED_MARKET, timezone=_zone_where_hour_is(19, now_ms), open="09:30", close="16:00"),
        DemoMarket(name=FX_MARKET, timezone="America/Bogota", open="00:00", close="24:00"),
    )


def _zone_where_hour_is(hour: int, at_ms: int) -> str:
    """A zone of whole hours; the database names them with the sign turned round (POSIX)."""
    east = (hour - datetime.fromtimestamp(at_ms / 1000, tz=UTC).hour) % 24
    offset = east if east <= 12 else east - 24
    return "Etc/GMT" if offset == 0 else f"Etc/GMT{-offset:+d}"


def _feeds(listing: Listing) -> tuple[str, ...]:
    """The best first: crypto streams and is polled beside, the rest is polled alone."""
    known = coin(listing)
    named = (
        ("binance", listing.symbol if known else None),
        ("coinbase", coinbase_product(listing)),
        ("coingecko", known.id if known else None),
        ("yahoo", yahoo_symbol(listing)),
    )
    return tuple(f"{venue}:{name}" for venue, name in named if name is not None)


def _instrument(listing: Listing, feeds: tuple[str, ...]) -> Instrument:
    return Instrument(
        id=InstrumentId(f"{listing.asset_class}:{listing.code}"),
        name=listing.name,
        feeds=feeds or (f"binance:{listing.symbol}",),
        currency=listing.currency,
        market=listing.market,
        priority=Priority.HIGH if listing.code in _HIGH else Priority.MEDIUM,
        precision=listing.decimals,
    )
