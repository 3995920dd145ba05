"""Asking Yahoo for charts: price and bars of one symbol an answer, errors as ours. The interface is unofficial."""

from urllib.parse import quote

import msgspec
from msgspec import Struct

from rtp_tui.net.http import HttpReply, Params
from rtp_tui.sources.asking import Http, ask, asked_wait_s, check_status, decoded, words_of
from rtp_tui.sources.contract import AccessDenied, BadPayload, RateLimited, UnknownSymbol
from rtp_tui.text import safe

_HUNDREDTHS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ILA": "ILS"}
"""Currencies in whose hundredths some exchanges quote."""
_MOST_DECIMALS = 12
_TOO_MANY = (b"Too Many Requests", b"Edge: Too Many Requests")


class Period(Struct):
    """A session of the current day, in seconds."""

    start: int
    end: int


class Periods(Struct):
    """The sessions of the current day."""

    regular: Period | None = None


class Meta(Struct, rename="camel"):
    """What a chart says of its symbol; times are seconds."""

    currency: str | None = None
    regular_market_price: float | None = None
    regular_market_time: int | None = None
    previous_close: float | None = None
    """Of the last session; only charts of less than a day have it."""
    chart_previous_close: float | None = None
    """Before the first bar of the chart, whenever that was."""
    price_hint: int | None = None
    range: str = ""
    current_trading_period: Periods | None = None

    @property
    def closed_at(self) -> float | None:
        """The close of the last session."""
        if self.previous_close is None and self.range == "1d":
            return self.chart_previous_close
        return self.previous_close

    def in_currency(self, price: float) -> float:
        """A price in whole units of the currency."""
        return price / 100 if self.currency in _HUNDREDTHS else price

    def rounded(self, price: float) -> float:
        """A price out of a bar, which went through 32 bits and got digits that it never had."""
        decimals = self.price_hint
        if decimals is None or not 0 <= decimals <= _MOST_DECIMALS:
            return self.in_currency(price)
        if self.currency in _HUNDREDTHS:
            return round(price / 100, decimals + 2)
        return round(price, decimals)


class Row(Struct, frozen=True):
    """A bar of a chart; nothing is known of those without trades."""

    at_s: int
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None


class _Quote(Struct):
    open: list[float | None] = []
    high: list[float | None] = []
    low: list[float | None] = []
    close: list[float | None] = []
    volume: list[float | None] = []


class _Indicators(Struct, frozen=True):
    quote: list[_Quote] = []


class Chart(Struct):
    """One symbol's chart."""

    meta: Meta
    timestamp: list[int] = []
    indicators: _Indicators = _Indicators()

    def rows(self) -> list[Row]:
        """The bars, in the order of the answer. Raises BadPayload when some columns are longer than others."""
        quote = self.indicators.quote[0] if self.indicators.quote else _Quote()
        columns = (quote.open, quote.high, quote.low, quote.close, quote.volume)
        if any(len(column) != len(self.timestamp) for column in columns):
            raise BadPayload("columns of a chart differ in length")
        return [Row(*row) for row in zip(self.timestamp, *columns, strict=True)]


class _Problem(Struct):
    code: str = ""
    description: str | None = None


class _Charts(Struct):
    result: list[Chart] | None = None
    error: _Problem | None = None


class _Reply(Struct):
    chart: _Charts


class _Failure(Struct):
    error: _Problem | None = None


class _Failed(Struct):
    """An error comes below the name of the interface that found it."""

    chart: _Failure | None = None
    finance: _Failure | None = None


_reply = msgspec.json.Decoder(_Reply)
_failed = msgspec.json.Decoder(_Failed)


async def ask_chart(http: Http, symbol: str, params: Params) -> tuple[Chart, bytes]:
    """One symbol's chart, and the body that it came in. Raises SourceError."""
    reply = await ask(http, f"/v8/finance/chart/{quote(symbol, safe='=')}", params)
    if reply.body.startswith(_TOO_MANY):
        raise RateLimited("Too Many Requests", asked_wait_s(reply))
    if reply.status != 200:
        _check(reply, _problem(reply))
    charts = decoded(_reply, reply.body, "chart").chart
    if charts.error is not None or not charts.result:
        _check(reply, charts.error or _Problem())
        raise BadPayload("a chart without a result")
    return charts.result[0], reply.body


def _problem(reply: HttpReply) -> _Problem:
    failed = words_of(_failed, reply.body, _Failed())
    failure = failed.chart or failed.finance
    return failure.error if failure is not None and failure.error is not None else _Problem()


def _check(reply: HttpReply, problem: _Problem) -> None:
    """Raise the source error of a problem, whatever the status."""
    words = problem.description or problem.code
    message = safe(words, 160)
    if problem.code == "Not Found":
        raise UnknownSymbol(message)
    if problem.code == "Unauthorized":
        raise AccessDenied(message)
    check_status(reply, words)
    if words:
        raise BadPayload(message)
