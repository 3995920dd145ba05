"""Who stores hours and days, and who makes bars anew when somebody orders it."""

from rtp_tui.api.answers import Answers
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.recomputing import Recomputing
from rtp_tui.assemble.ground import Ground
from rtp_tui.jobs.rollups import Rollups
from rtp_tui.model.commands import RecomputeBars
from rtp_tui.model.health import SessionState
from rtp_tui.model.instrument import InstrumentId


def rolling_up(ground: Ground) -> Rollups:
    """By the sessions of the calendar."""
    pipeline, calendar, clock = ground.pipeline, ground.calendar, ground.clock

    def market_of(instrument: InstrumentId) -> str | None:
        known = pipeline.state.market.instruments.get(instrument)
        if known is None or calendar.session(known.market, clock.now_ms()).session is SessionState.UNKNOWN:
            return None
        return known.market

    retention_ms = ground.settings.storage.bar_retention_ms
    return Rollups(pipeline.recorder, ground.history, market_of, calendar.sessions, retention_ms, clock)


def carry_out_recomputing(handlers: Handlers, ground: Ground, answers: Answers, rollups: Rollups) -> None:
    """Hand orders to make bars anew to those who can."""
    recomputing = Recomputing(ground.pipeline, ground.history, answers, ground.clock, rollups.redo)
    handlers.carry_out(RecomputeBars, recomputing.recompute)
