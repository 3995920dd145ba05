"""Asking Dhan over HTTP: many prices in one question, candles in columns.

Source: https://dhanhq.co/docs/v2/market-quote/ and https://dhanhq.co/docs/v2/historical-data/
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from msgspec import Struct

from rtp_tui.sources.asking import Http, decoded, send
from rtp_tui.sources.contract import BadPayload, Keys
from rtp_tui.sources.dhan_errors import NoData, check_reply
from rtp_tui.sources.dhan_frames import IST_AHEAD_S
from rtp_tui.sources.dhan_securities import Security

IDS_PER_REQUEST = 1_000
LONGEST_SPAN_MS = 90 * 86_400_000
"""What one question about minutes may ask for."""
INTERVALS = {"1m": "1", "5m": "5", "15m": "15", "1h": "60"}
INDIA = timezone(timedelta(seconds=IST_AHEAD_S))
_INSTRUMENTS = {"IDX_I": "INDEX", "NSE_EQ": "EQUITY", "BSE_EQ": "EQUITY"}


class DayFigures(Struct, frozen=True):
    """Of a day; zero where there are none."""

    open: float = 0.0
    high: float = 0.0
    low: float = 0.0
    close: float = 0.0


class Offer(Struct, frozen=True):
    """One step of a book."""

    price: float = 0.0
    quantity: int = 0
    orders: int = 0


class Depth(Struct, frozen=True):
    """The book, the best first."""

    buy: tuple[Offer, ...] = ()
    sell: tuple[Offer, ...] = ()


class MarketQuote(Struct, frozen=True):
    """What is said of one security; how much, depends on the question."""

    last_price: float = 0.0
    ohlc: DayFigures = DayFigures()
    last_trade_time: str = ""
    """`dd/mm/yyyy hh:mm:ss` in India."""
    average_price: float = 0.0
    volume: int = 0
    net_change: float | None = None
    """Since the close before; zero where the price has not changed."""
    depth: Depth = Depth()


class Candle(Struct, frozen=True):
    """One row of the columns."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class _Quotes(Struct):
    data: dict[str, dict[str, MarketQuote]] = {}


class _Columns(Struct):
    """Moments are true epochs, and numbers with fractions."""

    open: tuple[float, ...]
    high: tuple[float, ...]
    low: tuple[float, ...]
    close: tuple[float, ...]
    volume: tuple[float, ...]
    timestamp: tuple[float, ...]


_quotes = msgspec.json.Decoder(_Quotes)
_columns = msgspec.json.Decoder(_Columns)


class DhanRest:
    """The questions; `prices` and `charts` are clients, each at the pace of its quota."""

    def __init__(self, prices: Http, charts: Http, tokens: Keys, client_ids: Keys) -> None:
        self._prices = prices
        self._charts = charts
        self._tokens = tokens
        self._client_ids = client_ids

    async def quotes(self, kind: str, securities: Sequence[Security]) -> Mapping[Security, MarketQuote]:
        """Prices of at most `IDS_PER_REQUEST`; those that nobody knows are left out. Raises SourceError."""
        wanted: dict[str, list[int]] = {}
        for one in securities:
            wanted.setdefault(one.segment, []).append(one.id)
        path = f"/marketfeed/{kind}"
        body = await self._ask(self._prices, path, wanted)
        said = decoded(_quotes, body, path).data
        return {
            one: quote
            for one in securities
            if (quote := said.get(one.segment, {}).get(str(one.id))) is not None
        }

    async def minutes(
        self, security: Security, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Candle]:
        """Candles of `[start_ms, end_ms)`, none where there are none. Raises SourceError."""
        # Questions are to the second, and a minute may open in the last one.
        asked_end_ms = -(-end_ms // 1000) * 1000
        question = {
            "securityId": str(security.id),
            "exchangeSegment": security.segment,
            "instrument": _instrument(security),
            "interval": INTERVALS[timeframe],
            "fromDate": india_text(max(start_ms, asked_end_ms - LONGEST_SPAN_MS)),
            "toDate": india_text(asked_end_ms),
        }
        return _within(await self._candles("/charts/intraday", question), start_ms, end_ms)

    async def days(self, security: Security, start_ms: int, end_ms: int) -> Sequence[Candle]:
        """Days of `[start_ms, end_ms)`, each from its midnight in India. Raises SourceError."""
        question: dict[str, str | int] = {
            "securityId": str(security.id),
            "exchangeSegment": security.segment,
            "instrument": _instrument(security),
            "expiryCode": 0,
            "fromDate": india_text(start_ms)[:10],
            "toDate": india_text(end_ms + 86_400_000)[:10],
        }
        return _within(await self._candles("/charts/historical", question), start_ms, end_ms)

    async def _candles(self, path: str, question: Mapping[str, str | int]) -> Sequence[Candle]:
        try:
            body = await self._ask(self._charts, path, question)
        except NoData:
            return ()
        columns = decoded(_columns, body, path)
        try:
            rows = zip(
                map(_epoch_ms, columns.timestamp),
                columns.open,
                columns.high,
                columns.low,
                columns.close,
                columns.volume,
                strict=True,
            )
            return [Candle(*row) for row in rows]
        except ValueError as error:
            raise BadPayload(f"{path} answered columns of different lengths") from error

    async def _ask(self, http: Http, path: str, question: object) -> bytes:
        token, client = self._tokens.take(), self._client_ids.take()
        headers = {"access-token": token.secret, "client-id": client.secret, "Accept": "application/json"}
        reply = await send(http, path, msgspec.json.encode(question), headers)
        check_reply(reply, self._tokens, token)
        return reply.body


def traded_at_ms(text: str) -> int | None:
    """`23/01/2025 10:30:00` in India; None where it is none."""
    try:
        moment = datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=INDIA)
    except ValueError:
        return None
    at_ms = round(moment.timestamp() * 1000)
    return at_ms if at_ms > 0 else None


def india_text(at_ms: int) -> str:
    """A moment as questions take it."""
    moment = datetime.fromtimestamp(max(0, at_ms) // 1000, tz=UTC)
    return moment.astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")


def _epoch_ms(at_s: float) -> int:
    """Raises ValueError for what is no moment."""
    if not 0 <= at_s < 1e11:
        raise ValueError("not a time")
    return round(at_s * 1000)


def _within(candles: Sequence[Candle], start_ms: int, end_ms: int) -> Sequence[Candle]:
    return [candle for candle in candles if start_ms <= candle.open_ms < end_ms]


def _instrument(security: Security) -> str:
    """Of shares and indices; what else there is, is asked for by other names."""
    kind = _INSTRUMENTS.get(security.segment)
    if kind is None:
        raise BadPayload(f"there is no history of {security.segment}")
    return kind
