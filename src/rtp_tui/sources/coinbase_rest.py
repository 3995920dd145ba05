"""Asking Coinbase Exchange's REST interface: rows as the venue sends them, errors as ours.

Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductcandles
"""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

from rtp_tui.net.http import Params
from rtp_tui.sources.asking import AnswerT, Http, ask, check_status, decoded, words_of
from rtp_tui.sources.contract import BadPayload, UnknownSymbol
from rtp_tui.sources.moments import rfc3339_text
from rtp_tui.text import safe

CANDLES_PER_REQUEST = 300


class Stats(Struct):
    """What `/products/{id}/stats` says of the last 24 hours; decimals are strings."""

    open: str = ""
    high: str = ""
    low: str = ""
    last: str = ""


class Candle(Struct, array_like=True):
    """A row of `/products/{id}/candles`: seconds, then low and high before open and close."""

    open_s: int
    low: float
    high: float
    open: float
    close: float
    volume: float


class _Error(Struct):
    message: str = ""


_stats = msgspec.json.Decoder(Stats)
_candles = msgspec.json.Decoder(list[Candle])
_error = msgspec.json.Decoder(_Error)


class CoinbaseRest:
    """The questions that need no key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def stats(self, product: str) -> Stats:
        """24-hour figures of one product. Raises SourceError."""
        return await self._ask(product, "stats", {}, _stats)

    async def candles(self, product: str, length_s: int, start_ms: int, end_ms: int) -> Sequence[Candle]:
        """Rows that open in `[start_ms, end_ms)`, oldest first; those without trades are missing.

        Raises SourceError.
        """
        candles: list[Candle] = []
        page_ms = CANDLES_PER_REQUEST * length_s * 1000
        for page_start_ms in range(start_ms, end_ms, page_ms):
            page_end_ms = min(end_ms, page_start_ms + page_ms)
            candles += await self._page(product, length_s, page_start_ms, page_end_ms)
        return candles

    async def _page(self, product: str, length_s: int, start_ms: int, end_ms: int) -> Sequence[Candle]:
        params: Params = {
            "granularity": length_s,
            "start": rfc3339_text(start_ms),
            # The venue counts a bucket that opens at the end itself.
            "end": rfc3339_text(end_ms - 1),
        }
        rows = await self._ask(product, "candles", params, _candles)
        if len({row.open_s for row in rows}) < len(rows) or any(row.open_s % length_s for row in rows):
            raise BadPayload("candles are not of distinct times")
        return sorted(
            (row for row in rows if start_ms <= row.open_s * 1000 < end_ms), key=lambda row: row.open_s
        )

    async def _ask(
        self, product: str, what: str, params: Params, decoder: msgspec.json.Decoder[AnswerT]
    ) -> AnswerT:
        reply = await ask(self._http, f"/products/{quote(product, safe='')}/{what}", params)
        if reply.status != 200:
            words = words_of(_error, reply.body, _Error()).message
            if reply.status == 404 and words:
                raise UnknownSymbol(safe(f"{product}: {words}", 160))
            check_status(reply, words)
        return decoded(decoder, reply.body, what)
