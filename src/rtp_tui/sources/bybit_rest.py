"""Asking Bybit's REST interface: rows as the venue sends them, errors as ours.

Source: https://bybit-exchange.github.io/docs/v5/market/kline, https://bybit-exchange.github.io/docs/v5/error
"""

from collections.abc import Callable, Sequence
from typing import NoReturn

import msgspec
from msgspec import Struct, field

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.net.http import HttpReply, Params
from rtp_tui.sources.asking import LONGEST_WAIT_S, AnswerT, Http, ask, asked_wait_s, check_status, decoded
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.text import safe

ALL_AT_ONCE_FROM = 6
"""From so many symbols on one answer with all of the market's is cheaper than one each."""
KLINES_PER_REQUEST = 1000
BANNED_FOR_S = 600.0
"""An address that asked too much is refused for ten minutes, with 403."""
_INTERVALS = {"1m": "1", "5m": "5", "15m": "15", "1h": "60", "1d": "D"}

_WRONG_QUESTION = 10001
_BUSY = (10000, 10002, 10016, 10019)
_TOO_MANY = (10006, 10018, 10429)
_DENIED = (10003, 10004, 10005, 10007, 10009, 10010, 10024, 10028, 10029)
"""About keys, addresses and regions."""


class Ticker(Struct):
    """A row of `/v5/market/tickers`; all are strings."""

    symbol: str
    last_price: str = field(name="lastPrice", default="")
    bid1_price: str = field(name="bid1Price", default="")
    ask1_price: str = field(name="ask1Price", default="")
    prev_price_24h: str = field(name="prevPrice24h", default="")
    high_price_24h: str = field(name="highPrice24h", default="")
    low_price_24h: str = field(name="lowPrice24h", default="")
    turnover_24h: str = field(name="turnover24h", default="")
    """In the quote currency."""


class Kline(Struct, array_like=True):
    """A row of `/v5/market/kline`; what follows is the turnover."""

    start: str
    open: str
    high: str
    low: str
    close: str
    volume: str

    @property
    def open_ms(self) -> int:
        """When it begins. Raises BadPayload."""
        if not (self.start.isascii() and self.start.isdigit() and len(self.start) < 16):
            raise BadPayload("a kline has no time")
        return int(self.start)


class _Tickers(Struct):
    list: list[Ticker]


class _Klines(Struct):
    list: list[Kline]


class _Envelope(Struct, rename="camel"):
    """What is around every answer of the interface itself, of any HTTP status."""

    ret_code: int
    ret_msg: str = ""
    result: msgspec.Raw = msgspec.Raw(b"{}")


_envelope = msgspec.json.Decoder(_Envelope)
_tickers = msgspec.json.Decoder(_Tickers)
_klines = msgspec.json.Decoder(_Klines)


class BybitRest:
    """The questions that need no key."""

    def __init__(self, http: Http, clock: Clock, note_quota: Callable[[Quota], None]) -> None:
        self._http = http
        self._clock = clock
        self._note_quota = note_quota

    async def tickers(self, symbols: Sequence[str]) -> Sequence[Ticker]:
        """24-hour figures; symbols that do not exist are left out. Raises SourceError."""
        if len(symbols) >= ALL_AT_ONCE_FROM:
            return await self._tickers_of({})
        return [row for symbol in symbols for row in await self._ticker(symbol)]

    async def klines(
        self, symbol: str, timeframe: str, length_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[Kline]:
        """Rows that open in `[start_ms, end_ms)`, oldest first. Raises SourceError."""
        klines: list[Kline] = []
        page_ms = KLINES_PER_REQUEST * length_ms
        for page_start_ms in range(start_ms, end_ms, page_ms):
            page_end_ms = min(end_ms, page_start_ms + page_ms)
            klines += await self._page(symbol, timeframe, length_ms, page_start_ms, page_end_ms)
        return klines

    async def _ticker(self, symbol: str) -> Sequence[Ticker]:
        try:
            return await self._tickers_of({"symbol": symbol})
        except UnknownSymbol:
            return []

    async def _tickers_of(self, which: Params) -> Sequence[Ticker]:
        return (await self._ask("/v5/market/tickers", {"category": "spot", **which}, _tickers)).list

    async def _page(
        self, symbol: str, timeframe: str, length_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[Kline]:
        params: Params = {
            "category": "spot",
            "symbol": symbol,
            "interval": _INTERVALS[timeframe],
            "start": start_ms,
            # The venue counts a bar that begins at the end itself.
            "end": end_ms - 1,
            "limit": KLINES_PER_REQUEST,
        }
        rows = (await self._ask("/v5/market/kline", params, _klines)).list
        opens = [row.open_ms for row in rows]
        if len(set(opens)) < len(opens) or any(open_ms % length_ms for open_ms in opens):
            raise BadPayload("klines are not each of its own time")
        wanted = (row for row in rows if start_ms <= row.open_ms < end_ms)
        return sorted(wanted, key=lambda row: row.open_ms)

    async def _ask(self, path: str, params: Params, decoder: msgspec.json.Decoder[AnswerT]) -> AnswerT:
        reply = await ask(self._http, path, params)
        self._count(reply)
        try:
            envelope = _envelope.decode(reply.body)
        except (ValueError, RecursionError) as error:
            _check_ban(reply)
            check_status(reply)
            raise BadPayload(f"{path} did not answer what it documents") from error
        if envelope.ret_code:
            self._refuse(reply, envelope)
        check_status(reply, envelope.ret_msg)
        return decoded(decoder, envelope.result, path)

    def _count(self, reply: HttpReply) -> None:
        """Pass on what the venue says of the quota, where it says it."""
        limit, left = _header(reply, "x-bapi-limit"), _header(reply, "x-bapi-limit-status")
        if limit is not None and left is not None:
            left = min(left, limit)
            reset_ms = _header(reply, "x-bapi-limit-reset-timestamp")
            self._note_quota(Quota(used=limit - left, limit=limit, left=left, reset_ms=reset_ms))

    def _refuse(self, reply: HttpReply, envelope: _Envelope) -> NoReturn:
        """Raise the source error of a code; the venue sends it with HTTP 200."""
        code = envelope.ret_code
        words = safe(f"{code}: {envelope.ret_msg}", 160)
        if code in _TOO_MANY:
            raise RateLimited(words, self._wait_s(reply))
        if code in _BUSY:
            raise SourceUnavailable(words)
        if code in _DENIED:
            raise AccessDenied(words)
        if code == _WRONG_QUESTION and "symbol" in envelope.ret_msg.lower():
            raise UnknownSymbol(words)
        check_status(reply, words)
        raise BadPayload(words)

    def _wait_s(self, reply: HttpReply) -> float | None:
        """Until the quota begins anew, where the venue says when."""
        reset_ms = _header(reply, "x-bapi-limit-reset-timestamp")
        if reset_ms is None:
            return asked_wait_s(reply)
        return min(max(0.0, (reset_ms - self._clock.now_ms()) / 1000), LONGEST_WAIT_S)


def _check_ban(reply: HttpReply) -> None:
    """Tell a 403 for asking too much from one for the region, which never ends. Raises RateLimited."""
    if reply.status == 403 and b"too frequent" in reply.body.lower():
        raise RateLimited("HTTP 403: access too frequent", BANNED_FOR_S)


def _header(reply: HttpReply, name: str) -> int | None:
    text = reply.headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
