"""Asking Binance's REST interface: rows as the venue sends them, errors as ours.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from rtp_tui.net.http import HttpError, HttpReply, HttpTooBig, Params
from rtp_tui.sources.contract import AccessDenied, BadPayload, RateLimited, SourceUnavailable
from rtp_tui.text import safe

TICKERS_PER_REQUEST = 20
"""Up to this many symbols cost 2 of the 6,000 weight a minute; one more costs 40."""
KLINES_PER_REQUEST = 1000
LONGEST_WAIT_S = 3 * 86_400.0
_INVALID_SYMBOL = -1121


class Http(Protocol):
    """What is asked of an HTTP client that knows the provider's address."""

    async def get(self, path: str, params: Params | None = None) -> HttpReply:
        """Fetch. Raises HttpError."""
        ...


class Day(Struct, rename="camel"):
    """A row of `/api/v3/ticker/24hr`."""

    symbol: str
    last_price: str
    close_time: int
    bid_price: str = ""
    ask_price: str = ""
    open_price: str = ""
    high_price: str = ""
    low_price: str = ""
    quote_volume: str = ""


class Kline(Struct, array_like=True):
    """A row of `/api/v3/klines`; what follows the trade count is not read."""

    open_ms: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    close_ms: int
    quote_volume: str
    trades: int


class _InvalidSymbol(BadPayload):
    """One of the symbols asked for does not exist."""


class _Error(Struct):
    code: int = 0
    msg: str = ""


_days = msgspec.json.Decoder(list[Day])
_day = msgspec.json.Decoder(Day)
_klines = msgspec.json.Decoder(list[Kline])
_error = msgspec.json.Decoder(_Error)
AnswerT = TypeVar("AnswerT")


class BinanceRest:
    """The questions that need no key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        """24-hour figures; symbols that do not exist are left out. Raises SourceError."""
        days: list[Day] = []
        for start in range(0, len(symbols), TICKERS_PER_REQUEST):
            part = symbols[start : start + TICKERS_PER_REQUEST]
            try:
                days += await self._days_of(part)
            except _InvalidSymbol:
                days += [day for symbol in part for day in await self._day_of(symbol)]
        return days

    async def klines(self, symbol: str, interval: str, start_ms: int, end_ms: int) -> Sequence[Kline]:
        """Rows that open in `[start_ms, end_ms)`, oldest first. Raises SourceError."""
        klines: list[Kline] = []
        while start_ms < end_ms:
            page = await self._page(symbol, interval, start_ms, end_ms)
            klines += page
            if len(page) < KLINES_PER_REQUEST:
                break
            start_ms = page[-1].open_ms + 1
        return klines

    async def _days_of(self, symbols: Sequence[str]) -> Sequence[Day]:
        wanted = msgspec.json.encode(symbols).decode()
        return await self._ask("/api/v3/ticker/24hr", {"symbols": wanted}, _days)

    async def _day_of(self, symbol: str) -> Sequence[Day]:
        try:
            return [await self._ask("/api/v3/ticker/24hr", {"symbol": symbol}, _day)]
        except _InvalidSymbol:
            return []

    async def _page(self, symbol: str, interval: str, start_ms: int, end_ms: int) -> Sequence[Kline]:
        params: Params = {
            "symbol": symbol,
            "interval": interval,
            "startTime": start_ms,
            "endTime": end_ms - 1,
            "limit": KLINES_PER_REQUEST,
        }
        rows = await self._ask("/api/v3/klines", params, _klines)
        if any(one.open_ms >= other.open_ms for one, other in pairwise(rows)):
            raise BadPayload("klines are out of order")
        return [row for row in rows if start_ms <= row.open_ms < end_ms]

    async def _ask(self, path: str, params: Params, decoder: msgspec.json.Decoder[AnswerT]) -> AnswerT:
        try:
            reply = await self._http.get(path, params)
        except HttpTooBig as error:
            raise BadPayload(safe(str(error), 160)) from error
        except HttpError as error:
            raise SourceUnavailable(safe(str(error), 160)) from error
        _check_status(reply)
        try:
            return decoder.decode(reply.body)
        except (ValueError, RecursionError) as error:
            raise BadPayload(f"{path} did not answer what it documents") from error


def _check_status(reply: HttpReply) -> None:
    status = reply.status
    if status == 200:
        return
    error = _error_of(reply.body)
    message = safe(f"HTTP {status}: {error.msg}" if error.msg else f"HTTP {status}", 160)
    if status in (418, 429):
        raise RateLimited(message, _wait_s(reply.headers.get("retry-after", "")))
    if status in (401, 403, 451):
        raise AccessDenied(message)
    if status >= 500:
        raise SourceUnavailable(message)
    raise _InvalidSymbol(message) if error.code == _INVALID_SYMBOL else BadPayload(message)


def _error_of(body: bytes) -> _Error:
    try:
        return _error.decode(body)
    except (ValueError, RecursionError):
        return _Error()


def _wait_s(header: str) -> float | None:
    """Seconds out of a Retry-After header, at most as long as the venue bans anybody."""
    return min(float(header), LONGEST_WAIT_S) if header.isascii() and header.isdigit() else None
