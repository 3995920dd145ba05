"""OKX's wire: the text of its events.

All numbers and times are strings, times Unix milliseconds (https://www.okx.com/docs-v5/en/).
"""

from rtp_tui.simulator.book import Book, Trade
from rtp_tui.simulator.coinbase import short
from rtp_tui.simulator.minutes import DAY_MS

CHANNELS = ("tickers", "trades", "bbo-tbt")
CONNECTION_ID = "a4d3ae55"
_EIGHT_HOURS_MS = DAY_MS // 3


def stream(channel: str, name: str) -> str:
    """What one channel sends of one instrument: `trades/BTC-USDT`."""
    return f"{channel}/{name}"


def ticker(name: str, book: Book, now_ms: int) -> str:
    """`tickers`: best bid and ask, the newest trade and 24 hours."""
    return _pushed("tickers", name, ticker_row(name, book, now_ms))


def ticker_row(name: str, book: Book, now_ms: int) -> str:
    """One row of tickers, the same over REST; its time is that of the newest change."""
    day, top, decimals = book.day(now_ms), book.top, book.listing.decimals
    today_ms = now_ms - now_ms % DAY_MS
    return (
        f'{{"instType":"SPOT","instId":"{name}","last":"{short(day.last, decimals)}",'
        f'"lastSz":"{short(book.last_trade.size, 8)}","askPx":"{short(top.ask, decimals)}",'
        f'"askSz":"{short(top.ask_size, 8)}","bidPx":"{short(top.bid, decimals)}",'
        f'"bidSz":"{short(top.bid_size, 8)}","open24h":"{short(day.open, decimals)}",'
        f'"high24h":"{short(day.high, decimals)}","low24h":"{short(day.low, decimals)}",'
        f'"sodUtc0":"{_opened(book, today_ms, decimals)}",'
        f'"sodUtc8":"{_opened(book, today_ms - _EIGHT_HOURS_MS, decimals)}",'
        f'"volCcy24h":"{short(day.quote_volume, 9)}","vol24h":"{short(day.volume, 8)}",'
        f'"ts":"{book.last_trade.event_ms}"}}'
    )


def trade(name: str, fills: list[Trade], decimals: int) -> str:
    """`trades`: fills of one side at one price, told as one with the number of the last."""
    last = fills[-1]
    size = sum(fill.size for fill in fills)
    return _pushed(
        "trades",
        name,
        f'{{"instId":"{name}","tradeId":"{last.id}","px":"{short(last.price, decimals)}",'
        f'"sz":"{short(size, 8)}","side":"{"sell" if last.buyer_is_maker else "buy"}",'
        f'"ts":"{last.event_ms}","count":"{len(fills)}","source":"0","seqId":{last.id}}}',
    )


def best(name: str, book: Book, now_ms: int) -> str:
    """`bbo-tbt`: the top of the book."""
    top, decimals = book.top, book.listing.decimals
    return _pushed(
        "bbo-tbt",
        name,
        f'{{"asks":[["{short(top.ask, decimals)}","{short(top.ask_size, 8)}","0","1"]],'
        f'"bids":[["{short(top.bid, decimals)}","{short(top.bid_size, 8)}","0","1"]],'
        f'"ts":"{now_ms}","seqId":{top.update_id}}}',
    )


def closes_soon() -> str:
    """The announcement of a planned close."""
    return (
        '{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. '
        f'Please reconnect.","connId":"{CONNECTION_ID}"}}'
    )


def _pushed(channel: str, name: str, row: str) -> str:
    return f'{{"arg":{{"channel":"{channel}","instId":"{name}"}},"data":[{row}]}}'


def _opened(book: Book, at_ms: int, decimals: int) -> str:
    """The price at a moment of today; the day's first where that is further back than is known."""
    rows = book.minutes(at_ms, at_ms + 60_000)
    return short(rows[0].open if rows else book.last_price, decimals)
