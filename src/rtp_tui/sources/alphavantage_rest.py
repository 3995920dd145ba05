"""Asking Alpha Vantage, which answers every question with HTTP 200: what it says is told by the fields of the body.

Source: https://www.alphavantage.co/support/#api-key
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Generic, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.sources.asking import Http, ask, check_status, decoded, set_aside, use_up, words_of
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Key,
    Keys,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.text import safe

PATH = "/query"
BURST_WAIT_S = 2.0
PROVIDER_ZONE = ZoneInfo("America/New_York")
"""The day of a quota is that of the provider's market."""
_LONGEST_WORDS = 160
SaidT = TypeVar("SaidT")


class StockQuote(Struct):
    """What `GLOBAL_QUOTE` says; decimals are strings, and a symbol nobody knows has none."""

    symbol: str = field(default="", name="01. symbol")
    price: str = field(default="", name="05. price")
    day: str = field(default="", name="07. latest trading day")
    previous_close: str = field(default="", name="08. previous close")


class Rate(Struct):
    """What `CURRENCY_EXCHANGE_RATE` says; `time_zone` is that of `last_refreshed`."""

    rate: str = field(default="", name="5. Exchange Rate")
    last_refreshed: str = field(default="", name="6. Last Refreshed")
    time_zone: str = field(default="UTC", name="7. Time Zone")
    bid: str = field(default="", name="8. Bid Price")
    ask: str = field(default="", name="9. Ask Price")


class Answered(Struct, Generic[SaidT], frozen=True):
    """What was said, and the answer as it came."""

    said: SaidT
    raw: bytes


class _Quoted(Struct):
    """The name of the field tells whether the price is delayed."""

    live: StockQuote | None = field(default=None, name="Global Quote")
    delayed: StockQuote | None = field(default=None, name="Global Quote - DATA DELAYED BY 15 MINUTES")


class _Rated(Struct):
    rate: Rate | None = field(default=None, name="Realtime Currency Exchange Rate")


class _Refusal(Struct):
    """What is said instead of an answer."""

    error: str = field(default="", name="Error Message")
    information: str = field(default="", name="Information")
    note: str = field(default="", name="Note")


_quoted = msgspec.json.Decoder(_Quoted)
_rated = msgspec.json.Decoder(_Rated)
_refusal = msgspec.json.Decoder(_Refusal)


class AlphaVantageRest:
    """The questions; each shows a key and counts against its day."""

    def __init__(
        self,
        http: Http,
        keys: Keys,
        calls_per_day: int,
        clock: Clock,
        note_quota: Callable[[Quota], None],
    ) -> None:
        self._http = http
        self._keys = keys
        self._calls_per_day = calls_per_day
        self._clock = clock
        self._note_quota = note_quota
        self._used: dict[str, int] = {}
        self._day_ends_ms = 0

    async def quote(self, symbol: str) -> Answered[StockQuote]:
        """The price of a stock. Raises SourceError, UnknownSymbol among them."""
        body = await self._ask({"function": "GLOBAL_QUOTE", "symbol": symbol})
        answer = decoded(_quoted, body, "GLOBAL_QUOTE")
        quote = answer.live or answer.delayed
        if quote is None:
            raise BadPayload("GLOBAL_QUOTE did not answer what it documents")
        if not quote.price:
            raise UnknownSymbol(f"{safe(symbol, 32)}: no such symbol")
        return Answered(quote, body)

    async def rate(self, base: str, quote: str) -> Answered[Rate]:
        """The price of one currency in another. Raises SourceError."""
        params = {"function": "CURRENCY_EXCHANGE_RATE", "from_currency": base, "to_currency": quote}
        body = await self._ask(params)
        rate = decoded(_rated, body, "CURRENCY_EXCHANGE_RATE").rate
        if rate is None or not rate.rate:
            raise BadPayload("CURRENCY_EXCHANGE_RATE did not answer what it documents")
        return Answered(rate, body)

    async def _ask(self, params: dict[str, str]) -> bytes:
        key = self._keys.take()
        reply = await ask(self._http, PATH, {**params, "apikey": key.secret})
        self._count(key)
        check_status(reply)
        if reply.body.strip() in (b"", b"{}"):
            raise SourceUnavailable("an empty answer")
        refusal = words_of(_refusal, reply.body, _Refusal())
        if refusal.error or refusal.information or refusal.note:
            self._refuse(refusal, key)
        return reply.body

    def _refuse(self, refusal: _Refusal, key: Key) -> NoReturn:
        """Raise the source error of words: the text about bursts names the quota of the day as well."""
        said = refusal.error or refusal.information or refusal.note
        words = safe(said.replace(key.secret, "***"), _LONGEST_WORDS)
        if refusal.error:
            if "apikey" in said:
                set_aside(self._keys, key, words)
            raise UnknownSymbol(words)
        if "1 request per second" in said:
            raise RateLimited(words, BURST_WAIT_S)
        if "per day" in said:
            self._used[key.reference] = self._calls_per_day
            self._tell(key)
            use_up(self._keys, key, words, (self._day_ends_ms - self._clock.now_ms()) / 1000)
        if "premium endpoint" in said:
            raise AccessDenied(words)
        raise SourceUnavailable(words)

    def _count(self, key: Key) -> None:
        now_ms = self._clock.now_ms()
        if now_ms >= self._day_ends_ms:
            self._used.clear()
            self._day_ends_ms = day_ends_ms(now_ms)
        self._used[key.reference] = self._used.get(key.reference, 0) + 1
        self._tell(key)

    def _tell(self, key: Key) -> None:
        used, limit = self._used[key.reference], self._calls_per_day
        if limit:
            left = max(0, limit - used)
            self._note_quota(Quota(used=used, limit=limit, left=left, reset_ms=self._day_ends_ms))


def day_ends_ms(now_ms: int) -> int:
    """The next midnight at the provider."""
    now = datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone(PROVIDER_ZONE)
    midnight = datetime(now.year, now.month, now.day, tzinfo=PROVIDER_ZONE) + timedelta(days=1)
    return round(midnight.timestamp() * 1000)
