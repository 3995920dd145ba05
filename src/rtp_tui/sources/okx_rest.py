"""Asking OKX's REST interface: rows as the venue sends them, errors as ours.

Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-candlesticks
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

import msgspec
from msgspec import Struct, field

from rtp_tui.clock import Clock
from rtp_tui.net.http import HttpReply, Params
from rtp_tui.sources.asking import AnswerT, Http, ask, asked_wait_s, check_status, decoded
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.text import safe

ALL_AT_ONCE_FROM = 6
"""From so many instruments on one answer with all of the market's is cheaper than one each."""
RECENT_CANDLES = 1_400
"""Of the 1,440 that the question for recent ones reaches back; what is older is asked for elsewhere."""
_RECENT, _HISTORY = "/api/v5/market/candles", "/api/v5/market/history-candles"
_LIMITS = {_RECENT: 300, _HISTORY: 100}
_BARS = {"1m": "1m", "5m": "5m", "15m": "15m", "1h": "1H", "1d": "1Dutc"}
"""A day without `utc` begins at midnight in Hong Kong."""

_UNKNOWN_SYMBOLS = ("51001", "51000")
_TOO_MANY = ("50011", "50061")
_BUSY = ("50001", "50004", "50013", "50026")
_DENIED = ("50030", "50044", "51155")
"""Not from this account, region or address; `501..` are about keys."""


class Ticker(Struct):
    """A row of `/api/v5/market/ticker`; all are strings, empty where unknown."""

    name: str = field(name="instId")
    kind: str = field(name="instType", default="")
    last: str = ""
    bid: str = field(name="bidPx", default="")
    ask: str = field(name="askPx", default="")
    open_24h: str = field(name="open24h", default="")
    high_24h: str = field(name="high24h", default="")
    low_24h: str = field(name="low24h", default="")
    currency_volume: str = field(name="volCcy24h", default="")
    ts: str = ""

    @property
    def quote_volume(self) -> str:
        """In the quote currency; empty for contracts, of which the venue counts coins."""
        return self.currency_volume if self.kind == "SPOT" else ""


class Candle(Struct, array_like=True):
    """A row of candles; it had seven fields once and has nine now."""

    ts: str
    open: str
    high: str
    low: str
    close: str
    volume: str
    """In units, of contracts in contracts."""
    currency_volume: str = ""
    """In the quote currency, of contracts in units."""
    quote_volume: str = ""
    confirm: str = ""

    @property
    def open_ms(self) -> int:
        """When it begins. Raises BadPayload."""
        if not (self.ts.isascii() and self.ts.isdigit() and len(self.ts) < 16):
            raise BadPayload("a candle has no time")
        return int(self.ts)

    @property
    def is_closed(self) -> bool | None:
        """As the venue says; None where the row is too short to say it."""
        return self.confirm == "1" if self.confirm else None


class _Envelope(Struct):
    """What is around every answer, of any HTTP status; a refusal may have no data at all."""

    code: str
    msg: str = ""
    data: msgspec.Raw = msgspec.Raw(b"[]")


_envelope = msgspec.json.Decoder(_Envelope)
_tickers = msgspec.json.Decoder(list[Ticker])
_candles = msgspec.json.Decoder(list[Candle])


class OkxRest:
    """The questions that need no key."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def tickers(self, names: Sequence[str]) -> Sequence[Ticker]:
        """24-hour figures; instruments that do not exist are left out. Raises SourceError."""
        if len(names) >= ALL_AT_ONCE_FROM:
            return await self._ask("/api/v5/market/tickers", {"instType": "SPOT"}, _tickers)
        return [row for name in names for row in await self._ticker(name)]

    async def candles(
        self, name: str, timeframe: str, length_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[Candle]:
        """Rows that open in `[start_ms, end_ms)`, oldest first. Raises SourceError."""
        newest_first: list[Candle] = []
        recent_ms = self._clock.now_ms() - RECENT_CANDLES * length_ms
        while start_ms < end_ms:
            path = _RECENT if end_ms > recent_ms else _HISTORY
            page = await self._page(path, name, timeframe, length_ms, end_ms)
            newest_first += page
            if not page:
                break
            end_ms = page[-1].open_ms
        return [row for row in reversed(newest_first) if row.open_ms >= start_ms]

    async def _ticker(self, name: str) -> Sequence[Ticker]:
        try:
            return await self._ask("/api/v5/market/ticker", {"instId": name}, _tickers)
        except UnknownSymbol:
            return []

    async def _page(
        self, path: str, name: str, timeframe: str, length_ms: int, end_ms: int
    ) -> Sequence[Candle]:
        """Newest first, each older than `end_ms`."""
        params: Params = {
            "instId": name,
            "bar": _BARS[timeframe],
            "after": end_ms,
            "limit": _LIMITS[path],
        }
        rows = await self._ask(path, params, _candles)
        opens = [end_ms, *(row.open_ms for row in rows)]
        if any(later <= earlier for later, earlier in pairwise(opens)) or any(
            open_ms % length_ms for open_ms in opens[1:]
        ):
            raise BadPayload("candles are not newest first, each of its own time")
        return rows

    async def _ask(self, path: str, params: Params, decoder: msgspec.json.Decoder[AnswerT]) -> AnswerT:
        reply = await ask(self._http, path, params)
        try:
            envelope = _envelope.decode(reply.body)
        except (ValueError, RecursionError) as error:
            check_status(reply)
            raise BadPayload(f"{path} did not answer what it documents") from error
        if envelope.code != "0":
            _refuse(reply, envelope)
        check_status(reply, envelope.msg)
        return decoded(decoder, envelope.data, path)


def _refuse(reply: HttpReply, envelope: _Envelope) -> NoReturn:
    """Raise the source error of a code; the venue often sends it with HTTP 200."""
    code = envelope.code
    words = safe(f"{code}: {envelope.msg}", 160)
    if code in _UNKNOWN_SYMBOLS:
        raise UnknownSymbol(words)
    if code in _TOO_MANY:
        raise RateLimited(words, asked_wait_s(reply))
    if code in _BUSY:
        raise SourceUnavailable(words)
    if code in _DENIED or code.startswith("501"):
        raise AccessDenied(words)
    check_status(reply, words)
    raise BadPayload(words)
