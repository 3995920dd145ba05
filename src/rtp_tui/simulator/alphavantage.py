"""Alpha Vantage over HTTP: one question a symbol, every answer with status 200, refusals told by their field.

https://www.alphavantage.co/documentation/
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply
from rtp_tui.simulator.minutes import DAY_MS

CALLS_A_DAY = 25
_BURST = (
    "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly "
    "(1 request per second). You may subscribe to any of the premium plans at "
    "https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day) and instantly "
    "remove all daily rate limits."
)
_NO_KEY = (
    "the parameter apikey is invalid or missing. Please claim your free API key on "
    "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
)
_INVALID = "Invalid API call. Please retry or visit the documentation for {}."


class AlphaVantage(HttpDialect):
    """Answers from the books of stocks and currencies; every call of a key counts against its day."""

    key_refused: ClassVar[Reply] = Reply(200, msgspec.json.encode({"Error Message": _NO_KEY}))

    def __init__(self, books: Mapping[str, Book], *, calls_a_day: int = CALLS_A_DAY) -> None:
        super().__init__(Quota(1_000_000, DAY_MS))
        self._books = books
        self._calls_a_day = calls_a_day
        self._calls: dict[str, Quota] = {}

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much: words, and status 200."""
        return Reply(200, _told("Information", _BURST))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        if path.strip("/") != "query":
            raise Denied(Reply(404, b"<html>Not Found</html>"))
        key = query.get("apikey", "")
        if not key:
            return _told("Error Message", _NO_KEY)
        if not self._calls.setdefault(key, Quota(self._calls_a_day, DAY_MS)).admits(now_ms):
            return _told("Information", _used_up(key, self._calls_a_day))
        match query.get("function"):
            case "GLOBAL_QUOTE":
                return msgspec.json.encode({"Global Quote": self._quote(query.get("symbol", ""), now_ms)})
            case "CURRENCY_EXCHANGE_RATE":
                base, quote = query.get("from_currency", ""), query.get("to_currency", "")
                return self._rate(base, quote, now_ms)
        return _told("Error Message", _INVALID.format(query.get("function", "")))

    def _quote(self, symbol: str, now_ms: int) -> dict[str, str]:
        book = self._books.get(symbol.upper())
        if book is None:
            return {}
        day, price = book.day(now_ms), book.last_price
        change = price - day.open
        return {
            "01. symbol": symbol.upper(),
            "02. open": f"{day.open:.4f}",
            "03. high": f"{day.high:.4f}",
            "04. low": f"{day.low:.4f}",
            "05. price": f"{price:.4f}",
            "06. volume": f"{day.volume:.0f}",
            "07. latest trading day": _moment(now_ms)[:10],
            "08. previous close": f"{day.open:.4f}",
            "09. change": f"{change:.4f}",
            "10. change percent": f"{change / day.open * 100:.4f}%",
        }

    def _rate(self, base: str, quote: str, now_ms: int) -> bytes:
        book = self._books.get(f"{base}{quote}".upper())
        if book is None:
            return _told("Error Message", _INVALID.format("CURRENCY_EXCHANGE_RATE"))
        rate = {
            "1. From_Currency Code": base,
            "3. To_Currency Code": quote,
            "5. Exchange Rate": f"{book.last_price:.8f}",
            "6. Last Refreshed": _moment(now_ms),
            "7. Time Zone": "UTC",
            "8. Bid Price": f"{book.last_price:.8f}",
            "9. Ask Price": f"{book.last_price:.8f}",
        }
        return msgspec.json.encode({"Realtime Currency Exchange Rate": rate})


def _told(field: str, words: str) -> bytes:
    return msgspec.json.encode({field: words})


def _used_up(key: str, calls: int) -> str:
    return (
        f"We have detected your API key as {key} and our standard API rate limit is {calls} requests per day. "
        "Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly "
        "remove all daily rate limits."
    )


def _moment(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms // 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
