"""Judges the pipeline's health in time and announces what is worth knowing."""

import logging
from collections.abc import Callable

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import HealthReport
from rtp_tui.monitoring.calendar_horizon import KnowSessions, calendar_faults, nothing_to_know
from rtp_tui.monitoring.error_rate import ErrorRate, count
from rtp_tui.monitoring.health import judge_health
from rtp_tui.monitoring.profiles import RTP, Profile
from rtp_tui.monitoring.wall_steps import WallSteps
from rtp_tui.state.pipeline_state import PipelineState

_log = logging.getLogger(__name__)

FIRST_EVERY_S = 2.0
FIRST_FOR_S = 30.0
EVERY_S = 5.0
ANNOUNCE_EVERY_S = 30.0
_LOOK_EVERY_S = 0.5


class HealthMonitor:
    """Judges every 5 s, every 2 s at first, and soon after a feed's state changed."""

    def __init__(
        self,
        state: PipelineState,
        clock: Clock,
        announce: Callable[[HealthReport], None],
        *,
        profile: Profile = RTP,
        known_sessions: KnowSessions = nothing_to_know,
    ) -> None:
        self._state = state
        self._clock = clock
        self._announce = announce
        self._profile = profile
        self._known_sessions = known_sessions
        self._errors = ErrorRate()
        self._feeds: dict[str, FeedState] = {}
        self._announced: HealthReport | None = None
        self._announced_s = 0.0
        self._wall_steps = WallSteps(clock)
        self._clock_set_ms = 0

    async def run(self) -> None:
        """Judge for ever."""
        began_s = self._clock.monotonic()
        while True:
            self.judge()
            is_first = self._clock.monotonic() - began_s < FIRST_FOR_S
            await self._wait(FIRST_EVERY_S if is_first else EVERY_S)

    def judge(self) -> None:
        """Judge now; announce when the report changed, and every 30 s."""
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        self._feeds = self._feed_states()
        if self._wall_steps.take_ms():
            self._clock_set_ms = now_ms
        error_pct = self._errors.note(count(self._state, now_ms))
        report = judge_health(
            self._state,
            now_ms,
            error_pct,
            profile=self._profile,
            calendar_faults=self._calendar_faults(now_ms),
            clock_set_ms=self._clock_set_ms,
        )
        if _differs(report, self._announced) or now_s - self._announced_s >= ANNOUNCE_EVERY_S:
            self._announced, self._announced_s = report, now_s
            _log.debug("health is %s, %s: %s", report.status, report.score, report.reason)
            self._announce(report)

    def _calendar_faults(self, now_ms: int) -> tuple[str, ...] | None:
        engine = self._state.part.engine
        return calendar_faults(
            self._known_sessions(), now_ms, now_ms if engine is None else engine.started_ms
        )

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until a feed's state changes."""
        until_s = self._clock.monotonic() + seconds
        while self._clock.monotonic() < until_s and self._feed_states() == self._feeds:
            await self._clock.sleep(_LOOK_EVERY_S)

    def _feed_states(self) -> dict[str, FeedState]:
        return {name: feed.state for name, feed in self._state.feed.feeds.items()}


def _differs(report: HealthReport, other: HealthReport | None) -> bool:
    if other is None or (report.status, report.score) != (other.status, other.score):
        return True
    return report.reason != other.reason or report.parts != other.parts
