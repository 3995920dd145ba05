"""What nearly every room of an engine stands on."""

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.health import SessionState
from rtp_tui.pipeline import Pipeline
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.storage.contract import History


class Ground(Struct, frozen=True):
    """The settings, the pipeline, what is stored, when markets trade, and the time."""

    settings: Settings
    pipeline: Pipeline
    history: History
    calendar: TradingCalendar
    clock: Clock

    def open_ms(self, market: str, start_ms: int, end_ms: int) -> int:
        """How much of `[start_ms, end_ms)` a market was in session; nothing where its sessions are not known now."""
        if self.calendar.session(market, self.clock.now_ms()).session is SessionState.UNKNOWN:
            return 0
        return self.calendar.open_ms_between(market, start_ms, end_ms)
