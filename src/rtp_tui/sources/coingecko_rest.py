"""Asking CoinGecko: coins as it sends them, errors as ours; a key, where there is one, goes into a header.

Source: https://docs.coingecko.com/v3.0.1/reference/coins-markets
"""

from collections.abc import Iterator, Sequence
from typing import NoReturn
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw, Struct, field

from rtp_tui.net.http import Headers, HttpReply, Params
from rtp_tui.sources.asking import (
    AnswerT,
    Http,
    ask,
    asked_wait_s,
    check_status,
    decoded,
    set_aside,
    use_up,
    words_of,
)
from rtp_tui.sources.contract import AccessDenied, BadPayload, Key, Keys, RateLimited
from rtp_tui.sources.moments import rfc3339_ms
from rtp_tui.text import safe

COINS_PER_REQUEST = 250
CURRENCY = "usd"
PRO_HOST = "pro-api."
"""How the host begins that takes keys of paid plans; every other takes demo keys."""
_OF_THE_KEY = {401, 10002, 10010, 10011}
"""No key, a wrong one, one of another plan."""
_DENIED = {1020, 10002, 10005, 10006, 10010, 10011, 10012}
"""Blocked, no key, not in this plan, a key of another host, further back than the plan goes."""


class Coin(Struct, frozen=True):
    """What is known of a coin; zeros, which stand for nothing, are None."""

    id: str
    raw: bytes
    price: float | None
    event_ms: int | None
    open_24h: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    volume_24h: float | None = None
    market_cap: float | None = None


class _Market(Struct):
    """An element of `/coins/markets`."""

    id: str
    current_price: float | None = None
    market_cap: float | None = None
    total_volume: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    price_change_24h: float | None = None
    price_change_percentage_24h: float | None = None
    last_updated: str | None = None


class _Price(Struct):
    """A value of `/simple/price`; its change is in percent, its time in seconds."""

    usd: float | None = None
    market_cap: float | None = field(default=None, name="usd_market_cap")
    volume_24h: float | None = field(default=None, name="usd_24h_vol")
    change_pct: float | None = field(default=None, name="usd_24h_change")
    last_updated_s: float | None = field(default=None, name="last_updated_at")


class _Status(Struct):
    error_code: int = 0
    error_message: str = ""


class _Nested(Struct):
    status: _Status | None = None


class _Error(Struct):
    """Three forms: a status, a status inside an error, and an error in words."""

    status: _Status | None = None
    error: _Nested | str | None = None


_markets = msgspec.json.Decoder(list[Raw])
_market = msgspec.json.Decoder(_Market)
_prices = msgspec.json.Decoder(dict[str, Raw])
_price = msgspec.json.Decoder(_Price)
_error = msgspec.json.Decoder(_Error)


