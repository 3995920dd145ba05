"""The messages of Coinbase's Advanced Trade feed that are read: decimals are strings, frames are numbered.

Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels
"""

from typing import Annotated

from msgspec import Meta, Struct

from rtp_tui.sources.moments import Moment

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


SNAPSHOT = "snapshot"


class Day(Struct, gc=False):
    """Best bid and ask and figures of 24 hours; decimals are strings, the volume in units."""

    product_id: str
    price: str = ""
    best_bid: str = ""
    best_ask: str = ""
    low_24_h: str = ""
    high_24_h: str = ""
    price_percent_chg_24_h: str = ""


class Trade(Struct, gc=False):
    """A trade; its `side` is that of the maker, and not read."""

    product_id: str
    trade_id: Annotated[str, Meta(max_length=18)]
    price: str
    size: str
    time: Moment


class Days(Struct, gc=False):
    """An event of tickers."""

    tickers: tuple[Day, ...]


class Trades(Struct, gc=False):
    """A snapshot holds the newest hundred of a product, the newest first."""

    trades: tuple[Trade, ...]
    type: str = "update"


class Acknowledged(Struct):
    """Everything that a connection is subscribed to by now, by channel; what does not exist is left out."""

    subscriptions: dict[str, list[str]] = {}


class Ticker(Struct, tag_field="channel", tag="ticker", gc=False):
    """Tickers; the envelope tells their time, they have none."""

    timestamp: Moment
    sequence_num: Count
    events: tuple[Days, ...]


class MarketTrades(Struct, tag_field="channel", tag="market_trades", gc=False):
    """Trades of one product or more."""

    sequence_num: Count
    events: tuple[Trades, ...]


class Heartbeat(Struct, tag_field="channel", tag="heartbeats", gc=False):
    """Once a second; its own counter and its time, as Go writes it, are not read."""

    sequence_num: Count


class Subscriptions(Struct, tag_field="channel", tag="subscriptions"):
    """The answer to every request to subscribe or unsubscribe."""

    sequence_num: Count
    events: tuple[Acknowledged, ...]


Message = Ticker | MarketTrades | Heartbeat | Subscriptions
"""What is read whole."""


class Outline(Struct):
    """Just enough of a frame to say whose it is: an error, or a channel that is not ours but numbered too."""

    type: str = ""
    message: str = ""
    channel: str = ""
    sequence_num: Count | None = None
