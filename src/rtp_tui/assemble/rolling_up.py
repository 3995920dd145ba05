"""Who stores hours and days, and who makes bars anew when somebody orders it."""

from rtp_tui.api.answers import Answers
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.recomputing import Recomputing
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.jobs.rollups import Rollups
from rtp_tui.model.commands import RecomputeBars
from rtp_tui.model.health import SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.pipeline import Pipeline
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.storage.contract import History


def rolling_up(
    settings: Settings, pipeline: Pipeline, history: History, calendar: TradingCalendar, clock: Clock
) -> Rollups:
    """By the sessions of the calendar."""

    def market_of(instrument: InstrumentId) -> str | None:
        known = pipeline.state.market.instruments.get(instrument)
        if known is None or calendar.session(known.market, clock.now_ms()).session is SessionState.UNKNOWN:
            return None
        return known.market

    retention_ms = settings.storage.bar_retention_ms
    return Rollups(pipeline.recorder, history, market_of, calendar.sessions, retention_ms, clock)


def carry_out_recomputing(
    handlers: Handlers, pipeline: Pipeline, history: History, answers: Answers, rollups: Rollups, clock: Clock
) -> None:
    """Hand orders to make bars anew to those who can."""
    handlers.carry_out(RecomputeBars, Recomputing(pipeline, history, answers, clock, rollups.redo).recompute)
