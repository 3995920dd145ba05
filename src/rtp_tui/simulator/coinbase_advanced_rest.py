"""Coinbase's public Advanced Trade interface over HTTP: products and candles."""

from collections.abc import Mapping

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase import short
from rtp_tui.simulator.coinbase_advanced import change_pct
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import Minute
from rtp_tui.simulator.rest import in_intervals

MAX_CANDLES = 350
REQUESTS_A_SECOND = 10
_GRANULARITIES_S = {
    "ONE_MINUTE": 60,
    "FIVE_MINUTE": 300,
    "FIFTEEN_MINUTE": 900,
    "THIRTY_MINUTE": 1800,
    "ONE_HOUR": 3600,
    "TWO_HOUR": 7200,
    "SIX_HOUR": 21_600,
    "ONE_DAY": 86_400,
}


def _refusal(error: str, details: str, status: int = 400) -> Reply:
    body = {"error": error, "error_details": details, "message": details}
    return Reply(status, msgspec.json.encode(body))


class CoinbaseAdvancedRest(HttpDialect):
    """Answers from the books of its products."""

    def __init__(self, products: Mapping[str, Book]) -> None:
        super().__init__(Quota(REQUESTS_A_SECOND, 1000))
        self._products = products

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        reply = _refusal("RESOURCE_EXHAUSTED", "too many requests", 429)
        return Reply(reply.status, reply.body, retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.strip("/").split("/"):
            case ["api", "v3", "brokerage", "market", "products"]:
                rows = [_product(name, book, now_ms) for name, book in self._products.items()]
                return msgspec.json.encode({"products": rows, "num_products": len(rows)})
            case ["api", "v3", "brokerage", "market", "products", name]:
                return msgspec.json.encode(_product(name, self._book(name), now_ms))
            case ["api", "v3", "brokerage", "market", "products", name, "candles"]:
                return msgspec.json.encode({"candles": _candles(self._book(name), query)})
        raise Denied(_refusal("NOT_FOUND", "", 404))

    def _book(self, product: str) -> Book:
        if product not in self._products:
            raise Denied(_refusal("NOT_FOUND", "valid product_id is required", 404))
        return self._products[product]


def _product(name: str, book: Book, now_ms: int) -> dict[str, str | bool]:
    day, decimals = book.day(now_ms), book.listing.decimals
    base, _, quote = name.partition("-")
    return {
        "product_id": name,
        "price": short(day.last, decimals),
        "price_percentage_change_24h": short(change_pct(day.open, day.last), 14),
        "volume_24h": short(day.volume, 8),
        "base_increment": short(10.0**-book.listing.size_decimals, 10),
        "quote_increment": short(10.0**-decimals, 10),
        "is_disabled": False,
        "status": "online",
        "trading_disabled": False,
        "product_type": "SPOT",
        "quote_currency_id": quote,
        "base_currency_id": base,
        "alias": "",
        "display_name": name,
        "approximate_quote_24h_volume": short(day.quote_volume, 2),
        "best_bid_price": "",
        "best_ask_price": "",
        "high_24h": short(day.high, decimals),
        "low_24h": short(day.low, decimals),
    }


def _candles(book: Book, query: dict[str, str]) -> list[dict[str, str]]:
    """Newest first. Raises Denied."""
    length_s = _GRANULARITIES_S.get(query.get("granularity", ""))
    if length_s is None:
        raise Denied(_refusal("INVALID_ARGUMENT", "granularity is invalid"))
    start_s, end_s = _seconds(query, "start"), _seconds(query, "end")
    if end_s // length_s - -(-start_s // length_s) + 1 > MAX_CANDLES:
        raise Denied(_refusal("INVALID_ARGUMENT", "number of candles requested should be less than 350"))
    rows = in_intervals(book.minutes(start_s * 1000, end_s * 1000 + 1), length_s * 1000)
    return [_candle(row, book.listing.decimals) for row in reversed(rows)]


def _candle(row: Minute, decimals: int) -> dict[str, str]:
    return {
        "start": str(row.open_ms // 1000),
        "low": short(row.low, decimals),
        "high": short(row.high, decimals),
        "open": short(row.open, decimals),
        "close": short(row.close, decimals),
        "volume": short(row.volume, 8),
    }


def _seconds(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Denied(_refusal("INVALID_ARGUMENT", f"{name} is invalid"))
    return int(text)
