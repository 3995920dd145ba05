"""Binance's market data over HTTP: questions in, replies out."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from rtp_tui.simulator import binance
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.http_dialect import Reply
from rtp_tui.simulator.minutes import MINUTE_MS, Minute
from rtp_tui.simulator.rest_limits import (
    WEIGHT_A_MINUTE,
    Refused,
    WeightMeter,
    banned,
    rate_limited,
    weight_of,
)

USED_WEIGHT = "X-MBX-USED-WEIGHT-1M"
_HOUR_MS = 60 * MINUTE_MS
INTERVALS_MS = {
    **{f"{minutes}m": minutes * MINUTE_MS for minutes in (1, 3, 5, 15, 30)},
    **{f"{hours}h": hours * _HOUR_MS for hours in (1, 2, 4, 6, 8, 12)},
    "1d": 24 * _HOUR_MS,
}


class Metered:
    """Counts weights and turns refusals into replies around one venue's answers."""

    anonymous: ClassVar[Reply | None] = None
    key_refused: ClassVar[Reply] = Reply(401, b'{"code":-2014,"msg":"API-key format invalid."}')

    def __init__(self, answers: "Answers") -> None:
        self._answers = answers
        self._meter = WeightMeter()

    def answer(self, target: str, now_ms: int) -> Reply:
        """Answer `/path?query`."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers: tuple[tuple[str, str], ...] = ()
        try:
            self._meter.charge(weight_of(parts.path, query), now_ms)
            status, body = 200, self._answers.body(parts.path, query, now_ms)
        except Refused as refusal:
            status = refusal.status
            body = msgspec.json.encode({"code": refusal.code, "msg": str(refusal)})
            if status in (418, 429):
                retry_after_s = -(-(self._meter.minute_end_ms - now_ms) // 1000)
                headers = (("Retry-After", str(max(1, retry_after_s))),)
        return Reply(status, body, (*headers, (USED_WEIGHT, str(self._meter.used))))

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""
        return rate_limited(retry_after)

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """What a client gets that went on asking too much."""
        return banned(until_ms, now_ms)

    def counted(self, reply: Reply, left: float) -> Reply:
        """An answer that tells how much of the quota is left, as the weight that was used."""
        others = tuple(header for header in reply.headers if header[0] != USED_WEIGHT)
        used = round(WEIGHT_A_MINUTE * (1 - left))
        return Reply(reply.status, reply.body, (*others, (USED_WEIGHT, str(used))))

    def key_shown(self, headers: Mapping[str, str]) -> str | None:
        """None: market data needs no key here."""
        return None


class Answers(Protocol):
    """What a venue knows."""

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Refused."""
        ...


class MarketAnswers:
    """Answers from the books of a market."""

    def __init__(self, books: dict[str, Book]) -> None:
        self._books = books

    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Refused."""
        match path:
            case "/api/v3/ping":
                return b"{}"
            case "/api/v3/time":
                return msgspec.json.encode({"serverTime": now_ms})
            case "/api/v3/klines":
                return self._klines(query)
            case "/api/v3/exchangeInfo":
                return self._exchange_information(query, now_ms)
            case "/api/v3/ticker/24hr":
                rows: list[msgspec.Raw] = [
                    _raw(binance.ticker_24h(book, now_ms)) for book in self._asked(query)
                ]
            case "/api/v3/ticker/price":
                rows = [_raw(_price(book)) for book in self._asked(query)]
            case "/api/v3/ticker/bookTicker":
                rows = [_raw(_top(book)) for book in self._asked(query)]
            case _:
                raise Refused(-1000, "Not found.", 404)
        return bytes(rows[0]) if "symbol" in query else msgspec.json.encode(rows)

    def _asked(self, query: dict[str, str]) -> Sequence[Book]:
        if "symbol" in query:
            return (self._book(query["symbol"]),)
        if "symbols" in query:
            return tuple(self._book(symbol) for symbol in asked_symbols(query["symbols"]))
        return tuple(self._books.values())

    def _book(self, symbol: str) -> Book:
        if symbol not in self._books:
            raise Refused(-1121, "Invalid symbol.")
        return self._books[symbol]

    def _klines(self, query: dict[str, str]) -> bytes:
        book = self._book(_required(query, "symbol"))
        interval_ms = INTERVALS_MS.get(_required(query, "interval"))
        if interval_ms is None:
            raise Refused(-1120, "Invalid interval.")
        start_ms = _whole_number(query, "startTime", 0)
        end_ms = _whole_number(query, "endTime", 1 << 53)
        limit = min(1000, max(1, _whole_number(query, "limit", 500)))
        rows = in_intervals(book.minutes(start_ms, end_ms + 1), interval_ms)
        chosen = rows[:limit] if "startTime" in query else rows[-limit:]
        return msgspec.json.encode([binance.kline_row(row, row.open_ms + interval_ms - 1) for row in chosen])

    def _exchange_information(self, query: dict[str, str], now_ms: int) -> bytes:
        limit = {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": WEIGHT_A_MINUTE,
        }
        return msgspec.json.encode(
            {
                "timezone": "UTC",
                "serverTime": now_ms,
                "rateLimits": [limit],
                "exchangeFilters": [],
                "symbols": [_listed(book) for book in self._asked(query)],
            }
        )


def asked_symbols(text: str) -> list[str]:
    """The parameter `symbols`, a JSON array. Raises Refused."""
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        raise Refused(-1100, "Illegal characters found in parameter 'symbols'.") from None


def in_intervals(minutes: Sequence[Minute], interval_ms: int) -> list[Minute]:
    """Klines of a longer interval, which begin at multiples of it."""
    return merged(minutes, lambda at_ms: at_ms - at_ms % interval_ms)


def merged(minutes: Sequence[Minute], begin_of: Callable[[int], int]) -> list[Minute]:
    """Klines of what began at the same moment, which is told of the moment of a minute."""
    rows: list[Minute] = []
    for minute in minutes:
        open_ms = begin_of(minute.open_ms)
        if rows and rows[-1].open_ms == open_ms:
            rows[-1].merge(minute)
        else:
            rows.append(msgspec.structs.replace(minute, open_ms=open_ms))
    return rows


def _required(query: dict[str, str], name: str) -> str:
    if name not in query:
        raise Refused(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return query[name]


def _whole_number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Refused(-1100, f"Illegal characters found in parameter '{name}'.")
    return int(text) if text else default


def _price(book: Book) -> dict[str, str]:
    return {"symbol": book.listing.symbol, "price": binance.decimal(book.last_price)}


def _top(book: Book) -> dict[str, str]:
    return {
        "symbol": book.listing.symbol,
        "bidPrice": binance.decimal(book.top.bid),
        "bidQty": binance.decimal(book.top.bid_size),
        "askPrice": binance.decimal(book.top.ask),
        "askQty": binance.decimal(book.top.ask_size),
    }


def _listed(book: Book) -> dict[str, str | int | list[dict[str, str]]]:
    listing = book.listing
    quote = next((quote for quote in ("USDT", "USD", "COP") if listing.symbol.endswith(quote)), "")
    return {
        "symbol": listing.symbol,
        "status": "TRADING",
        "baseAsset": listing.symbol.removesuffix(quote),
        "baseAssetPrecision": 8,
        "quoteAsset": quote,
        "quotePrecision": 8,
        "filters": [
            {"filterType": "PRICE_FILTER", "tickSize": binance.decimal(10.0**-listing.decimals)},
            {"filterType": "LOT_SIZE", "stepSize": binance.decimal(10.0**-listing.size_decimals)},
        ],
    }


def _raw(row: Struct | dict[str, str]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row))
