"""Verdicts: freshness of instruments, sessions of markets, health of the whole."""

from rtp_tui.model.events import Event
from rtp_tui.model.health import FreshnessVerdict, HealthReport, MarketSession
from rtp_tui.model.instrument import InstrumentId


class QualitySlice:
    """Freshness by instrument and sessions by market."""

    def __init__(self) -> None:
        self.freshness: dict[InstrumentId, FreshnessVerdict] = {}
        self.sessions: dict[str, MarketSession] = {}

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, FreshnessVerdict):
            self.freshness[event.payload.instrument] = event.payload
        elif isinstance(event.payload, MarketSession):
            self.sessions[event.payload.market] = event.payload


class HealthSlice:
    """The newest report."""

    def __init__(self) -> None:
        self.report: HealthReport | None = None

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, HealthReport):
            self.report = event.payload
