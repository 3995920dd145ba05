"""Twelve Data over HTTP: quotes and time series, a credit a symbol; errors of one symbol with its status, of several
with 200 beside the answers (https://twelvedata.com/docs).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS, Minute
from rtp_tui.simulator.rest import in_intervals

CREDITS_A_MINUTE, CREDITS_A_DAY = 8, 800
MOST_ROWS = 5000
_INTERVALS_MS = {f"{minutes}min": minutes * MINUTE_MS for minutes in (1, 5, 15, 30, 45)} | {
    "1h": 60 * MINUTE_MS,
    "2h": 120 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "1day": DAY_MS,
}
_EXCHANGE_ZONE = ZoneInfo("America/New_York")
_KEY = "apikey "


def _error(code: int, message: str) -> Reply:
    return Reply(code, msgspec.json.encode({"code": code, "message": message, "status": "error"}))


class Spending:
    """Credits of a window of the clock: a whole minute, or a day."""

    def __init__(self, credits_there: int, window_ms: int) -> None:
        self.limit = credits_there
        self.used = 0
        self._window_ms = window_ms
        self._window = -1

    def admits(self, count: int, now_ms: int) -> bool:
        """Count credits; those that are refused count as well."""
        if self._window != now_ms // self._window_ms:
            self._window, self.used = now_ms // self._window_ms, 0
        self.used += count
        return self.used <= self.limit


class TwelveDataRest(HttpDialect):
    """Answers from the books of stocks and currencies; whoever asks shares the credits."""

    key_refused: ClassVar[Reply] = _error(
        401,
        "**apikey** parameter is incorrect or not specified. You can get your free API Key instantly following "
        "this link: https://twelvedata.com/apikey.",
    )

    def __init__(
        self,
        symbols: Mapping[str, Book],
        *,
        credits_a_minute: int = CREDITS_A_MINUTE,
        credits_a_day: int = CREDITS_A_DAY,
    ) -> None:
        super().__init__(Quota(1_000_000, DAY_MS))
        self.minute = Spending(credits_a_minute, MINUTE_MS)
        self.day = Spending(credits_a_day, DAY_MS)
        self._symbols = symbols

    def key_shown(self, headers: Mapping[str, str]) -> str | None:
        """The key of a request; None where it shows none."""
        shown = headers.get("Authorization", "")
        return shown.removeprefix(_KEY) if shown.startswith(_KEY) else None

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        refusal = self._spent("current minute", self.minute)
        return Reply(refusal.status, refusal.body, retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        if path.strip("/") not in ("quote", "price", "time_series"):
            raise Denied(Reply(404, b"404 page not found\n"))
        asked = [symbol for symbol in query.get("symbol", "").split(",") if symbol]
        if not asked:
            raise Denied(_error(400, "**symbol** parameter is missing or invalid."))
        self._spend(len(asked), now_ms)
        if len(asked) == 1:
            return self._one(path.strip("/"), asked[0], query, now_ms)
        return msgspec.json.encode({one: self._beside(path.strip("/"), one, query, now_ms) for one in asked})

    def _spend(self, count: int, now_ms: int) -> None:
        is_within_day = self.day.admits(count, now_ms)
        if not self.minute.admits(count, now_ms):
            raise Denied(self._spent("current minute", self.minute))
        if not is_within_day:
            raise Denied(self._spent("day", self.day))

    def _spent(self, window: str, spending: Spending) -> Reply:
        return _error(
            429,
            f"You have run out of API credits for the {window}. {spending.used} API credits were used, with the "
            f"current limit being {spending.limit}. Wait for the next minute or consider switching to a higher "
            "tier plan at https://twelvedata.com/pricing",
        )

    def _beside(self, question: str, symbol: str, query: dict[str, str], now_ms: int) -> msgspec.Raw:
        try:
            return msgspec.Raw(self._one(question, symbol, query, now_ms))
        except Denied as denial:
            return msgspec.Raw(denial.reply.body)

    def _one(self, question: str, symbol: str, query: dict[str, str], now_ms: int) -> bytes:
        book = self._symbols.get(symbol.upper())
        if book is None:
            raise Denied(_error(404, f"**symbol** not found: {symbol}. Please specify it correctly."))
        if question == "price":
            return msgspec.json.encode({"price": f"{book.last_price:.5f}"})
        if question == "quote":
            return msgspec.json.encode(_quote(symbol.upper(), book, now_ms))
        return msgspec.json.encode(_series(symbol.upper(), book, query, now_ms))


def _quote(symbol: str, book: Book, now_ms: int) -> dict[str, object]:
    day = book.day(now_ms)
    change = book.last_price - day.open
    quote: dict[str, object] = {
        "symbol": symbol,
        "name": book.listing.name,
        "datetime": _moment(now_ms, UTC)[:10],
        "timestamp": (now_ms - now_ms % DAY_MS) // 1000,
        "last_quote_at": (now_ms - now_ms % MINUTE_MS) // 1000,
        "open": f"{day.open:.5f}",
        "high": f"{day.high:.5f}",
        "low": f"{day.low:.5f}",
        "close": f"{book.last_price:.5f}",
        "previous_close": f"{day.open:.5f}",
        "change": f"{change:.5f}",
        "percent_change": f"{change / day.open * 100:.5f}",
        "is_market_open": True,
    }
    return quote if _is_pair(book) else quote | {"volume": f"{day.volume:.0f}"}


def _series(symbol: str, book: Book, query: dict[str, str], now_ms: int) -> dict[str, object]:
    """Newest first and in the exchange's time, unless asked for otherwise. Raises Denied."""
    length_ms = _INTERVALS_MS.get(query.get("interval", ""))
    if length_ms is None:
        known = ", ".join(_INTERVALS_MS)
        raise Denied(
            _error(400, f"Invalid **interval** provided: {query.get('interval')}. Supported: {known}")
        )
    zone = UTC if query.get("timezone") == "UTC" or _is_pair(book) else _EXCHANGE_ZONE
    start_ms = _asked_ms(query, "start_date", zone, 0)
    end_ms = _asked_ms(query, "end_date", zone, now_ms)
    size = query.get("outputsize", "30")
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= MOST_ROWS):
        raise Denied(_error(400, f"Invalid **outputsize** provided: {size}."))
    minutes = book.minutes(start_ms - start_ms % length_ms, end_ms + 1)
    rows = [row for row in in_intervals(minutes, length_ms) if start_ms <= row.open_ms <= end_ms][
        -int(size) :
    ]
    if not rows:
        message = "No data is available on the specified dates. Try setting different start/end dates."
        raise Denied(_error(400, message))
    values = [_row(row, book, zone, is_day=length_ms == DAY_MS) for row in rows]
    return {
        "meta": _meta(symbol, book, query["interval"]),
        "values": values if query.get("order") == "asc" else values[::-1],
        "status": "ok",
    }


