"""What trades and days of Coinbase's Advanced Trade feed become. Pure."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.sources.coinbase_advanced_messages import Day, Trade
from rtp_tui.sources.figures import rounded
from rtp_tui.sources.moments import unix_ms
from rtp_tui.sources.trade_snapshots import unseen

_TRADE, _QUOTE = TickKind.TRADE, TickKind.QUOTE
_STEPS = 1e10
"""So fine is a price that is worked out of another."""
_number_of = attrgetter("sequence")


class Route(Struct, gc=False):
    """Whom a product's observations are for, and its newest trade of which none before is missing."""

    instrument: InstrumentId
    feed: str
    trade_id: int | None = None
    is_whole: bool = True
    """No frame was lost since that trade."""
    is_acknowledged: bool = False


def by_product(trades: Sequence[Trade]) -> Iterable[tuple[str, Sequence[Trade]]]:
    """Nearly always there is one trade, or all are of one product."""
    if len(trades) == 1:
        return ((trades[0].product_id, trades),)
    by_product: dict[str, list[Trade]] = {}
    for trade in trades:
        by_product.setdefault(trade.product_id, []).append(trade)
    return by_product.items()


def new_trades(
    route: Route, trades: Iterable[Trade], received_ms: int, *, is_snapshot: bool
) -> Sequence[Tick]:
    """The trades of a product that were not handed on yet, oldest first. Raises ValueError."""
    ticks: Sequence[Tick] = [_trade_tick(trade, route, received_ms) for trade in trades]
    if len(ticks) > 1:
        ticks = sorted(ticks, key=_number_of)
    if is_snapshot:
        ticks = unseen(ticks, route.trade_id)
        route.is_whole = True
    if route.is_whole and ticks:
        route.trade_id = ticks[-1].sequence
    return ticks


def _trade_tick(trade: Trade, route: Route, received_ms: int) -> Tick:
    if not trade.trade_id.isdigit():
        raise ValueError("not a number of a trade")
    at_ms, price, size = unix_ms(trade.time), float(trade.price), float(trade.size)
    return Tick(_TRADE, route.instrument, route.feed, at_ms, received_ms, price, size, int(trade.trade_id))


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
