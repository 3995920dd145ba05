"""Time that goes on without us, and clocks that are set."""

import pytest

from rtp_tui.model.statistics import LogLine
from rtp_tui.monitoring.time_watch import JumpKind, Reading, TimeJump, TimeWatch, jumps_between
from tests.factories import NOW_MS
from tests.fakes import FakeClock

BEFORE = Reading(NOW_MS, 1000.0, 50.0, 0.0)


def after(wall_s: float, monotonic_s: float, asleep_s: float = 0.0, stopped_s: float = 0.0) -> Reading:
    return Reading(
        NOW_MS + round(wall_s * 1000), 1000.0 + monotonic_s, 50.0 + asleep_s, BEFORE.stopped_s + stopped_s
    )


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        pytest.param(after(1, 1), [], id="a second"),
        pytest.param(after(20, 20), [], id="a busy machine"),
        pytest.param(after(20, 20, stopped_s=19), [(JumpKind.SUSPENDED, 19)], id="stopped"),
        pytest.param(after(3601, 1, asleep_s=3600), [(JumpKind.SUSPENDED, 3600)], id="asleep"),
        pytest.param(after(3601, 1), [(JumpKind.STEPPED, 3600)], id="ahead"),
        pytest.param(after(-3599, 1), [(JumpKind.STEPPED, -3600)], id="back"),
        pytest.param(after(1.5, 1), [], id="adjusted"),
        pytest.param(
            after(60, 20, stopped_s=19), [(JumpKind.SUSPENDED, 19), (JumpKind.STEPPED, 40)], id="both"
        ),
    ],
)
def test_a_suspension_is_told_from_a_clock_that_was_set(
    now: Reading, kinds: list[tuple[JumpKind, float]]
) -> None:
    assert [(jump.kind, jump.seconds) for jump in jumps_between(BEFORE, now)] == kinds


async def test_each_jump_is_counted_told_and_handed_on_once() -> None:
    clock, lines, jumps, asleep = FakeClock(NOW_MS), list[LogLine](), list[TimeJump](), [0.0]
    watch = TimeWatch(clock, lines.append, jumps.append, asleep_s=lambda: asleep[0], stopped_s=lambda: 0.0)
    watch.look()
    clock.step(3600)
    watch.look()
    watch.look()
    clock.step(-3600)
    watch.look()
    clock.step(60)
    asleep[0] += 60
    watch.look()

    assert [line.message for line in lines] == [
        "the clock was set ahead by 3600 s",
        "the clock was set back by 3600 s",
        "the process was suspended for 60 s",
    ]
    assert (watch.clock_steps, watch.suspensions, watch.suspended_s) == (2, 1, 60)
    assert jumps[-1] == TimeJump(JumpKind.SUSPENDED, 60, NOW_MS, NOW_MS + 60_000)


def test_a_stop_between_two_readings_of_the_clocks_is_no_step() -> None:
    class Stopped(FakeClock):
        """Loses twenty seconds between its wall and its monotonic reading, once."""

        readings = 0

        def now_ms(self) -> int:
            now_ms = super().now_ms()
            self.readings += 1
            if self.readings == 2:
                self.freeze(20)
            return now_ms

    clock, jumps = Stopped(NOW_MS), list[TimeJump]()
    watch = TimeWatch(clock, lambda line: None, jumps.append, asleep_s=lambda: 0.0, stopped_s=lambda: 0.0)
    watch.look()
    watch.look()
    assert jumps == []
