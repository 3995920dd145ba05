"""Yahoo's chart over HTTP: one symbol a request, its newest price among what is said about it.

Prices in the arrays are 32-bit floats, as Yahoo sends them; minutes are missing or null now and then; the bar that is
being made is stamped with its last trade. None of this is documented by the venue.
"""

from array import array
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.demo import DemoMarket
from rtp_tui.simulator.http_dialect import Denied, HttpDialect, Quota, Reply, retry_header
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS, Minute
from rtp_tui.simulator.rest import in_intervals, merged
from rtp_tui.simulator.yahoo_meta import VALID_RANGES, Meta, meta_of
from rtp_tui.simulator.yahoo_sessions import ALWAYS, beginnings, newest_session

CALLS_A_MINUTE = 600
NULL_EVERY = 41
_INTERVALS_MS = {f"{minutes}m": minutes * MINUTE_MS for minutes in (1, 2, 5, 15, 30, 60, 90)} | {
    "1h": 60 * MINUTE_MS,
    "1d": DAY_MS,
}


class Error(Struct, frozen=True):
    """Why there is no chart."""

    code: str
    description: str


class Quote(Struct, frozen=True, omit_defaults=True):
    """The columns of a chart; all absent where there are no bars."""

    open: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    low: Sequence[float | None] = ()
    close: Sequence[float | None] = ()
    volume: Sequence[int | None] = ()


class Indicators(Struct, frozen=True):
    """What was measured."""

    quote: tuple[Quote]


class Result(Struct, frozen=True):
    """One symbol's chart."""

    meta: Meta
    timestamp: Sequence[int] | msgspec.UnsetType
    indicators: Indicators


class Chart(Struct, frozen=True):
    """Either a result or an error."""

    result: tuple[Result] | None
    error: Error | None


class Answer(Struct, frozen=True):
    """The body of `/v8/finance/chart`."""

    chart: Chart


class Yahoo(HttpDialect):
    """Answers from the books of its symbols, in the hours of their markets."""

    anonymous: ClassVar[Reply | None] = Reply(429, b"Too Many Requests\r\n")

    def __init__(
        self,
        symbols: Mapping[str, Book],
        markets: Iterable[DemoMarket],
        *,
        calls_a_minute: int = CALLS_A_MINUTE,
    ) -> None:
        super().__init__(Quota(calls_a_minute, MINUTE_MS))
        self._symbols = symbols
        self._markets = {market.name: market for market in markets}

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much: a text."""
        return Reply(429, b"Too Many Requests\r\n", retry_header(retry_after))

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""
        match path.strip("/").split("/"):
            case ["v8", "finance", "chart", symbol]:
                return msgspec.json.encode(
                    Answer(Chart((self._chart(unquote(symbol), query, now_ms),), None))
                )
            case ["v7", "finance", "quote"]:
                raise Denied(Reply(401, _NO_CRUMB))
        raise Denied(_refusal(404, "Not Found", "No such path"))

    def _chart(self, symbol: str, query: dict[str, str], now_ms: int) -> Result:
        book = self._symbols.get(symbol.upper())
        if book is None:
            raise Denied(_refusal(404, "Not Found", "No data found, symbol may be delisted"))
        market = self._markets.get(book.listing.market, ALWAYS)
        interval, span = query.get("interval", "1d"), "" if "period1" in query else query.get("range", "1d")
        if interval not in _INTERVALS_MS:
            raise Denied(_unprocessable("interval", interval, _INTERVALS_MS))
        if span and span not in VALID_RANGES:
            raise Denied(_unprocessable("range", span, VALID_RANGES))
        session = newest_session(market, now_ms)
        from_ms, to_ms = session.start_ms if span == "1d" else 0, 1 << 53
        if not span:
            from_ms, to_ms = _seconds(query, "period1", 0), _seconds(query, "period2", to_ms // 1000)
        minutes = book.minutes(from_ms, to_ms)
        meta = meta_of(symbol.upper(), book, market, session, now_ms, interval=interval, span=span)
        if interval == "1d":
            rows = _days(minutes, beginnings(market, now_ms))
            return _result(meta, rows, [row.open_ms // 1000 for row in rows])
        rows = in_intervals(minutes, _INTERVALS_MS[interval])
        times = [row.open_ms // 1000 for row in rows]
        if rows and now_ms < rows[-1].open_ms + _INTERVALS_MS[interval]:
            times[-1] = max(times[-1], meta.regularMarketTime)
        return _result(meta, rows, times)


def _days(minutes: Sequence[Minute], began_ms: Sequence[int]) -> list[Minute]:
    """A bar of each session."""
    return merged(minutes, lambda at_ms: began_ms[bisect(began_ms, at_ms) - 1])


def _result(meta: Meta, rows: Sequence[Minute], times: list[int]) -> Result:
    if not rows:
        return Result(meta, msgspec.UNSET, Indicators((Quote(),)))
    return Result(meta, times, Indicators((_quote(rows, has_volume=meta.instrumentType == "EQUITY"),)))


def _quote(rows: Sequence[Minute], *, has_volume: bool) -> Quote:
    shown = [row.open_ms // MINUTE_MS % NULL_EVERY != 0 for row in rows[:-1]] + [True]

    def prices(name: str) -> list[float | None]:
        column = array("f", [getattr(row, name) for row in rows])
        return [price if is_shown else None for price, is_shown in zip(column, shown, strict=True)]

    volumes = [
        int(row.volume) * has_volume if is_shown else None for row, is_shown in zip(rows, shown, strict=True)
    ]
    return Quote(prices("open"), prices("high"), prices("low"), prices("close"), volumes)


_NO_CRUMB = msgspec.json.encode(
    {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}
)


def _refusal(status: int, code: str, description: str) -> Reply:
    return Reply(status, msgspec.json.encode(Answer(Chart(None, Error(code, description)))))


def _unprocessable(name: str, value: str, valid: Iterable[str]) -> Reply:
    description = f"Invalid input - {name}={value} is not supported. Valid {name}s: [{', '.join(valid)}]"
    return _refusal(422, "Unprocessable Entity", description)


def _seconds(query: dict[str, str], name: str, default: int) -> int:
    """A parameter in Unix seconds, as milliseconds. Raises Denied."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 14):
        raise Denied(_refusal(400, "Bad Request", f"Invalid value for {name}"))
    return int(text) * 1000