def _meta(symbol: str, book: Book, interval: str) -> dict[str, str]:
    meta = {"symbol": symbol, "interval": interval}
    if _is_pair(book):
        base, _, counter = symbol.partition("/")
        return meta | {"currency_base": base, "currency_quote": counter, "type": "Physical Currency"}
    return meta | {
        "currency": book.listing.currency,
        "exchange_timezone": _EXCHANGE_ZONE.key,
        "exchange": "NASDAQ",
        "mic_code": "XNGS",
        "type": "Common Stock",
    }


def _row(row: Minute, book: Book, zone: tzinfo, *, is_day: bool) -> dict[str, str]:
    moment = _moment(row.open_ms, UTC)[:10] if is_day else _moment(row.open_ms, zone)
    values = {"datetime": moment} | {
        name: f"{price:.5f}"
        for name, price in (("open", row.open), ("high", row.high), ("low", row.low), ("close", row.close))
    }
    return values if _is_pair(book) else values | {"volume": f"{row.volume:.0f}"}


def _is_pair(book: Book) -> bool:
    return book.listing.asset_class == "fx"


def _asked_ms(query: dict[str, str], name: str, zone: tzinfo, otherwise_ms: int) -> int:
    if name not in query:
        return otherwise_ms
    try:
        return round(datetime.fromisoformat(query[name]).replace(tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Denied(_error(400, f"Invalid **{name}** provided: {query[name]}.")) from None


def _moment(at_ms: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at_ms // 1000, tz=zone).strftime("%Y-%m-%d %H:%M:%S")
