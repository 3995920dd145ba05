"""Engines with a simulated exchange of their own, where things go wrong at venues and what comes of it is noted."""

from asyncio import TaskGroup
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import Clock
from rtp_tui.feeds.minute_grid import MINUTE_MS, SLOWEST_CADENCE_MS, floor_minute
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import Freshness
from rtp_tui.model.parts import PartState
from rtp_tui.model.queries import GetGaps
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.listings import LISTINGS
from tests.accept.fault_venues import (
    CODES,
    VENUES,
    Group,
    alone_of,
    door_of,
    renew_key,
    settings_of,
    shared_of,
)
from tests.accept.quick_store import leave_the_disk_its_time
from tests.accept.running import shared_calendars

WORKING = (FeedState.LIVE, FeedState.POLLING)
READY_WITHIN_S, HEALED_WITHIN_S = 90.0, 60.0
SETTLED_S = 6.0
"""Questions that were asked before there was a socket are forgotten by then."""
FOUND_WITHIN_S = 45.0
"""A gap is looked for every ten seconds, once its minute is surely over."""
LOOK_EVERY_S = 0.2
MANY = 1_000_000
_FRESH = (Freshness.LIVE, Freshness.FRESH)
_LISTED = tuple(one for one in LISTINGS if one.code in CODES)


class Found(Struct):
    """What one fault at one venue came to; seconds since it began."""

    has_standby: bool = False
    detected_s: float | None = None
    """The feed said that something is wrong: by its state, or by an error."""
    error: str = ""
    switched_s: float | None = None
    """The standby priced the shared instrument."""
    labelled_s: float | None = None
    """The instrument that only this venue prices was no longer called live or fresh."""
    healed_s: float | None = None
    """Since the end of the fault: the feed works, names no error, and prices."""
    disturbed: tuple[str, ...] = ()
    """Feeds of venues beside it that stopped working meanwhile."""
    failed_parts: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    """Minutes since the start, of the instrument that only this venue prices, with neither a bar nor a gap."""
    bad_frames: int = 0
    refused: int = 0
    """Observations of the whole world that were not believed or came twice."""
    offset_ms: int | None = None
    frames: int = 0
    """Heard while the fault lasted."""


