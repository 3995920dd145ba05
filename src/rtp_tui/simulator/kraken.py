"""Kraken's wire, version 2: the text of its messages.

Numbers are JSON numbers with all their digits, times RFC 3339 with microseconds
(https://docs.kraken.com/api/docs/websocket-v2/ticker).
"""

from collections.abc import Iterable

from rtp_tui.simulator.book import Book, Trade
from rtp_tui.simulator.coinbase import rfc3339, time_of

CHANNELS = ("ticker", "trade")
HEARTBEAT = '{"channel":"heartbeat"}'
LARGEST_SNAPSHOT = 50
"""Trades."""
_FIRST_CONNECTION = 2**63 + 2**61


def stream(channel: str, symbol: str, trigger: str = "") -> str:
    """What one channel sends of one symbol: `trade/BTC/USD`; tickers differ by what makes a new one."""
    return f"{channel}{'_' if trigger else ''}{trigger}/{symbol}"


def status(number: int) -> str:
    """The first frame of a connection; its number does not fit into 63 bits."""
    return (
        '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2",'
        f'"connection_id":{_FIRST_CONNECTION + number},"upcoming_maintenance":[],"emergency":[]}}]}}'
    )


def ticker(kind: str, symbol: str, book: Book, now_ms: int) -> str:
    """`snapshot` right after subscribing, else `update`; figures are of 24 hours."""
    day, decimals, top = book.day(now_ms), book.listing.decimals, book.top
    change = day.last - day.open
    mean = day.quote_volume / day.volume if day.volume else 0.0
    return (
        f'{{"channel":"ticker","type":"{kind}","data":[{{"symbol":"{symbol}",'
        f'"bid":{top.bid:.{decimals}f},"bid_qty":{top.bid_size:.8f},'
        f'"ask":{top.ask:.{decimals}f},"ask_qty":{top.ask_size:.8f},'
        f'"last":{day.last:.{decimals}f},"volume":{day.volume:.8f},"vwap":{mean:.{decimals}f},'
        f'"low":{day.low:.{decimals}f},"high":{day.high:.{decimals}f},'
        f'"change":{change:.{decimals}f},"change_pct":{100 * change / day.open:.2f},'
        f'"trades":{day.trades},"timestamp":"{rfc3339(now_ms * 1000)}"}}]}}'
    )


def trades(kind: str, symbol: str, happened: Iterable[Trade], decimals: int) -> str:
    """`snapshot` right after subscribing, else `update`; `side` is that of the taker."""
    rows = ",".join(_trade(symbol, trade, decimals) for trade in happened)
    return f'{{"channel":"trade","type":"{kind}","data":[{rows}]}}'


def _trade(symbol: str, trade: Trade, decimals: int) -> str:
    return (
        f'{{"symbol":"{symbol}","side":"{"sell" if trade.buyer_is_maker else "buy"}",'
        f'"price":{trade.price:.{decimals}f},"qty":{trade.size:.8f},"ord_type":"limit",'
        f'"trade_id":{trade.id},"timestamp":"{time_of(trade)}"}}'
    )
