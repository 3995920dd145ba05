"""What a service manager hears of a process."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from rtp_tui.cli.service import STATUS_EVERY_S, STUCK_AFTER_S, Service, StoreProgress, state_text
from rtp_tui.cli.service_notify import ServiceNotify
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.health import HealthBand, HealthReport, HealthStatus
from rtp_tui.model.statistics import ServerStatus, StoreStatus
from rtp_tui.state.pipeline_state import PipelineState
from tests.an_engine import AnEngine
from tests.fakes import FakeClock
from tests.heard import Heard

WATCHDOG_S = 4.0


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def service(heard: Heard, clock: FakeClock) -> AsyncIterator[Service]:
    service = Service(heard, clock, WATCHDOG_S)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(service.run())
        yield service
        running.cancel()


def a_store(**changes: object) -> StoreStatus:
    return replace(StoreStatus(at_ms=0, path="p", ok=True, pending=3, commits=7), **changes)


async def test_the_watchdog_is_fed_at_half_its_time(service: Service, heard: Heard, clock: FakeClock) -> None:
    await clock.advance(3 * WATCHDOG_S)
    assert heard.count("WATCHDOG=1") == 7


async def test_it_starves_while_the_store_is_stuck_and_only_then(
    service: Service, heard: Heard, clock: FakeClock
) -> None:
    engine = AnEngine(clock)
    stuck = a_store()
    engine.pipeline.recorder.status = lambda: stuck  # type: ignore[method-assign]
    service.ready(engine.pipeline)
    await clock.advance(STUCK_AFTER_S + WATCHDOG_S)
    fed = heard.count("WATCHDOG=1")
    await clock.advance(5 * WATCHDOG_S)
    assert heard.count("WATCHDOG=1") == fed
    stuck = replace(stuck, commits=8)
    await clock.advance(WATCHDOG_S)
    assert heard.count("WATCHDOG=1") > fed


@pytest.mark.parametrize("changes", [{"pending": 0}, {"ok": False, "detail": "the disk is full"}])
def test_a_store_that_has_nothing_to_do_or_says_what_hinders_it_is_not_stuck(
    changes: dict[str, object],
) -> None:
    progress = StoreProgress()
    assert not any(progress.is_stuck(a_store(**changes), 10.0 * n) for n in range(20))


def test_a_store_that_stands_still_is_stuck_after_a_while() -> None:
    progress = StoreProgress()
    assert not progress.is_stuck(a_store(), 100.0)
    assert not progress.is_stuck(a_store(), 100.0 + STUCK_AFTER_S)
    assert progress.is_stuck(a_store(), 100.1 + STUCK_AFTER_S)


async def test_the_state_is_told_every_ten_seconds_in_one_line(
    service: Service, heard: Heard, clock: FakeClock
) -> None:
    service.ready(AnEngine(clock).pipeline)
    assert heard.messages[-1].startswith("READY=1\nSTATUS=")
    await clock.advance(2 * STATUS_EVERY_S + 0.1)
    assert sum(message.startswith("STATUS=") for message in heard.messages) == 2


async def test_a_reload_begins_with_the_time_and_ends_in_readiness(
    service: Service, heard: Heard, clock: FakeClock
) -> None:
    service.reloading()
    service.reloaded("kept as it was:\nline 3: wrong")
    service.ending()
    assert heard.messages[-3:] == [
        f"RELOADING=1\nMONOTONIC_USEC={int(clock.monotonic() * 1e6)}",
        "READY=1\nSTATUS=kept as it was:",
        "STOPPING=1\nSTATUS=draining",
    ]


async def test_where_nobody_listens_nothing_runs(clock: FakeClock) -> None:
    await Service(ServiceNotify(), clock, WATCHDOG_S).run()


def test_the_line_tells_health_feeds_store_and_clients() -> None:
    state = PipelineState()
    assert state_text(state) == "starting, 0 of 0 feeds deliver, 0 clients"
    report = HealthReport(
        status=HealthStatus.HEALTHY, score=92, band=HealthBand.EXCELLENT, parts=(), reason="", at_ms=0
    )
    payloads: tuple[Payload, ...] = (report, a_store(ok=False), ServerStatus(at_ms=0, clients=12))
    for seq, payload in enumerate(payloads):
        state.apply(Event(seq, payload))
    assert state_text(state) == "healthy 92, 0 of 0 feeds deliver, the store does not write, 12 clients"
