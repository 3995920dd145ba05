"""Coinbase Exchange over HTTP: products, tickers, the day's figures, candles."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase import rfc3339, short, time_of
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import Minute
from rtp_tui.simulator.rest import in_intervals

MAX_CANDLES = 300
REQUESTS_A_SECOND = 15
_TOO_MANY = (
    "granularity too small for the requested time range. "
    f"Count of aggregations requested exceeds {MAX_CANDLES}"
)
_GRANULARITIES_S = (60, 300, 900, 3600, 21600, 86400)


def _refusal(message: str, status: int = 400) -> Reply:
    return Reply(status, msgspec.json.encode({"message": message}))


class CoinbaseRest(HttpDialect):
    """Answers from the books of its products."""

    anonymous: ClassVar[Reply | None] = _refusal("User-Agent header is required.")

    def __init__(self, products: Mapping[str, Book]) -> None:
        super().__init__(Quota(REQUESTS_A_SECOND, 1000))
        self._products = products

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        reply = _refusal("Public rate limit exceeded", 429)
        return Reply(reply.status, reply.body, retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.strip("/").split("/"):
            case ["time"]:
                return msgspec.json.encode({"iso": _milliseconds(now_ms), "epoch": now_ms / 1000})
            case ["products"]:
                return msgspec.json.encode([_product(name, book) for name, book in self._products.items()])
            case ["products", name]:
                return msgspec.json.encode(_product(name, self._book(name)))
            case ["products", name, "ticker"]:
                return msgspec.json.encode(_ticker(self._book(name), now_ms))
            case ["products", name, "stats"]:
                return msgspec.json.encode(_stats(self._book(name), now_ms))
            case ["products", name, "candles"]:
                return msgspec.json.encode(_candles(self._book(name), query, now_ms))
        raise Denied(_refusal("NotFound", 404))

    def _book(self, product: str) -> Book:
        if product not in self._products:
            raise Denied(_refusal("NotFound", 404))
        return self._products[product]


def _product(name: str, book: Book) -> dict[str, str | bool]:
    base, _, quote = name.partition("-")
    return {
        "id": name,
        "base_currency": base,
        "quote_currency": quote,
        "quote_increment": short(10.0**-book.listing.decimals, 10),
        "base_increment": short(10.0**-book.listing.size_decimals, 10),
        "display_name": f"{base}-{quote}",
        "min_market_funds": "1",
        "margin_enabled": False,
        "post_only": False,
        "limit_only": False,
        "cancel_only": False,
        "trading_disabled": False,
        "status": "online",
        "status_message": "",
    }


def _ticker(book: Book, now_ms: int) -> dict[str, str | int]:
    trade, top, decimals = book.last_trade, book.top, book.listing.decimals
    return {
        "ask": short(top.ask, decimals),
        "bid": short(top.bid, decimals),
        "volume": short(book.day(now_ms).volume, 8),
        "trade_id": trade.id,
        "price": short(trade.price, decimals),
        "size": short(trade.size, 8),
        "time": time_of(trade),
    }


def _stats(book: Book, now_ms: int) -> dict[str, str]:
    day, decimals = book.day(now_ms), book.listing.decimals
    return {
        "open": short(day.open, decimals),
        "high": short(day.high, decimals),
        "low": short(day.low, decimals),
        "last": short(day.last, decimals),
        "volume": short(day.volume, 8),
        "volume_30day": short(30 * day.volume, 8),
    }


def _candles(book: Book, query: dict[str, str], now_ms: int) -> list[tuple[int | float, ...]]:
    """Newest first; time, low, high, open, close, volume. Raises Denied."""
    granularity_ms = 1000 * _granularity_s(query)
    end_ms = _moment_ms(query, "end", now_ms)
    start_ms = _moment_ms(query, "start", end_ms - MAX_CANDLES * granularity_ms + 1)
    if (end_ms - start_ms) / granularity_ms > MAX_CANDLES:
        raise Denied(_refusal(_TOO_MANY))
    rows = in_intervals(book.minutes(start_ms, end_ms + 1), granularity_ms)
    return [_candle(row) for row in reversed(rows[-MAX_CANDLES:])]


def _candle(row: Minute) -> tuple[int | float, ...]:
    return (row.open_ms // 1000, row.low, row.high, row.open, row.close, round(row.volume, 8))


def _granularity_s(query: dict[str, str]) -> int:
    text = query.get("granularity", "60")
    if text not in map(str, _GRANULARITIES_S):
        raise Denied(_refusal("Unsupported granularity"))
    return int(text)


def _moment_ms(query: dict[str, str], name: str, default_ms: int) -> int:
    """Unix seconds or ISO 8601, in UTC unless it says otherwise. Raises Denied."""
    text = query.get(name, "")
    if not text:
        return default_ms
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text) * 1000
    try:
        moment = datetime.fromisoformat(text if "+" in text or text.endswith("Z") else f"{text}Z")
    except ValueError:
        raise Denied(_refusal(f"{name} is not a valid ISO8601 date")) from None
    return int(moment.timestamp() * 1000)


def _milliseconds(now_ms: int) -> str:
    return f"{rfc3339(now_ms * 1000)[:-4]}Z"
