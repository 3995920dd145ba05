"""Binance spot's wire: the text of its events and of its REST rows.

Numbers are decimal strings of eight places, times are Unix milliseconds, symbols are upper case in payloads and lower
case in stream names (https://developers.binance.com/docs/binance-spot-api-docs).
"""

from msgspec import Struct

from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.minutes import DAY_MS, DayFigures, Minute

SHUTDOWN_STREAM = "!serverShutdown"
ALL_MINI_TICKERS = "!miniTicker@arr"


def stream(symbol: str, kind: str) -> str:
    """The name of a stream, for example `btcusdt@trade`."""
    return f"{symbol.lower()}@{kind}"


def combined(stream_name: str, text: str) -> str:
    """An event as a combined stream wraps it."""
    return f'{{"stream":"{stream_name}","data":{text}}}'


def shutdown(now_ms: int) -> str:
    """The announcement of a planned close."""
    return f'{{"e":"serverShutdown","E":{now_ms}}}'


def trade(happened: Trade, now_ms: int) -> str:
    """`@trade`."""
    return (
        f'{{"e":"trade","E":{now_ms},"s":"{happened.symbol}","t":{happened.id},'
        f'"p":"{happened.price:.8f}","q":"{happened.size:.8f}","T":{happened.event_ms},'
        f'"m":{_boolean(happened.buyer_is_maker)},"M":true}}'
    )


def agg_trade(happened: Trade, now_ms: int) -> str:
    """`@aggTrade`; every trade is an aggregate of itself."""
    return (
        f'{{"e":"aggTrade","E":{now_ms},"s":"{happened.symbol}","a":{happened.id},'
        f'"p":"{happened.price:.8f}","q":"{happened.size:.8f}","f":{happened.id},"l":{happened.id},'
        f'"T":{happened.event_ms},"m":{_boolean(happened.buyer_is_maker)},"M":true}}'
    )


def book_ticker(top: BookTop) -> str:
    """`@bookTicker`; it has neither a name nor a time."""
    return (
        f'{{"u":{top.update_id},"s":"{top.symbol}","b":"{top.bid:.8f}","B":"{top.bid_size:.8f}",'
        f'"a":"{top.ask:.8f}","A":"{top.ask_size:.8f}"}}'
    )


def mini_ticker(book: Book, now_ms: int) -> str:
    """`@miniTicker`."""
    day = book.day(now_ms)
    return (
        f'{{"e":"24hrMiniTicker","E":{now_ms},"s":"{book.listing.symbol}","c":"{day.last:.8f}",'
        f'"o":"{day.open:.8f}","h":"{day.high:.8f}","l":"{day.low:.8f}","v":"{day.volume:.8f}",'
        f'"q":"{day.quote_volume:.8f}"}}'
    )


def ticker(book: Book, now_ms: int) -> str:
    """`@ticker`."""
    day, top = book.day(now_ms), book.top
    return (
        f'{{"e":"24hrTicker","E":{now_ms},"s":"{book.listing.symbol}","p":"{day.last - day.open:.8f}",'
        f'"P":"{change_pct(day):.3f}","w":"{average_price(day):.8f}","x":"{day.open:.8f}",'
        f'"c":"{day.last:.8f}","Q":"{book.last_size:.8f}","b":"{top.bid:.8f}","B":"{top.bid_size:.8f}",'
        f'"a":"{top.ask:.8f}","A":"{top.ask_size:.8f}","o":"{day.open:.8f}","h":"{day.high:.8f}",'
        f'"l":"{day.low:.8f}","v":"{day.volume:.8f}","q":"{day.quote_volume:.8f}","O":{now_ms - DAY_MS},'
        f'"C":{now_ms},"F":{book.next_id - day.trades},"L":{book.next_id - 1},"n":{day.trades}}}'
    )


