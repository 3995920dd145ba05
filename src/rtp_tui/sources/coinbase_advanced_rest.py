"""Asking Coinbase's public Advanced Trade interface: rows as the venue sends them, errors as ours.

Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-product-candles
"""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

from rtp_tui.net.http import Params
from rtp_tui.sources.asking import AnswerT, Http, ask, check_status, decoded, words_of
from rtp_tui.sources.contract import BadPayload, UnknownSymbol
from rtp_tui.text import safe

CANDLES_PER_REQUEST = 350
GRANULARITIES = {
    60: "ONE_MINUTE",
    300: "FIVE_MINUTE",
    900: "FIFTEEN_MINUTE",
    3600: "ONE_HOUR",
    86_400: "ONE_DAY",
}
_PRODUCTS = "/api/v3/brokerage/market/products"


class Product(Struct):
    """What `/market/products/{id}` says of now and of the last 24 hours; decimals are strings."""

    product_id: str
    price: str = ""
    price_percentage_change_24h: str = ""
    approximate_quote_24h_volume: str = ""
    best_bid_price: str = ""
    best_ask_price: str = ""
    high_24h: str = ""
    low_24h: str = ""
    status: str = ""


class Candle(Struct):
    """A row of `/candles`; `start` is of seconds, and everything is text."""

    start: str
    low: str
    high: str
    open: str
    close: str
    volume: str

    @property
    def open_s(self) -> int:
        """When it begins. Raises ValueError."""
        return int(self.start)


class _Candles(Struct):
    candles: list[Candle]


class _Error(Struct):
    error: str = ""
    message: str = ""
    error_details: str = ""


_product = msgspec.json.Decoder(Product)
_candles = msgspec.json.Decoder(_Candles)
_error = msgspec.json.Decoder(_Error)


class CoinbaseAdvancedRest:
    """The questions that need no key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def product(self, product: str) -> Product:
        """Price and figures of one product. Raises SourceError."""
        return await self._ask(product, "", {}, _product)

    async def candles(self, product: str, length_s: int, start_ms: int, end_ms: int) -> Sequence[Candle]:
        """Rows that open in `[start_ms, end_ms)`, oldest first; some may be missing. Raises SourceError."""
        candles: list[Candle] = []
        page_ms = CANDLES_PER_REQUEST * length_s * 1000
        for page_start_ms in range(start_ms, end_ms, page_ms):
            page_end_ms = min(end_ms, page_start_ms + page_ms)
            candles += await self._page(product, length_s, page_start_ms, page_end_ms)
        return candles

    async def _page(self, product: str, length_s: int, start_ms: int, end_ms: int) -> Sequence[Candle]:
        params: Params = {
            "granularity": GRANULARITIES[length_s],
            "start": start_ms // 1000,
            # The venue counts a bucket that opens at the end itself.
            "end": (end_ms - 1) // 1000,
        }
        rows = (await self._ask(product, "/candles", params, _candles)).candles
        try:
            opens = {row.open_s for row in rows}
        except ValueError as error:
            raise BadPayload("candles have no times") from error
        if len(opens) < len(rows) or any(open_s % length_s for open_s in opens):
            raise BadPayload("candles are not of distinct times")
        return sorted(
            (row for row in rows if start_ms <= row.open_s * 1000 < end_ms), key=lambda row: row.open_s
        )

    async def _ask(
        self, product: str, what: str, params: Params, decoder: msgspec.json.Decoder[AnswerT]
    ) -> AnswerT:
        reply = await ask(self._http, f"{_PRODUCTS}/{quote(product, safe='')}{what}", params)
        if reply.status != 200:
            said = words_of(_error, reply.body, _Error())
            words = said.error_details or said.message or said.error
            if (reply.status == 404 and words) or (reply.status == 400 and "product_id" in words):
                raise UnknownSymbol(safe(f"{product}: {words}", 160))
            check_status(reply, words)
        return decoded(decoder, reply.body, what or "product")
