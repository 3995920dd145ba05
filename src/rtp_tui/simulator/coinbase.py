"""Coinbase Exchange's wire: the text of its events.

Numbers are decimal strings, times RFC 3339 with microseconds
(https://docs.cdp.coinbase.com/exchange/websocket-feed/channels). The sequence of a product also counts what was not
asked for, so gaps are normal.
"""

from datetime import UTC, datetime, timedelta

from rtp_tui.simulator.book import Book, BookTop, Trade

CHANNELS = ("ticker", "ticker_batch", "matches", "heartbeat")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stream(channel: str, product: str) -> str:
    """What one channel sends of one product: `ticker/BTC-USD`."""
    return f"{channel}/{product}"


def ticker(product: str, book: Book, trade: Trade, top: BookTop) -> str:
    """`ticker`, after every match; `side` is that of the taker."""
    day, decimals = book.day(trade.event_ms), book.listing.decimals
    return (
        f'{{"type":"ticker","sequence":{top.update_id},"product_id":"{product}",'
        f'"price":"{trade.price:.{decimals}f}","open_24h":"{short(day.open, decimals)}",'
        f'"volume_24h":"{day.volume:.8f}","low_24h":"{short(day.low, decimals)}",'
        f'"high_24h":"{short(day.high, decimals)}","volume_30d":"{30 * day.volume:.8f}",'
        f'"best_bid":"{top.bid:.{decimals}f}","best_bid_size":"{short(top.bid_size, 8)}",'
        f'"best_ask":"{top.ask:.{decimals}f}","best_ask_size":"{short(top.ask_size, 8)}",'
        f'"side":"{"sell" if trade.buyer_is_maker else "buy"}","time":"{time_of(trade)}",'
        f'"trade_id":{trade.id},"last_size":"{short(trade.size, 8)}"}}'
    )


def match(kind: str, product: str, trade: Trade, sequence: int, decimals: int) -> str:
    """`match`, or `last_match` right after subscribing; `side` is that of the maker."""
    return (
        f'{{"type":"{kind}","trade_id":{trade.id},"maker_order_id":"{_order(trade.id, "a")}",'
        f'"taker_order_id":"{_order(trade.id, "b")}","side":"{"buy" if trade.buyer_is_maker else "sell"}",'
        f'"size":"{short(trade.size, 8)}","price":"{short(trade.price, decimals)}","product_id":"{product}",'
        f'"sequence":{sequence},"time":"{time_of(trade)}"}}'
    )


def heartbeat(product: str, book: Book, now_ms: int) -> str:
    """`heartbeat`, every second."""
    return (
        f'{{"type":"heartbeat","sequence":{book.top.update_id},"last_trade_id":{book.last_trade.id},'
        f'"product_id":"{product}","time":"{rfc3339(now_ms * 1000)}"}}'
    )


def time_of(trade: Trade) -> str:
    """When a trade happened; its id tells the microseconds that the market does not."""
    return rfc3339(trade.event_ms * 1000 + trade.id % 1000)


def rfc3339(at_us: int) -> str:
    """`2021-04-17T16:43:30.244075Z` of Unix microseconds."""
    moment = _EPOCH + timedelta(microseconds=at_us)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def short(number: float, decimals: int) -> str:
    """A decimal without zeros at its end."""
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _order(trade_id: int, side: str) -> str:
    return f"{trade_id:08x}-{side * 4}-4{side * 3}-8000-{trade_id:012x}"
