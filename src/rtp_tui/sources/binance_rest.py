"""Asking Binance's REST interface: rows as the venue sends them, errors as ours.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.net.http import HttpReply, Params
from rtp_tui.sources.asking import AnswerT, Http, ask, check_status, decoded, words_of
from rtp_tui.sources.contract import BadPayload, UnknownSymbol
from rtp_tui.text import safe

TICKERS_PER_REQUEST = 20
"""Up to this many symbols cost 2 of the 6,000 weight a minute; one more costs 40."""
KLINES_PER_REQUEST = 1000
LONGEST_WAIT_S = 3 * 86_400.0
"""The venue bans addresses for up to three days."""
WEIGHT_A_MINUTE = 6_000
_INVALID_SYMBOL = -1121
_USED_WEIGHT = "x-mbx-used-weight-1m"
_MINUTE_MS = 60_000


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


class _Error(Struct):
    code: int = 0
    msg: str = ""


_days = msgspec.json.Decoder(list[Day])
_day = msgspec.json.Decoder(Day)
_klines = msgspec.json.Decoder(list[Kline])
_error = msgspec.json.Decoder(_Error)


class BinanceRest:
    """The questions that need no key."""

    def __init__(self, http: Http, clock: Clock, note_quota: Callable[[Quota], None]) -> None:
        self._http = http
        self._clock = clock
        self._note_quota = note_quota

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        """24-hour figures; symbols that do not exist are left out. Raises SourceError."""
        days: list[Day] = []
        for start in range(0, len(symbols), TICKERS_PER_REQUEST):
            part = symbols[start : start + TICKERS_PER_REQUEST]
            try:
                days += await self._days_of(part)
            except UnknownSymbol:
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
        except UnknownSymbol:
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
        reply = await ask(self._http, path, params)
        self._count(reply)
        if reply.status != 200:
            error = words_of(_error, reply.body, _Error())
            if error.code == _INVALID_SYMBOL:
                raise UnknownSymbol(safe(error.msg, 160))
            check_status(reply, error.msg, LONGEST_WAIT_S)
        return decoded(decoder, reply.body, path)

    def _count(self, reply: HttpReply) -> None:
        """Pass on the weight that this address has used in the minute that runs."""
        used = reply.headers.get(_USED_WEIGHT, "")
        if used.isascii() and used.isdigit():
            reset_ms = (self._clock.now_ms() // _MINUTE_MS + 1) * _MINUTE_MS
            weight = min(int(used[:9]), WEIGHT_A_MINUTE)
            self._note_quota(
                Quota(used=weight, limit=WEIGHT_A_MINUTE, left=WEIGHT_A_MINUTE - weight, reset_ms=reset_ms)
            )
