"""A wall clock that is set."""

import pytest

from rtp_tui.monitoring.wall_steps import WallSteps
from tests.fakes import FakeClock


async def test_time_that_passes_is_no_step() -> None:
    clock = FakeClock()
    steps = WallSteps(clock)
    await clock.advance(3_600)
    assert steps.take_ms() == 0


@pytest.mark.parametrize("seconds", [3_600, -86_400])
async def test_a_step_is_told_once(seconds: int) -> None:
    clock = FakeClock()
    steps = WallSteps(clock)
    clock.step(seconds)
    assert steps.take_ms() == seconds * 1000
    assert steps.take_ms() == 0


async def test_a_clock_that_is_pulled_straight_is_not_set() -> None:
    clock = FakeClock()
    steps = WallSteps(clock)
    clock.step(1.5)
    assert steps.take_ms() == 0
