"""A pipeline without a fault, as health sees it, to be given some: for tests."""

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.health import HealthPart, HealthReport, MarketSession, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.statistics import PipelineStatistics, StoreStatus
from rtp_tui.monitoring.health import judge_health
from rtp_tui.monitoring.profiles import RTP, Profile
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status, a_quote, a_verdict, an_instrument

KEYS = [InstrumentId(f"crypto:C{n}") for n in range(10)]


def an_engine(**changes: object) -> EngineStatus:
    values = {"version": "0", "name": "n", "started_ms": NOW_MS - 60_000, "state": EngineState.RUNNING}
    return EngineStatus(**{**values, **changes})  # type: ignore[arg-type]


def a_state(*payloads: Payload, markets: tuple[str, ...] = ("24x7",)) -> PipelineState:
    """Ten instruments, all live, unless the payloads say otherwise."""
    state = PipelineState(an_instrument(key, market=markets[n % len(markets)]) for n, key in enumerate(KEYS))
    well: list[Payload] = [
        an_engine(),
        *(MarketSession(market=one, session=SessionState.OPEN, timezone="UTC") for one in markets),
        *(a_quote(instrument=key) for key in KEYS),
        *(a_verdict(instrument=key) for key in KEYS),
        a_feed_status(),
        PipelineStatistics(at_ms=NOW_MS),
        StoreStatus(at_ms=NOW_MS, path="h.db", ok=True),
    ]
    for payload in (*well, *payloads):
        state.apply(Event(state.seq + 1, payload))
    return state


def judge(
    *payloads: Payload,
    error_pct: float | None = 0.0,
    profile: Profile = RTP,
    calendar_faults: tuple[str, ...] | None = None,
) -> HealthReport:
    return judge_health(
        a_state(*payloads), NOW_MS, error_pct, profile=profile, calendar_faults=calendar_faults
    )


def part(report: HealthReport, name: str) -> HealthPart:
    return next(one for one in report.parts if one.name == name)
