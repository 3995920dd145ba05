"""Bybit over HTTP: tickers, klines, symbols of spot."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase import short
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import MINUTE_MS, Minute
from rtp_tui.simulator.rest import in_intervals

REQUESTS, WINDOW_MS = 600, 5_000
MAX_KLINES = 1000
LIMIT, LEFT, RESET = "X-Bapi-Limit", "X-Bapi-Limit-Status", "X-Bapi-Limit-Reset-Timestamp"
_INTERVALS_MS = {
    "1": MINUTE_MS,
    "5": 5 * MINUTE_MS,
    "15": 15 * MINUTE_MS,
    "60": 60 * MINUTE_MS,
    "D": 1440 * MINUTE_MS,
}


def _refusal(code: int, message: str, status: int = 200) -> Reply:
    body = {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": 0}
    return Reply(status, msgspec.json.encode(body))


class BybitRest(HttpDialect):
    """Answers from the books of its symbols; refuses with 200, and an address that asks too much with 403."""

    key_headers: ClassVar[tuple[str, ...]] = ("X-BAPI-API-KEY",)
    key_refused: ClassVar[Reply] = _refusal(10003, "API key is invalid.")

    def __init__(self, symbols: Mapping[str, Book]) -> None:
        super().__init__(Quota(REQUESTS, WINDOW_MS))
        self._symbols = symbols

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        refusal = _refusal(10006, "Too many visits. Exceeded the API Rate Limit.")
        return Reply(429, refusal.body, retry_header(retry_after))

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """What a client gets that went on asking too much."""
        return Reply(403, b"403, access too frequent")

    def counted(self, reply: Reply, left: float) -> Reply:
        """An answer that tells how much of the quota is left."""
        counts = ((LIMIT, str(REQUESTS)), (LEFT, str(round(REQUESTS * left))))
        return Reply(reply.status, reply.body, (*reply.headers, *counts))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path:
            case "/v5/market/time":
                result: dict[str, object] = {"timeSecond": str(now_ms // 1000), "timeNano": f"{now_ms}000000"}
            case "/v5/market/tickers":
                result = _listed([_ticker(book, now_ms) for book in self._asked(query)])
            case "/v5/market/instruments-info":
                result = _listed([_symbol(book) for book in self._asked(query)])
            case "/v5/market/kline":
                result = {"symbol": query.get("symbol", ""), **_listed(self._klines(query, now_ms))}
            case _:
                raise Denied(Reply(404, b"404 page not found"))
        envelope = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": now_ms}
        return msgspec.json.encode(envelope)

    def _asked(self, query: dict[str, str]) -> list[Book]:
        _check_category(query)
        return [self._book(query)] if "symbol" in query else list(self._symbols.values())

    def _book(self, query: dict[str, str]) -> Book:
        if query.get("symbol", "") not in self._symbols:
            raise Denied(_refusal(10001, "Not supported symbols"))
        return self._symbols[query["symbol"]]

    def _klines(self, query: dict[str, str], now_ms: int) -> list[tuple[str, ...]]:
        """Newest first, the forming one among them. Raises Denied."""
        _check_category(query)
        book, length_ms = self._book(query), _INTERVALS_MS.get(query.get("interval", ""))
        if length_ms is None:
            raise Denied(_refusal(10001, "Invalid period!"))
        start_ms, end_ms = _whole_number(query, "start", 0), _whole_number(query, "end", now_ms)
        limit = min(MAX_KLINES, max(1, _whole_number(query, "limit", 200)))
        rows = in_intervals(book.minutes(0, now_ms + 1), length_ms)
        chosen = [row for row in reversed(rows) if start_ms <= row.open_ms <= end_ms]
        return [_kline(row) for row in chosen[:limit]]


def _listed(rows: list[object] | list[tuple[str, ...]] | list[dict[str, str]]) -> dict[str, object]:
    return {"category": "spot", "list": rows}


def _check_category(query: dict[str, str]) -> None:
    if query.get("category") != "spot":
        raise Denied(_refusal(10001, "params error: Category is invalid"))


def _ticker(book: Book, now_ms: int) -> dict[str, str]:
    day, top, decimals = book.day(now_ms), book.top, book.listing.decimals
    return {
        "symbol": book.listing.symbol,
        "bid1Price": short(top.bid, decimals),
        "bid1Size": short(top.bid_size, 8),
        "ask1Price": short(top.ask, decimals),
        "ask1Size": short(top.ask_size, 8),
        "lastPrice": short(day.last, decimals),
        "prevPrice24h": short(day.open, decimals),
        "price24hPcnt": f"{(day.last - day.open) / day.open:.4f}",
        "highPrice24h": short(day.high, decimals),
        "lowPrice24h": short(day.low, decimals),
        "turnover24h": short(day.quote_volume, 8),
        "volume24h": short(day.volume, 8),
        "usdIndexPrice": short(day.last, decimals),
    }


def _kline(row: Minute) -> tuple[str, ...]:
    prices = (short(price, 10) for price in (row.open, row.high, row.low, row.close))
    return (str(row.open_ms), *prices, short(row.volume, 8), short(row.quote_volume, 8))


def _symbol(book: Book) -> dict[str, str]:
    symbol = book.listing.symbol
    return {
        "symbol": symbol,
        "baseCoin": symbol.removesuffix("USDT"),
        "quoteCoin": "USDT",
        "status": "Trading",
    }


def _whole_number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Denied(_refusal(10001, f"params error: {name} invalid"))
    return int(text) if text else default
