"""What trades and days of Coinbase's Advanced Trade feed become. Pure."""

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.sources.coinbase_advanced_messages import Day, Trade
from rtp_tui.sources.figures import rounded
from rtp_tui.sources.moments import unix_ms

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_STEPS = 1e10
"""So fine is a price that is worked out of another."""


class Route(Struct, gc=False):
    """Whom a product's observations are for, and its newest trade of which none before is missing."""

    instrument: InstrumentId
    feed: str
    trade_id: int | None = None
    is_whole: bool = True
    """No frame was lost since that trade."""
    is_acknowledged: bool = False


def trade_tick(trade: Trade, route: Route, received_ms: int) -> Tick:
    """A trade with its own time and number. Raises ValueError."""
    if not trade.trade_id.isdigit():
        raise ValueError("not a number of a trade")
    return Tick(
        _TRADE,
        route.instrument,
        route.feed,
        unix_ms(trade.time),
        received_ms,
        float(trade.price),
        float(trade.size),
        int(trade.trade_id),
    )


def day_tick(day: Day, route: Route, at_ms: int, received_ms: int) -> Tick:
    """Figures; the price is left to the trades, each of which says when it was made. Raises ValueError."""
    return Tick(
        _QUOTE,
        route.instrument,
        route.feed,
        at_ms,
        received_ms,
        # Neither an empty text nor a zero is a figure.
        bid=float(day.best_bid or 0) or None,
        ask=float(day.best_ask or 0) or None,
        open_24h=opening_price(float(day.price or 0) or None, day.price_percent_chg_24_h),
        high_24h=float(day.high_24_h or 0) or None,
        low_24h=float(day.low_24_h or 0) or None,
    )


def opening_price(price: float | None, change_pct: str) -> float | None:
    """What a price was before it changed by so many percent; the venue gives 14 digits of them."""
    if price is None or not change_pct:
        return None
    factor = 1 + float(change_pct) / 100
    return rounded(price / factor, _STEPS) if factor > 0 else None
