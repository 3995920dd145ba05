"""Coinbase Advanced Trade's wire: envelopes of a channel, numbered on each connection.

Numbers are decimal strings, times RFC 3339
(https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from rtp_tui.simulator.book import Book, Trade
from rtp_tui.simulator.coinbase import rfc3339, short, time_of

CHANNELS = ("ticker", "market_trades", "heartbeats")
LARGEST_SNAPSHOT = 100
"""Trades."""
_UNNUMBERED = '"sequence_num":-1'


def numbered(text: str, number: int) -> str:
    """An envelope with its number on one connection; what is none stays as it is."""
    return text.replace(_UNNUMBERED, f'"sequence_num":{number}', 1)


def ticker(kind: str, product: str, book: Book, now_ms: int) -> str:
    """`ticker`: a snapshot right after subscribing, else an update."""
    day, decimals, top = book.day(now_ms), book.listing.decimals, book.top
    return _envelope(
        "ticker",
        now_ms,
        f'{{"type":"{kind}","tickers":[{{"type":"ticker","product_id":"{product}",'
        f'"price":"{short(day.last, decimals)}","volume_24_h":"{short(day.volume, 8)}",'
        f'"low_24_h":"{short(day.low, decimals)}","high_24_h":"{short(day.high, decimals)}",'
        f'"low_52_w":"{short(day.low, decimals)}","high_52_w":"{short(day.high, decimals)}",'
        f'"price_percent_chg_24_h":"{short(change_pct(day.open, day.last), 14)}",'
        f'"best_bid":"{short(top.bid, decimals)}","best_ask":"{short(top.ask, decimals)}",'
        f'"best_bid_quantity":"{short(top.bid_size, 8)}","best_ask_quantity":"{short(top.ask_size, 8)}"}}]}}',
    )


def trades(kind: str, product: str, newest_first: Iterable[Trade], decimals: int, now_ms: int) -> str:
    """`market_trades`; `side` is that of the maker."""
    rows = ",".join(
        f'{{"product_id":"{product}","trade_id":"{trade.id}","price":"{short(trade.price, decimals)}",'
        f'"size":"{short(trade.size, 8)}","time":"{time_of(trade)}",'
        f'"side":"{"BUY" if trade.buyer_is_maker else "SELL"}"}}'
        for trade in newest_first
    )
    return _envelope("market_trades", now_ms, f'{{"type":"{kind}","trades":[{rows}]}}')


def heartbeat(counter: int, now_ms: int) -> str:
    """`heartbeats`, with the time as Go writes it."""
    moment = datetime.fromtimestamp(now_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return _envelope(
        "heartbeats",
        now_ms,
        f'{{"current_time":"{moment}000 +0000 UTC m=+{counter}.000000000","heartbeat_counter":{counter}}}',
    )


def subscriptions(channels: Mapping[str, Sequence[str]], now_ms: int) -> str:
    """Everything that a connection is subscribed to."""
    listed = msgspec.json.encode(channels).decode()
    return _envelope("subscriptions", now_ms, f'{{"subscriptions":{listed}}}')


def change_pct(opened: float, last: float) -> float:
    """In percent."""
    return 100 * (last - opened) / opened


def _envelope(channel: str, now_ms: int, event: str) -> str:
    at = rfc3339(now_ms * 1000).removesuffix("Z")
    return f'{{"channel":"{channel}","timestamp":"{at}000Z",{_UNNUMBERED},"events":[{event}]}}'
