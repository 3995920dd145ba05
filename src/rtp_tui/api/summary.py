"""What an instrument's day comes to, from its minutes."""

import math
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from statistics import fmean, stdev

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import SMA_MINUTES, BarPage, GetBars, GetSummary, Summary
from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS
from rtp_tui.processing.day_figures import BEGINS_WITHIN_MS, MarketDayOf

_MOST_MINUTES = 10_000


class SummaryAnswers:
    """Reads the minutes of a span, of the newest trading day where none is named."""

    def __init__(
        self,
        bars: Callable[[GetBars], Awaitable[BarPage]],
        instrument_of: Callable[[InstrumentId], Instrument | None],
        day_of: MarketDayOf,
        clock: Clock,
    ) -> None:
        self._bars = bars
        self._instrument_of = instrument_of
        self._day_of = day_of
        self._clock = clock

    async def summary(self, query: GetSummary) -> Summary:
        """Raises UnknownInstrument; BadRequest for a span that ends before it begins, or is too long."""
        instrument = self._instrument_of(query.instrument)
        if instrument is None:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        start_ms, end_ms = self._span(query, instrument.market)
        if not 0 < end_ms - start_ms <= _MOST_MINUTES * MINUTE_MS:
            raise BadRequest(f"start and end: up to {_MOST_MINUTES} minutes, the end after the start")
        page = await self._bars(
            GetBars(instrument=instrument.id, start_ms=start_ms, end_ms=end_ms, limit=_MOST_MINUTES)
        )
        found = summed_up(instrument.id, (start_ms, end_ms), page.bars)
        return found if query.start_ms is not None or found.is_whole else of_a_part(found)

    def _span(self, query: GetSummary, market: str) -> Span:
        """The day that is, or the newest one of the last ten; the last 24 hours where sessions are not known."""
        now_ms = self._clock.now_ms()
        end_ms = now_ms if query.end_ms is None else query.end_ms
        if query.start_ms is not None:
            return query.start_ms, end_ms
        at_ms = end_ms if query.end_ms is None else end_ms - 1
        hours = range(240) if self._day_of(market, at_ms) is None else (0,)
        days = (self._day_of(market, at_ms - hour * 3_600_000) for hour in hours)
        day = next((one for one in days if one is not None), (end_ms - DAY_MS, end_ms))
        return day[0], day[1] if query.end_ms is None else end_ms


def summed_up(instrument: InstrumentId, span: Span, minutes: Sequence[Bar]) -> Summary:
    """Figures of minutes that ascend; None is what they do not tell."""
    closes = [bar.close for bar in minutes]
    volume = sum(bar.volume for bar in minutes)
    paid = sum((bar.high + bar.low + bar.close) / 3 * bar.volume for bar in minutes)
    return Summary(
        instrument=instrument,
        from_ms=span[0],
        to_ms=span[1],
        minutes=len(minutes),
        known_from_ms=minutes[0].open_ms if minutes else None,
        is_whole=bool(minutes) and minutes[0].open_ms - span[0] <= BEGINS_WITHIN_MS,
        open=minutes[0].open if minutes else None,
        high=max((bar.high for bar in minutes), default=None),
        low=min((bar.low for bar in minutes), default=None),
        close=closes[-1] if closes else None,
        volume=volume,
        trades=sum(bar.trades for bar in minutes),
        vwap=paid / volume if volume else None,
        sma=fmean(closes[-SMA_MINUTES:]) if len(closes) >= SMA_MINUTES else None,
        volatility_pct=_volatility_pct(minutes),
    )


def of_a_part(known: Summary) -> Summary:
    """The same of a day that is known in part: what only the whole day has is not known, as in its quote."""
    return replace(known, open=None, high=None, low=None, vwap=None)


def _volatility_pct(minutes: Sequence[Bar]) -> float | None:
    """The standard deviation of the logarithmic returns from each minute to the next one, in percent."""
    returns = [
        math.log(bar.close / before.close)
        for before, bar in pairwise(minutes)
        if bar.open_ms - before.open_ms == MINUTE_MS
    ]
    return stdev(returns) * 100 if len(returns) > 1 else None
