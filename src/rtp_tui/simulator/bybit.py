"""Bybit's wire: the text of its events.

Prices and sizes are strings, times Unix milliseconds (https://bybit-exchange.github.io/docs/v5/websocket/public/trade).
"""

from rtp_tui.simulator.binance import change_pct
from rtp_tui.simulator.book import Book, Trade
from rtp_tui.simulator.coinbase import short

TOPICS = ("tickers", "publicTrade", "orderbook.1")
CONNECTION_ID = "d9avt8shteepr00gfc1g-4zd1x"


def stream(topic: str, symbol: str) -> str:
    """What one topic sends of one symbol: `publicTrade/BTCUSDT`."""
    return f"{topic}/{symbol}"


def ticker(book: Book, now_ms: int) -> str:
    """`tickers` of spot: the newest price and 24 hours, no bid and no ask, always whole."""
    day, decimals, symbol = book.day(now_ms), book.listing.decimals, book.listing.symbol
    return (
        f'{{"topic":"tickers.{symbol}","ts":{now_ms},"type":"snapshot","cs":{book.next_id},'
        f'"data":{{"symbol":"{symbol}","lastPrice":"{short(day.last, decimals)}",'
        f'"highPrice24h":"{short(day.high, decimals)}","lowPrice24h":"{short(day.low, decimals)}",'
        f'"prevPrice24h":"{short(day.open, decimals)}","volume24h":"{short(day.volume, 8)}",'
        f'"turnover24h":"{short(day.quote_volume, 8)}","price24hPcnt":"{change_pct(day) / 100:.4f}",'
        f'"usdIndexPrice":"{short(day.last, decimals)}"}}}}'
    )


def trades(symbol: str, fills: list[Trade], decimals: int, now_ms: int) -> str:
    """`publicTrade`: several fills in one event, oldest first."""
    rows = ",".join(
        f'{{"i":"{fill.id}","T":{fill.event_ms},"p":"{short(fill.price, decimals)}",'
        f'"v":"{short(fill.size, 8)}","S":"{"Sell" if fill.buyer_is_maker else "Buy"}",'
        f'"seq":{fill.id},"s":"{symbol}","BT":false,"RPI":false}}'
        for fill in fills
    )
    return f'{{"topic":"publicTrade.{symbol}","ts":{now_ms},"type":"snapshot","data":[{rows}]}}'


def top(book: Book, now_ms: int) -> str:
    """`orderbook.1`: the best bid and ask, always whole."""
    best, decimals, symbol = book.top, book.listing.decimals, book.listing.symbol
    return (
        f'{{"topic":"orderbook.1.{symbol}","ts":{now_ms},"type":"snapshot","data":{{"s":"{symbol}",'
        f'"b":[["{short(best.bid, decimals)}","{short(best.bid_size, 8)}"]],'
        f'"a":[["{short(best.ask, decimals)}","{short(best.ask_size, 8)}"]],'
        f'"u":{best.update_id},"seq":{best.update_id}}},"cts":{now_ms}}}'
    )