def kline(symbol: str, minute: Minute, next_id: int, now_ms: int, *, closed: bool) -> str:
    """`@kline_1m` of a minute whose newest trade is the one before `next_id`."""
    first, last = (next_id - minute.trades, next_id - 1) if minute.trades else (-1, -1)
    return (
        f'{{"e":"kline","E":{now_ms},"s":"{symbol}","k":{{"t":{minute.open_ms},"T":{minute.close_ms},'
        f'"s":"{symbol}","i":"1m","f":{first},"L":{last},"o":"{minute.open:.8f}","c":"{minute.close:.8f}",'
        f'"h":"{minute.high:.8f}","l":"{minute.low:.8f}","v":"{minute.volume:.8f}","n":{minute.trades},'
        f'"x":{_boolean(closed)},"q":"{minute.quote_volume:.8f}","V":"{minute.taker_volume:.8f}",'
        f'"Q":"{taker_quote_volume(minute):.8f}","B":"0"}}}}'
    )


class Ticker24h(Struct, frozen=True):
    """One object of `/api/v3/ticker/24hr`; field names are the wire's."""

    symbol: str
    priceChange: str  # noqa: N815
    priceChangePercent: str  # noqa: N815
    weightedAvgPrice: str  # noqa: N815
    prevClosePrice: str  # noqa: N815
    lastPrice: str  # noqa: N815
    lastQty: str  # noqa: N815
    bidPrice: str  # noqa: N815
    bidQty: str  # noqa: N815
    askPrice: str  # noqa: N815
    askQty: str  # noqa: N815
    openPrice: str  # noqa: N815
    highPrice: str  # noqa: N815
    lowPrice: str  # noqa: N815
    volume: str
    quoteVolume: str  # noqa: N815
    openTime: int  # noqa: N815
    closeTime: int  # noqa: N815
    firstId: int  # noqa: N815
    lastId: int  # noqa: N815
    count: int


def ticker_24h(book: Book, now_ms: int) -> Ticker24h:
    """The rolling 24 hours of a symbol as REST tells them."""
    day, top = book.day(now_ms), book.top
    return Ticker24h(
        symbol=book.listing.symbol,
        priceChange=decimal(day.last - day.open),
        priceChangePercent=f"{change_pct(day):.3f}",
        weightedAvgPrice=decimal(average_price(day)),
        prevClosePrice=decimal(day.open),
        lastPrice=decimal(day.last),
        lastQty=decimal(book.last_size),
        bidPrice=decimal(top.bid),
        bidQty=decimal(top.bid_size),
        askPrice=decimal(top.ask),
        askQty=decimal(top.ask_size),
        openPrice=decimal(day.open),
        highPrice=decimal(day.high),
        lowPrice=decimal(day.low),
        volume=decimal(day.volume),
        quoteVolume=decimal(day.quote_volume),
        openTime=now_ms - DAY_MS,
        closeTime=now_ms,
        firstId=book.next_id - day.trades,
        lastId=book.next_id - 1,
        count=day.trades,
    )


def kline_row(minute: Minute, close_ms: int) -> tuple[int | str, ...]:
    """One row of `/api/v3/klines`, twelve columns."""
    return (
        minute.open_ms,
        decimal(minute.open),
        decimal(minute.high),
        decimal(minute.low),
        decimal(minute.close),
        decimal(minute.volume),
        close_ms,
        decimal(minute.quote_volume),
        minute.trades,
        decimal(minute.taker_volume),
        decimal(taker_quote_volume(minute)),
        "0",
    )


def decimal(value: float) -> str:
    """A number as this wire writes it."""
    return f"{value:.8f}"


def change_pct(day: DayFigures) -> float:
    """Of the last price against the one 24 hours ago."""
    return 100 * (day.last - day.open) / day.open


def average_price(day: DayFigures) -> float:
    """Weighted by volume."""
    return day.quote_volume / day.volume if day.volume else day.last


def taker_quote_volume(minute: Minute) -> float:
    """At the minute's average price."""
    return minute.taker_volume * minute.quote_volume / minute.volume if minute.volume else 0.0


def _boolean(value: bool) -> str:
    return "true" if value else "false"