class CoinGeckoRest:
    """The questions; `keys` is None where none is configured."""

    def __init__(self, http: Http, base_url: str, keys: Keys | None) -> None:
        self._http = http
        self._keys = keys
        is_pro = (urlsplit(base_url).hostname or "").startswith(PRO_HOST)
        self._key_header = "x-cg-pro-api-key" if is_pro else "x-cg-demo-api-key"

    async def markets(self, ids: Sequence[str]) -> Sequence[Coin]:
        """Prices and figures of 24 hours; unknown ids are absent. Raises SourceError."""
        params: Params = {
            "vs_currency": CURRENCY,
            "ids": ",".join(ids),
            "per_page": COINS_PER_REQUEST,
            "page": 1,
            "precision": "full",
        }
        path = "/coins/markets"
        rows = decoded(_markets, await self.ask(path, params), path)
        return _usable([_market_coin(row) for row in rows], path)

    async def prices(self, ids: Sequence[str]) -> Sequence[Coin]:
        """The same without the day's high and low, in a smaller answer. Raises SourceError."""
        params: Params = {
            "ids": ",".join(ids),
            "vs_currencies": CURRENCY,
            "include_market_cap": "true",
            "include_24hr_vol": "true",
            "include_24hr_change": "true",
            "include_last_updated_at": "true",
            "precision": "full",
        }
        path = "/simple/price"
        values = decoded(_prices, await self.ask(path, params), path)
        return _usable([_price_coin(name, value) for name, value in values.items()], path)

    async def ask(self, path: str, params: Params) -> bytes:
        """The body of an answer that is no error. Raises SourceError."""
        key = None if self._keys is None else self._keys.take()
        headers: Headers = {} if key is None else {self._key_header: key.secret}
        reply = await ask(self._http, path, params, headers)
        if reply.status != 200 or reply.body.startswith((b'{"status"', b'{"error"')):
            self._check(reply, key)
        return reply.body

    def _check(self, reply: HttpReply, key: Key | None) -> None:
        """Raise the source error of an answer that is one; a coin may be called status, too."""
        code, words = _code_and_words(words_of(_error, reply.body, _Error()))
        words = words if key is None else words.replace(key.secret, "***")
        status = str(code or f"HTTP {reply.status}")
        message = safe(f"{status}: {words}" if words else status, 160)
        if code == 429 or reply.status == 429:
            self._refuse_more(message, key, asked_wait_s(reply))
        if code in _OF_THE_KEY and key is not None and self._keys is not None:
            set_aside(self._keys, key, message)
        if code in _DENIED:
            raise AccessDenied(message)
        check_status(reply, words)
        if words:
            raise BadPayload(message)

    def _refuse_more(self, message: str, key: Key | None, retry_after_s: float | None) -> NoReturn:
        if key is not None and self._keys is not None:
            use_up(self._keys, key, message, retry_after_s)
        raise RateLimited(message, retry_after_s)


def _code_and_words(error: _Error) -> tuple[int, str]:
    status = error.status
    if isinstance(error.error, _Nested):
        status = error.error.status
    elif error.error is not None:
        return 0, error.error
    return (status.error_code, status.error_message) if status is not None else (0, "")


def _usable(coins: Sequence[Coin | None], path: str) -> Sequence[Coin]:
    """The coins that could be read. Raises BadPayload when there are some, and none could."""
    usable = [coin for coin in coins if coin is not None]
    if coins and not usable:
        raise BadPayload(f"{path} did not answer what it documents")
    return usable


def _read(decoder: msgspec.json.Decoder[AnswerT], raw: Raw) -> Iterator[AnswerT]:
    try:
        yield decoder.decode(raw)
    except (ValueError, RecursionError):
        return


def _market_coin(raw: Raw) -> Coin | None:
    for row in _read(_market, raw):
        return Coin(
            id=row.id,
            raw=bytes(raw),
            price=row.current_price or None,
            event_ms=_moment_ms(row.last_updated),
            open_24h=_opened(row.current_price, row.price_change_24h, row.price_change_percentage_24h),
            high_24h=row.high_24h or None,
            low_24h=row.low_24h or None,
            volume_24h=row.total_volume or None,
            market_cap=row.market_cap or None,
        )
    return None


def _price_coin(name: str, raw: Raw) -> Coin | None:
    for value in _read(_price, raw):
        at_s = value.last_updated_s
        return Coin(
            id=name,
            raw=bytes(raw),
            price=value.usd or None,
            event_ms=round(at_s * 1000) if at_s and abs(at_s) < 1e12 else None,
            open_24h=_opened(value.usd, None, value.change_pct),
            volume_24h=value.volume_24h or None,
            market_cap=value.market_cap or None,
        )
    return None


def _moment_ms(text: str | None) -> int | None:
    try:
        return rfc3339_ms(text) if text else None
    except ValueError:
        return None


def _opened(price: float | None, change: float | None, change_pct: float | None) -> float | None:
    """What was the price a day ago, out of the change since."""
    if not price or (change is None and change_pct is None):
        return None
    if change is not None:
        opened = price - change
    elif change_pct is not None and change_pct > -100:
        opened = price / (1 + change_pct / 100)
    else:
        return None
    return opened if opened > 0 else None
