"""What the engine says of its own performance."""

import asyncio

from rtp_tui.monitoring.performance import SETTLED_AFTER_S, PerformanceMonitor
from rtp_tui.processing.processor import Processor
from tests.factories import an_instrument
from tests.fakes import FakeClock


async def test_the_lag_of_starting_up_is_not_held_against_the_loop_and_later_lag_is() -> None:
    clock = FakeClock()
    monitor = PerformanceMonitor(Processor([an_instrument()]), lambda: (0, 0), clock, lambda payload: None)
    running = asyncio.create_task(monitor.run())
    await clock.advance(0.05)
    clock.freeze(2.0)
    await clock.advance(SETTLED_AFTER_S)
    assert monitor.statistics().loop_lag_ms.p99 < 1

    clock.freeze(1.0)
    await clock.advance(1.0)
    assert monitor.statistics().loop_lag_ms.p99 > 800
    running.cancel()
