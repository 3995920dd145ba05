"""The parts that watch time itself: a loop that stands, a process that was suspended, a clock that was set."""

from msgspec import Struct

from rtp_tui.assemble.feeds import Feeds
from rtp_tui.clock import Clock, asleep_s
from rtp_tui.model.statistics import TimeStatistics
from rtp_tui.monitoring.loop_watchdog import LoopWatchdog
from rtp_tui.monitoring.time_watch import JumpKind, TimeJump, TimeWatch
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor


class Timekeeping(Struct, frozen=True):
    """Both watches."""

    loop: LoopWatchdog
    time: TimeWatch

    def statistics(self) -> TimeStatistics:
        """What they have seen so far."""
        return TimeStatistics(
            clock_steps=self.time.clock_steps,
            suspensions=self.time.suspensions,
            suspended_s=round(self.time.suspended_s, 1),
            stalls=self.loop.stalls,
            longest_stall_s=round(self.loop.longest_s, 3),
        )


def timekeeping(feeds: Feeds, pipeline: Pipeline, clock: Clock) -> Timekeeping:
    """Watches that have connections made anew after a suspension: the peers may have given them up.

    Where the wall clock was set, the venues' times are held against the new one at once.
    """

    def jumped(jump: TimeJump) -> None:
        if jump.kind is JumpKind.SUSPENDED:
            for feed in feeds.streaming.values():
                feed.revalidate()
        else:
            pipeline.processor.follow_clock(round(jump.seconds * 1000))

    loop = LoopWatchdog(clock, pipeline.announce)
    time = TimeWatch(clock, pipeline.announce, jumped, asleep_s=asleep_s, stopped_s=lambda: loop.stopped_s)
    return Timekeeping(loop, time)


def add_timekeeping(supervisor: Supervisor, kept: Timekeeping) -> None:
    """Give the supervisor what watches time."""
    supervisor.add("loop watchdog", kept.loop.run)
    supervisor.add("time", kept.time.run)
