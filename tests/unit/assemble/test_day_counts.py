"""What a day counts beside what processing does."""

from rtp_tui.assemble.assaying import DayCounts
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.monitoring.rolling_day import RollingDay
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status, a_job, an_instrument


def test_faults_runs_and_signals_of_this_run_are_counted() -> None:
    state, signals = PipelineState([an_instrument()]), iter((0, 3))

    def tell(payload: Payload) -> None:
        state.apply(Event(state.seq + 1, payload))

    counts = DayCounts(state, lambda: next(signals))
    tell(a_job(runs=500))
    day = RollingDay()
    day.note(counts(), NOW_MS)
    tell(a_job(runs=502))
    tell(a_feed_status(reconnects=4, bad_frames={"not_json": 2}))
    tell(PipelineStatistics(at_ms=NOW_MS, rejected={"crossed": 5, "duplicate": 90}))

    last_24h = day.note(counts(), NOW_MS + 60_000)

    assert last_24h == {"errors": 7, "reconnects": 4, "triggers": 2, "signals": 3}
