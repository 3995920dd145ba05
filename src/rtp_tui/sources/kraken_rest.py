"""Asking Kraken's REST interface: rows as the venue sends them, errors as ours.

Source: https://docs.kraken.com/api/docs/rest-api/get-ohlc-data
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from rtp_tui.net.http import Params
from rtp_tui.sources.asking import Http, ask, check_status, decoded, words_of
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    UnknownSymbol,
)
from rtp_tui.text import safe

PAIRS_PER_REQUEST = 50
_LAST = "last"


class Candle(Struct, array_like=True):
    """A row of `OHLC`: seconds, decimals as text, the mean price, the volume in units and the count of trades."""

    open_s: int
    open: str
    high: str
    low: str
    close: str
    vwap: str
    volume: str
    count: int


class Day(Struct):
    """A pair of `Ticker` by the venue's own names; of two figures the second is of 24 hours, the first of today.

    `o`, the opening price, is of today alone and left out.
    """

    a: tuple[str, ...] = ()
    b: tuple[str, ...] = ()
    c: tuple[str, ...] = ()
    v: tuple[str, ...] = ()
    p: tuple[str, ...] = ()
    l: tuple[str, ...] = ()  # noqa: E741 - the venue's own name
    h: tuple[str, ...] = ()


class _Answer(Struct):
    """Errors arrive with status 200; each begins with its severity, and `W` is only a warning."""

    error: list[str] = []
    result: dict[str, msgspec.Raw] = {}


_answer = msgspec.json.Decoder(_Answer)
_candles = msgspec.json.Decoder(list[Candle])
_day = msgspec.json.Decoder(Day)

_MEANINGS: tuple[tuple[str, type[SourceError]], ...] = (
    ("EQuery:Unknown asset pair", UnknownSymbol),
    ("EAPI:Rate limit exceeded", RateLimited),
    ("EGeneral:Too many requests", RateLimited),
    ("EGeneral:Temporary lockout", RateLimited),
    ("EService:", SourceUnavailable),
    ("EGeneral:Internal error", SourceUnavailable),
    ("EGeneral:Permission denied", AccessDenied),
    ("EAPI:Invalid key", AccessDenied),
)


class KrakenRest:
    """The questions that need no key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def days(self, pairs: Sequence[str]) -> Mapping[str, Day]:
        """24-hour figures by pair; pairs that do not exist are left out. Raises SourceError."""
        try:
            result = await self._ask("Ticker", {"pair": ",".join(pairs)})
        except UnknownSymbol:
            result = {}
            if len(pairs) == 1:
                return {}
        if len(pairs) == 1:
            return {pairs[0]: decoded(_day, _only(result), "Ticker")}
        days = {pair: decoded(_day, result[pair], "Ticker") for pair in pairs if pair in result}
        # One unknown pair spoils the whole question, and old pairs are answered by another name.
        for pair in pairs:
            if pair not in days:
                days |= await self.days([pair])
        return days

    async def candles(self, pair: str, minutes: int, start_ms: int, end_ms: int) -> Sequence[Candle]:
        """Rows that open in `[start_ms, end_ms)`, oldest first, of the newest 720 at most.

        Empty minutes carry the last price; where there was none yet they are left out. Raises SourceError.
        """
        params: Params = {"pair": pair, "interval": minutes, "since": max(0, start_ms // 1000 - 1)}
        rows = decoded(_candles, _only(await self._ask("OHLC", params)), "OHLC")
        if len({row.open_s for row in rows}) < len(rows) or any(row.open_s % (60 * minutes) for row in rows):
            raise BadPayload("candles are not of distinct times")
        wanted = (row for row in rows if start_ms <= row.open_s * 1000 < end_ms)
        return sorted((row for row in wanted if _has_price(row)), key=lambda row: row.open_s)

    async def _ask(self, what: str, params: Params) -> dict[str, msgspec.Raw]:
        reply = await ask(self._http, f"/0/public/{what}", params)
        errors = words_of(_answer, reply.body, _Answer()).error
        if wrong := next((words for words in errors if words.startswith("E")), ""):
            raise _meaning(wrong)
        check_status(reply)
        return decoded(_answer, reply.body, what).result


def _only(result: Mapping[str, msgspec.Raw]) -> msgspec.Raw:
    """What the answer is about: it is named as the venue pleases, not as it was asked for. Raises BadPayload."""
    keys = [key for key in result if key != _LAST]
    if len(keys) != 1:
        raise BadPayload("the answer is not about one pair")
    return result[keys[0]]


def _has_price(row: Candle) -> bool:
    return row.count > 0 or row.close.strip("0.") != ""


def _meaning(words: str) -> SourceError:
    kind = next((kind for beginning, kind in _MEANINGS if words.startswith(beginning)), BadPayload)
    return kind(safe(words, 160))