class World:
    """One engine, its exchange, and the venues that are to be at fault."""

    def __init__(
        self, engine: Engine, exchange: SimulatedExchange, group: Group, folder: Path, clock: Clock
    ) -> None:
        self.engine = engine
        self.exchange = exchange
        self.group = group
        self.state = engine.pipeline.state
        self.folder = folder
        self.clock = clock
        self.began_ms = clock.now_ms()
        self._is_settled = False

    async def until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Wait for it; whether it came."""
        until_s = self.clock.monotonic() + within_s
        while not is_so():
            if self.clock.monotonic() > until_s:
                return False
            await self.clock.sleep(LOOK_EVERY_S)
        return True

    def is_ready(self) -> bool:
        """Everything runs and everything has a price of its first feed."""
        state = self.state
        market, verdicts = state.market, state.quality.freshness
        return (
            all(feed.state in WORKING and not feed.error for feed in state.feed.feeds.values())
            and all(key in verdicts and verdicts[key].freshness in _FRESH for key in market.instruments)
            and all(
                key in market.quotes and market.quotes[key].source == one.feeds[0]
                for key, one in market.instruments.items()
            )
            and all(self.engine.pipeline.bars_in_memory(alone_of(name)) for name in self.group.at_fault)
        )

    async def suffer(
        self,
        fault: Fault,
        seconds: float,
        healed_within_s: float = HEALED_WITHIN_S,
        venues: Sequence[str] = (),
    ) -> dict[str, Found]:
        """Let the fault happen at these venues, or all that may be at fault, and pass; what was seen of it."""
        assert await self.until(self.is_ready, READY_WITHIN_S), f"never ready: {self.state.feed.feeds}"
        if not self._is_settled:
            await self.clock.sleep(SETTLED_S)
            self._is_settled = True
        watches = [Watch(self, name) for name in venues or self.group.at_fault]
        for watch in watches:
            self.exchange.inject(fault, seconds, door_of(watch.name), retry_after="2")
        await self.until(lambda: _each([watch.look(seconds) for watch in watches]), seconds + 1)
        if fault is Fault.KEY_REJECTED:
            renew_key(self.folder)
        for watch in watches:
            watch.end()
        await self.until(lambda: _each([watch.has_healed() for watch in watches]), healed_within_s)
        for watch in watches:
            await watch.conclude()
        return {watch.name: watch.found for watch in watches}


def _each(looks: list[bool]) -> bool:
    """Whether all say so, each having been asked."""
    return all(looks)


class Watch:
    """What one venue shows, from the moment that it is made."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.found = Found(has_standby=world.group.standby_of(name) is not None)
        self._world = world
        self._venue = VENUES[name]
        self._began_s = world.clock.monotonic()
        self._ended_s, self._ended_ms = self._began_s, 0
        self._frames, self._bad = self._feed.frames, sum(self._feed.bad_frames.values())
        self._refused = self._not_believed()

    @property
    def _feed(self) -> FeedStatus:
        return self._world.state.feed.feeds[self._venue.provider]

    def look(self, seconds: float) -> bool:
        """Note what is new; True when the fault's time is over."""
        found, feed, since_s = self.found, self._feed, self._world.clock.monotonic() - self._began_s
        if since_s >= seconds:
            return True
        state = self._world.state
        if found.detected_s is None and (feed.state not in WORKING or feed.error or self._has_fallen_back()):
            found.detected_s, found.error = since_s, feed.error or feed.state.value
        shared = state.market.quotes.get(shared_of(self.name))
        if found.switched_s is None and shared and not shared.source.startswith(f"{self._venue.provider}:"):
            found.switched_s = since_s
        verdict = state.quality.freshness.get(alone_of(self.name))
        if found.labelled_s is None and verdict and verdict.freshness not in _FRESH:
            found.labelled_s = since_s
        if feed.clock_offset_ms is not None:
            found.offset_ms = max(feed.clock_offset_ms, found.offset_ms or 0)
        self._look_beside()
        return False

    def end(self) -> None:
        """The fault is over."""
        self._ended_s, self._ended_ms = self._world.clock.monotonic(), self._world.clock.now_ms()
        self.found.frames = self._feed.frames - self._frames
        self.found.bad_frames = sum(self._feed.bad_frames.values()) - self._bad
        self.found.refused = self._not_believed() - self._refused

    def has_healed(self) -> bool:
        """Whether the venue works and prices again; noted when it first does."""
        if self.found.healed_s is None and self._is_well():
            self.found.healed_s = self._world.clock.monotonic() - self._ended_s
        return self.found.healed_s is not None

    async def conclude(self) -> None:
        """Look whether every part runs and every minute is there, or is known not to be."""
        clock = self._world.clock
        parts = self._world.state.part.parts.values()
        self.found.failed_parts = tuple(
            f"{part.name}: {part.state} {part.detail}" for part in parts if part.state is not PartState.OK
        )
        until_s = clock.monotonic() + FOUND_WITHIN_S
        while (missing := await self._missing()) and clock.monotonic() < until_s:
            await clock.sleep(LOOK_EVERY_S)
        self.found.missing = missing

    def _look_beside(self) -> None:
        beside = {VENUES[name].provider for name in self._world.group.beside}
        others = [one for one in self._world.state.feed.feeds.values() if one.name in beside]
        broken = {
            f"{one.name}: {one.state} {one.error}" for one in others if one.state not in WORKING or one.error
        }
        self.found.disturbed = tuple(sorted(broken | set(self.found.disturbed)))

    def _has_fallen_back(self) -> bool:
        return self._feed.state is FeedState.POLLING and not self._feed.polled

    def _is_well(self) -> bool:
        wanted = FeedState.POLLING if self._feed.polled else FeedState.LIVE
        quote = self._world.state.market.quotes[alone_of(self.name)]
        return self._feed.state is wanted and not self._feed.error and quote.received_ms > self._ended_ms

    def _not_believed(self) -> int:
        return sum(self._world.engine.pipeline.processor.rejected.values())

    async def _missing(self) -> tuple[int, ...]:
        """Minutes with neither a bar nor a gap, pending or ended.

        Who may be asked seldom owes none; who is asked, and tells no minute before it is over, not the one in which
        the engine began, which may have had two seconds left.
        """
        if self._feed.expected_ms > SLOWEST_CADENCE_MS:
            return ()
        engine, alone = self._world.engine, alone_of(self.name)
        known = {bar.open_ms for bar in engine.pipeline.bars_in_memory(alone)}
        first_ms = floor_minute(self._world.began_ms) + MINUTE_MS if self._feed.polled else min(known)
        gaps = (await engine.api.query(GetGaps(instrument=alone))).gaps
        return tuple(
            at_ms
            for at_ms in range(max(first_ms, min(known)), max(known), MINUTE_MS)
            if at_ms not in known and not any(gap.from_ms <= at_ms < gap.to_ms for gap in gaps)
        )


@asynccontextmanager
async def world(group: Group, folder: Path, clock: Clock) -> AsyncIterator[World]:
    """An engine on an exchange of its own, running while the block does."""
    exchange = SimulatedExchange(
        clock,
        trades_per_second=20,
        tick_interval_ms=250,
        markets=(),
        coingecko_calls_a_minute=MANY,
        alphavantage_calls_a_day=MANY,
        twelvedata_credits_a_minute=MANY,
        listings=_LISTED,
    )
    async with exchange.listening():
        settings = settings_of(group, exchange, folder)
        around = Surroundings(shared_calendars=shared_calendars())
        async with assembled(settings, clock, around) as engine, TaskGroup() as running:
            await leave_the_disk_its_time(engine)
            running.create_task(engine.supervisor.run())
            try:
                yield World(engine, exchange, group, folder, clock)
            finally:
                engine.supervisor.stop()
