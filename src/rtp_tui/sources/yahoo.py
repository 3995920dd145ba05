"""Yahoo: prices of stocks, currencies, futures and indices, one symbol a question; bars of their charts."""

from collections.abc import Iterable, Sequence

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.net.http import Params
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.provider_settings import YahooSettings
from rtp_tui.sources.yahoo_chart import Chart, Meta, Row, ask_chart

RAW_BYTES = 1024
_DAY_MS = 86_400_000
_LONGEST_INTRADAY_MS = 7 * _DAY_MS
"""Of minutes the provider gives no more at once."""


class YahooSource:
    """Prices in whole units of the exchange's currency; the clock is only read."""

    name = "yahoo"
    cadence_ms = 60_000
    batch_limit = 1

    def __init__(self, settings: YahooSettings, equipment: Equipment) -> None:
        self._http = equipment.http_at(settings.rest_url)
        self._clock = equipment.clock
        self._raw: dict[InstrumentId, bytes] = {}

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and previous closes now; symbols without a price are left out.

        Raises SourceError, UnknownSymbol among them.
        """
        ticks = []
        for wanted in subscriptions:
            chart, body = await ask_chart(self._http, wanted.symbol, {"interval": "1m", "range": "1d"})
            if chart.meta.regular_market_price:
                self._raw[wanted.instrument] = body[:RAW_BYTES]
                ticks.append(self._tick(wanted, chart.meta, chart.meta.regular_market_price))
        return ticks

    def raw(self, instrument: InstrumentId) -> bytes | None:
        """The beginning of the newest answer about an instrument."""
        return self._raw.get(instrument)

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Bars of `[start_ms, end_ms)` with trades; the forming one is not closed. Raises SourceError."""
        length_s = seconds_of(timeframe)
        page_ms = _LONGEST_INTRADAY_MS if length_s * 1000 < _DAY_MS else max(1, end_ms - start_ms)
        bars: dict[int, Bar] = {}
        for page_start_ms in range(start_ms, end_ms, page_ms):
            params: Params = {
                "interval": timeframe,
                "period1": page_start_ms // 1000,
                "period2": -(-min(end_ms, page_start_ms + page_ms) // 1000),
            }
            chart, _ = await ask_chart(self._http, subscription.symbol, params)
            bars.update((bar.open_ms, bar) for bar in self._bars(subscription, timeframe, chart))
        return [bars[open_ms] for open_ms in sorted(bars) if start_ms <= open_ms < end_ms]

    def _bars(self, wanted: Subscription, timeframe: str, chart: Chart) -> Iterable[Bar]:
        meta, now_ms = chart.meta, self._clock.now_ms()
        for row in chart.rows():
            open_s = _open_s(row, meta, timeframe)
            prices = (row.open, row.high, row.low, row.close)
            if open_s is None or not all(prices):
                continue
            opened, high, low, close = (meta.rounded(price) for price in prices if price is not None)
            yield backfilled_bar(
                wanted,
                f"{self.name}:{wanted.symbol}",
                timeframe,
                open_s * 1000,
                (opened, max(opened, high, close), min(opened, low, close), close),
                row.volume or 0.0,
                now_ms,
            )

    def _tick(self, wanted: Subscription, meta: Meta, price: float) -> Tick:
        at_s, closed_at = meta.regular_market_time, meta.closed_at
        return Tick(
            kind=TickKind.POLL,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=at_s * 1000 if at_s else None,
            received_ms=self._clock.now_ms(),
            price=meta.in_currency(price),
            previous_close=meta.in_currency(closed_at) if closed_at else None,
        )


def _open_s(row: Row, meta: Meta, timeframe: str) -> int | None:
    """When a row's bar began; the newest row stands at its last trade, and only of a day is a bar.

    In charts of less than a day such a row repeats the last price beside the minute's own row.
    """
    if timeframe != "1d":
        return None if row.at_s % 60 else row.at_s
    periods = meta.current_trading_period
    is_newest = row.at_s == meta.regular_market_time
    return periods.regular.start if is_newest and periods and periods.regular else row.at_s
