"""OKX over HTTP: tickers, candles, instruments."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase import short
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import MINUTE_MS, Minute
from rtp_tui.simulator.okx import ticker_row
from rtp_tui.simulator.rest import in_intervals

REQUESTS, WINDOW_MS = 20, 2_000
MAX_CANDLES = {"candles": 300, "history-candles": 100}
_BARS_MS = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "1H": 60 * MINUTE_MS,
    "1Dutc": 1440 * MINUTE_MS,
}


def _refusal(code: str, message: str, status: int = 200) -> Reply:
    return Reply(status, msgspec.json.encode({"code": code, "data": [], "msg": message}))


class OkxRest(HttpDialect):
    """Answers from the books of its instruments; refuses with 200."""

    key_refused: ClassVar[Reply] = _refusal("50113", "Invalid Sign", 401)

    def __init__(self, names: Mapping[str, Book]) -> None:
        super().__init__(Quota(REQUESTS, WINDOW_MS))
        self._names = names

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        body = msgspec.json.encode({"msg": "Too Many Requests", "code": "50011"})
        return Reply(429, body, retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.removeprefix("/api/v5/"):
            case "public/time":
                rows = f'{{"ts":"{now_ms}"}}'
            case "public/instruments":
                rows = ",".join(_instrument(name, book) for name, book in self._names.items())
            case "market/ticker":
                rows = ticker_row(*self._named(query), now_ms)
            case "market/tickers":
                rows = ",".join(ticker_row(name, book, now_ms) for name, book in self._names.items())
            case "market/candles" | "market/history-candles":
                return self._candles(path.rpartition("/")[2], query, now_ms)
            case _:
                raise Denied(_refusal("50404", "Not found", 404))
        return f'{{"code":"0","msg":"","data":[{rows}]}}'.encode()

    def _named(self, query: dict[str, str]) -> tuple[str, Book]:
        name = query.get("instId", "")
        if not name:
            raise Denied(_refusal("50014", "Parameter instId can not be empty.", 400))
        if name not in self._names:
            words = "Instrument ID, Instrument ID code, or Spread ID doesn't exist."
            raise Denied(_refusal("51001", words))
        return name, self._names[name]

    def _candles(self, kind: str, query: dict[str, str], now_ms: int) -> bytes:
        """Newest first; `after` asks for older ones, `before` for newer ones. Raises Denied."""
        _, book = self._named(query)
        length_ms = _BARS_MS.get(query.get("bar", "1m"))
        if length_ms is None:
            raise Denied(_refusal("51000", "Parameter bar error"))
        older_than_ms = _whole_number(query, "after", 1 << 53)
        newer_than_ms = _whole_number(query, "before", -1)
        limit = min(MAX_CANDLES[kind], max(1, _whole_number(query, "limit", 100)))
        rows = in_intervals(book.minutes(0, now_ms + 1), length_ms)
        chosen = [row for row in reversed(rows) if newer_than_ms < row.open_ms < older_than_ms][:limit]
        data = [_candle(row, row.open_ms + length_ms <= now_ms) for row in chosen]
        return msgspec.json.encode({"code": "0", "msg": "", "data": data})


def _candle(row: Minute, is_closed: bool) -> tuple[str, ...]:
    prices = (short(price, 10) for price in (row.open, row.high, row.low, row.close))
    money = short(row.quote_volume, 8)
    return (str(row.open_ms), *prices, short(row.volume, 8), money, money, str(int(is_closed)))


def _instrument(name: str, book: Book) -> str:
    base, _, quote = name.partition("-")
    smallest = short(10.0**-book.listing.size_decimals, 10)
    return (
        f'{{"instType":"SPOT","instId":"{name}","baseCcy":"{base}","quoteCcy":"{quote}","state":"live",'
        f'"tickSz":"{short(10.0**-book.listing.decimals, 10)}","lotSz":"{smallest}","minSz":"{smallest}"}}'
    )


def _whole_number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Denied(_refusal("51000", f"Parameter {name} error"))
    return int(text) if text else default
