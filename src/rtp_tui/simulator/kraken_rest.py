"""Kraken over HTTP: candles, tickers, the pairs; errors come with status 200."""

from collections.abc import Mapping, Sequence

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase import rfc3339
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply
from rtp_tui.simulator.minutes import MINUTE_MS, Minute, flat
from rtp_tui.simulator.rest import in_intervals

MAX_ROWS = 720
"""Before the forming one."""
CALLS, CALLS_WINDOW_MS = 15, 10_000
"""One a second in the long run."""
_INTERVALS = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)
_OLD_NAMES = {"BTC": "XBT", "DOGE": "XDG"}


def _refusal(*errors: str) -> Reply:
    return Reply(200, msgspec.json.encode({"error": list(errors)}))


class KrakenRest(HttpDialect):
    """Answers from the books of its pairs."""

    def __init__(self, pairs: Mapping[str, Book]) -> None:
        super().__init__(Quota(CALLS, CALLS_WINDOW_MS))
        self._pairs = pairs

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much: no status and no header say so."""
        return _refusal("EAPI:Rate limit exceeded")

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.strip("/").split("/"):
            case ["0", "public", "OHLC"]:
                result: object = self._candles(query, now_ms)
            case ["0", "public", "Ticker"]:
                result = {name: _day(self._pairs[name], now_ms) for name in self._asked(query)}
            case ["0", "public", "AssetPairs"]:
                result = {_altname(name): _listed(name, book) for name, book in self._pairs.items()}
            case ["0", "public", "SystemStatus"]:
                result = {"status": "online", "timestamp": rfc3339(now_ms * 1000)}
            case ["0", "public", "Time"]:
                result = {"unixtime": now_ms // 1000}
            case _:
                raise Denied(_refusal("EGeneral:Unknown method"))
        return msgspec.json.encode({"error": [], "result": result})

    def _asked(self, query: dict[str, str]) -> Sequence[str]:
        """One unknown pair spoils the whole question. Raises Denied."""
        names = query.get("pair", "").split(",") if query.get("pair") else list(self._pairs)
        if any(name not in self._pairs for name in names):
            raise Denied(_refusal("EQuery:Unknown asset pair"))
        return names

    def _candles(self, query: dict[str, str], now_ms: int) -> dict[str, list[tuple[int | str, ...]] | int]:
        """Oldest first, empty minutes filled; `last` is the committed row before the forming one."""
        (name, *others), length = self._asked(query), query.get("interval", "1")
        if others or length not in map(str, _INTERVALS):
            raise Denied(_refusal("EGeneral:Invalid arguments"))
        book, length_ms = self._pairs[name], int(length) * MINUTE_MS
        since_ms = 1000 * _whole_number(query.get("since", "0"))
        newest_ms = now_ms - now_ms % length_ms
        first_ms = max(since_ms // length_ms * length_ms, newest_ms - MAX_ROWS * length_ms)
        rows = in_intervals(_filled(book.minutes(first_ms, now_ms + 1)), length_ms)
        decimals = book.listing.decimals
        return {
            name: [_row(row, decimals) for row in rows if row.open_ms > since_ms],
            "last": (newest_ms - length_ms) // 1000,
        }


def _filled(minutes: Sequence[Minute]) -> list[Minute]:
    """A minute without trades carries the price before it."""
    rows: list[Minute] = []
    for minute in minutes:
        while rows and rows[-1].open_ms + MINUTE_MS < minute.open_ms:
            rows.append(flat(rows[-1].open_ms + MINUTE_MS, rows[-1].close))
        rows.append(minute)
    return rows


def _row(row: Minute, decimals: int) -> tuple[int | str, ...]:
    prices = (f"{price:.{decimals}f}" for price in (row.open, row.high, row.low, row.close))
    mean = f"{row.quote_volume / row.volume:.{decimals}f}" if row.volume else "0.0"
    return (row.open_ms // 1000, *prices, mean, f"{row.volume:.8f}", row.trades)


def _day(book: Book, now_ms: int) -> dict[str, list[str] | list[int] | str]:
    """Of two figures the first is of today, which is the same here, the second of 24 hours."""
    day, top, decimals = book.day(now_ms), book.top, book.listing.decimals

    def price(number: float) -> str:
        return f"{number:.{decimals}f}"

    mean = price(day.quote_volume / day.volume if day.volume else 0.0)
    return {
        "a": [price(top.ask), "1", f"{top.ask_size:.3f}"],
        "b": [price(top.bid), "1", f"{top.bid_size:.3f}"],
        "c": [price(day.last), f"{book.last_trade.size:.8f}"],
        "v": [f"{day.volume:.8f}"] * 2,
        "p": [mean] * 2,
        "t": [day.trades] * 2,
        "l": [price(day.low)] * 2,
        "h": [price(day.high)] * 2,
        "o": price(day.open),
    }


def _listed(name: str, book: Book) -> dict[str, str | int]:
    """`wsname` is a name that the venue's own socket refuses."""
    base, _, quote = name.partition("/")
    return {
        "altname": _altname(name),
        "wsname": f"{_OLD_NAMES.get(base, base)}/{quote}",
        "base": base,
        "quote": f"Z{quote}",
        "pair_decimals": book.listing.decimals,
        "lot_decimals": 8,
        "status": "online",
    }


def _altname(name: str) -> str:
    base, _, quote = name.partition("/")
    return f"{_OLD_NAMES.get(base, base)}{quote}"


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Denied(_refusal("EGeneral:Invalid arguments"))
    return int(text)
