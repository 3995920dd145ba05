"""Verdicts: freshness of instruments, sessions of markets, health of the whole."""

from rtp_tui.model.events import Event
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import FreshnessVerdict, HealthReport, MarketSession
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import InstrumentRemoved


class QualitySlice:
    """Freshness and gaps by instrument, sessions by market, and the newest report of health."""

    def __init__(self) -> None:
        self.freshness: dict[InstrumentId, FreshnessVerdict] = {}
        self.sessions: dict[str, MarketSession] = {}
        self.health: HealthReport | None = None
        self.gaps: dict[tuple[InstrumentId, int], Gap] = {}
        """Those that are pending, by instrument and beginning."""

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, FreshnessVerdict):
            self.freshness[event.payload.instrument] = event.payload
        elif isinstance(event.payload, MarketSession):
            self.sessions[event.payload.market] = event.payload
        elif isinstance(event.payload, Gap):
            self._apply_gap(event.payload)
        elif isinstance(event.payload, HealthReport):
            self.health = event.payload
        elif isinstance(event.payload, InstrumentRemoved):
            self._forget(event.payload.instrument)

    def _forget(self, instrument: InstrumentId) -> None:
        self.freshness.pop(instrument, None)
        self.gaps = {key: gap for key, gap in self.gaps.items() if key[0] != instrument}

    def _apply_gap(self, gap: Gap) -> None:
        key = gap.instrument, gap.from_ms
        if gap.is_pending:
            self.gaps[key] = gap
        else:
            self.gaps.pop(key, None)
