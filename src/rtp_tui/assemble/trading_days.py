"""The trading day of each market, and the minutes of it that instruments' figures lack."""

from functools import partial

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.errors import Refused
from rtp_tui.model.health import SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars
from rtp_tui.model.sessions import Span
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.bar_grid import DAY_MS, BarGrid
from rtp_tui.processing.day_figures import MarketDayOf
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.trading_calendar import TradingCalendar

LOAD_EVERY_S = 2.0
_LONGEST_DAY = 10_000
"""Minutes; a day has fewer."""


def trading_day_of(calendar: TradingCalendar) -> MarketDayOf:
    """Days by the calendar."""
    return partial(_trading_day, calendar)


def add_trading_days(supervisor: Supervisor, pipeline: Pipeline, api: PipelineApi, clock: Clock) -> None:
    """Give the supervisor the part that completes the day's figures."""
    supervisor.add("day figures", partial(_complete, pipeline, api, clock), after=("store",))


def _trading_day(calendar: TradingCalendar, market: str, at_ms: int) -> Span | None:
    """None too where sessions are not known yet: a day of UTC would be wrong."""
    if calendar.session(market, at_ms).session is SessionState.UNKNOWN:
        return None
    return BarGrid(DAY_MS, calendar.sessions(market, at_ms, at_ms + 1)).span_at(at_ms)


async def _complete(pipeline: Pipeline, api: PipelineApi, clock: Clock) -> None:
    """After a start, and when minutes of today were filled in."""
    while True:
        await clock.sleep(LOAD_EVERY_S)
        for instrument, day in pipeline.processor.partial_days():
            try:
                minutes = await _minutes(api, instrument, day)
            except Refused:
                break  # the store cannot be read now
            quote = pipeline.processor.load_day(instrument, minutes)
            if quote is not None:
                pipeline.announce(quote)


async def _minutes(api: PipelineApi, instrument: InstrumentId, day: Span) -> tuple[Bar, ...]:
    query = GetBars(instrument=instrument, start_ms=day[0], end_ms=day[1], limit=_LONGEST_DAY)
    return (await api.query(query)).bars
