"""What the provider of filings does to the job that asks it, while one thing after another goes wrong there."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.commands import TriggerJob
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.simulator.faults import Fault
from tests.accept.fault_venues import Group
from tests.accept.fault_worlds import World, world

JOB, PROVIDER = "sec-filings", "sec"
ASK_EVERY_S = 2.0


class Filed(Struct):
    """What one fault came to; seconds since it began, or since it was over."""

    error: str | None = None
    """Of the run that was ordered while it lasted; None where that succeeded."""
    failed_s: float | None = None
    healed_s: float | None = None
    disturbed: tuple[str, ...] = ()


async def suffer_filings(
    faults: Sequence[Fault], lasts_s: float, healed_within_s: float, folder: Path, clock: Clock
) -> dict[Fault, Filed]:
    """One fault after another, in one engine; each begins when the one before has healed."""
    async with world(Group(("yahoo",), ()), folder, clock) as one:
        assert await one.until(one.is_ready, healed_within_s)
        assert await _succeeds(one, healed_within_s), "no filings before any fault"
        return {fault: await _suffer(one, fault, lasts_s, healed_within_s) for fault in faults}


async def _suffer(one: World, fault: Fault, lasts_s: float, healed_within_s: float) -> Filed:
    clock, found = one.clock, Filed()
    began_s = clock.monotonic()
    one.exchange.inject(fault, lasts_s, PROVIDER, retry_after="2")
    run = await _run(one)
    if run.outcome is not JobOutcome.SUCCEEDED:
        found.error, found.failed_s = run.error, clock.monotonic() - began_s
    await clock.sleep(began_s + lasts_s - clock.monotonic())
    ended_s = clock.monotonic()
    if await _succeeds(one, healed_within_s):
        found.healed_s = clock.monotonic() - ended_s
    feeds = one.state.feed.feeds.values()
    found.disturbed = tuple(f"{feed.name}: {feed.error}" for feed in feeds if feed.error)
    return found


async def _succeeds(one: World, within_s: float) -> bool:
    """Order runs until one is well."""
    until_s = one.clock.monotonic() + within_s
    while one.clock.monotonic() < until_s:
        if (await _run(one)).outcome is JobOutcome.SUCCEEDED:
            return True
        await one.clock.sleep(ASK_EVERY_S)
    return False


async def _run(one: World) -> JobRun:
    return await one.engine.api.execute(TriggerJob(job=JOB, restart=True))
