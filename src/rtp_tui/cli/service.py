"""What a service manager hears of this process while engines come and go."""

import asyncio

from rtp_tui.cli.service_notify import ServiceNotify
from rtp_tui.clock import Clock
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.pipeline import Pipeline
from rtp_tui.state.pipeline_state import PipelineState

STATUS_EVERY_S = 10.0
STUCK_AFTER_S = 15.0
_DELIVERING = (FeedState.LIVE, FeedState.POLLING)


class Service:
    """Tells of readiness, reloads and the end at once, of its state every ten seconds, and feeds the watchdog.

    The watchdog hears of the process, not of the market: it starves while the loop stands or the store is
    stuck, which a restart mends; a full disk or a dead venue is no reason to restart.
    """

    def __init__(self, notify: ServiceNotify, clock: Clock, watchdog_s: float | None) -> None:
        self._notify = notify
        self._clock = clock
        self._watchdog_s = watchdog_s
        self._pipeline: Pipeline | None = None
        self._progress = StoreProgress()

    def ready(self, pipeline: Pipeline) -> None:
        """All parts of an engine have started, and it listens."""
        self._pipeline = pipeline
        self._progress = StoreProgress()
        self._notify.tell("READY=1", f"STATUS={state_text(pipeline.state)}")

    def reloading(self) -> None:
        """The configuration is read again; `ready` or `kept` follows."""
        self._notify.tell("RELOADING=1", f"MONOTONIC_USEC={int(self._clock.monotonic() * 1e6)}")

    def reloaded(self, status: str) -> None:
        """The engine that runs goes on, for the reason given."""
        self._notify.tell("READY=1", f"STATUS={status.splitlines()[0] if status else ''}")

    def ending(self) -> None:
        """No engine follows."""
        self._notify.tell("STOPPING=1", "STATUS=draining")

    def between(self) -> None:
        """One engine has ended and another begins."""
        self._pipeline = None

    async def run(self) -> None:
        """Tell until cancelled; returns at once where nobody listens."""
        if not self._notify:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell_state())
            if self._watchdog_s is not None:
                group.create_task(self._feed_watchdog(self._watchdog_s / 2))

    async def _tell_state(self) -> None:
        while True:
            await self._clock.sleep(STATUS_EVERY_S)
            if self._pipeline is not None:
                self._notify.tell(f"STATUS={state_text(self._pipeline.state)}")

    async def _feed_watchdog(self, every_s: float) -> None:
        while True:
            if not self._is_stuck():
                self._notify.tell("WATCHDOG=1")
            await self._clock.sleep(every_s)

    def _is_stuck(self) -> bool:
        if self._pipeline is None:
            return False
        return self._progress.is_stuck(self._pipeline.recorder.status(), self._clock.monotonic())


class StoreProgress:
    """Whether the store goes on, from what it tells of itself now and then."""

    def __init__(self) -> None:
        self._commits = -1
        self._since_s = 0.0

    def is_stuck(self, store: StoreStatus, now_s: float) -> bool:
        """Rows wait and nothing is committed, and it does not say why."""
        if store.commits != self._commits or not store.pending or not store.ok:
            self._commits, self._since_s = store.commits, now_s
        return now_s - self._since_s > STUCK_AFTER_S


def state_text(state: PipelineState) -> str:
    """One line: health, feeds, store and clients."""
    health, store = state.quality.health, state.measurements.store
    verdict = "starting" if health is None else health.status.value
    score = "" if health is None or health.score is None else f" {health.score}"
    feeds = state.feed.feeds.values()
    delivering = sum(feed.state in _DELIVERING for feed in feeds)
    server = state.measurements.server
    parts = [f"{verdict}{score}", f"{delivering} of {len(feeds)} feeds deliver"]
    if store is not None and not store.ok:
        parts.append("the store does not write")
    return ", ".join([*parts, f"{0 if server is None else server.clients} clients"])
