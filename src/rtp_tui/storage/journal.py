"""Which events are worth keeping: all but market ones, and measurements only now and then."""

from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import ClientList
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.jobs import JobState, JobStatus
from rtp_tui.model.portfolios import PortfolioValued
from rtp_tui.model.statistics import CacheStatus, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.model.topics import Topic

NEVER_KEPT: tuple[type, ...] = (ClientList,)
"""Counters that come every few seconds, and of which the newest says it all: keyframes hold that."""
ONLY_NEWS: tuple[type, ...] = (JobStatus, BreakerStatus)
"""Announced at every run and every call; keyframes hold their counters, and each run is kept as one."""
SAMPLE_MS = 60_000
"""Measurements that only went on are kept this often."""


class Journal:
    """Decides for each payload whether it is kept; told the time, remembers the last kept of each name."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, int]] = {}

    def keeps(self, payload: Payload, at_ms: int) -> bool:
        """Whether an event is kept: market events never, measurements when they tell something new."""
        if payload.topic is Topic.MARKET or isinstance(payload, NEVER_KEPT):
            return False
        key, essence = _essence(payload)
        if key is None:
            return True
        known = self._kept.get(key)
        is_known = known is not None and known[0] == essence
        if is_known and isinstance(payload, ONLY_NEWS):
            return False
        if known is not None and is_known and 0 <= at_ms - known[1] < SAMPLE_MS:
            return False
        self._kept[key] = (essence, at_ms)
        return True


def _essence(payload: Payload) -> tuple[str | None, object]:
    """What a repeated measurement is known by, and what of it is news."""
    if isinstance(payload, FeedStatus):
        return f"feed:{payload.name}", (payload.state, payload.error)
    if isinstance(payload, JobStatus):
        return f"job:{payload.id}", _job_news(payload)
    if isinstance(payload, BreakerStatus):
        return f"breaker:{payload.name}", (payload.state, payload.last_error, payload.limits)
    if isinstance(payload, StoreStatus):
        return "store", (payload.ok, payload.detail)
    if isinstance(payload, CacheStatus):
        return "cache", None
    if isinstance(payload, PipelineStatistics):
        return "statistics", None
    if isinstance(payload, PortfolioValued):
        return f"portfolio:{payload.value.name}", None
    if isinstance(payload, ServerStatus):
        return "server", payload.clients
    return None, None


def _job_news(job: JobStatus) -> object:
    """All but counters and times; that it runs is told by its run."""
    state = JobState.IDLE if job.state is JobState.RUNNING else job.state
    settled = (job.name, job.kind, job.category, job.priority, job.schedule, job.market, job.instruments)
    return (
        state,
        job.enabled,
        job.last_outcome,
        job.last_error,
        *settled,
        job.timeout_ms,
        job.rate_reason,
        job.obstacle,
    )
