"""Gathers a bundle: the state that is known, then events and bars as far as time and room go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from rtp_tui.api.incident.archive import MOST_BYTES, Archive
from rtp_tui.api.incident.members import Member, members_of
from rtp_tui.api.incident.pages import BARS_HEADER, Asked, bars_of, pages_of_events
from rtp_tui.api.incident.readme import readme_text
from rtp_tui.clock import Clock
from rtp_tui.model.errors import Refused
from rtp_tui.model.events import Snapshot
from rtp_tui.model.instrument import InstrumentId

MINUTES = 15
DEADLINE_S = 30.0
README = "README.txt"
AT_ONCE = 8
"""Instruments whose bars are asked for together: a long way to the engine is then waited for once."""
_MINUTE_MS = 60_000
_SHARE_OF_EVENTS = 0.6
"""Of the time: bars have the rest."""
Tell = Callable[[str], None]


class Incident(Struct, frozen=True, kw_only=True):
    """What a bundle is to hold."""

    state: Snapshot
    until_ms: int
    minutes: int = MINUTES
    instruments: Sequence[InstrumentId] | None = None
    """Whose bars, the most important first; None: of all."""
    more: Sequence[Member] = ()
    """What only the asker knows: a screen, a timeline."""
    deadline_s: float = DEADLINE_S
    most_bytes: int = MOST_BYTES


class Bundle(Struct, frozen=True):
    """A zip, and what it lacks."""

    content: bytes
    members: int
    missing: tuple[str, ...]


async def gather(door: Asked, clock: Clock, incident: Incident, tell: Tell) -> Bundle:
    """A bundle, whatever the engine answers: what could not be had stands in its README. `tell` hears how far it is."""
    gathering = _Gathering(door, clock, incident, tell)
    try:
        return await gathering.bundle()
    finally:
        gathering.let_go()


def moment_of(state: Snapshot, now_ms: int) -> int:
    """When a bundle of this state ends: now; in a replay, whose past is the capture's, at its newest price."""
    if state.engine is None or state.engine.replay is None:
        return now_ms
    return max((view.quote.received_ms for view in state.instruments if view.quote), default=now_ms)


class _Gathering:
    """One bundle under way; told the time by its clock."""

    def __init__(self, door: Asked, clock: Clock, incident: Incident, tell: Tell) -> None:
        self._door = door
        self._clock = clock
        self._wanted = incident
        self._tell = tell
        self._archive = Archive(incident.until_ms, incident.most_bytes)
        self._until_s = clock.monotonic() + incident.deadline_s
        self._counts: dict[str, str] = {}
        self._missing: list[str] = []
        # Whole minutes: the bar of a minute that had begun before is of the span too.
        from_ms = incident.until_ms - incident.minutes * _MINUTE_MS
        self._span_ms = (from_ms // _MINUTE_MS * _MINUTE_MS, incident.until_ms)

    async def bundle(self) -> Bundle:
        """All members, then the one that tells of them."""
        self._tell("the state")
        for member in (*self._wanted.more, *members_of(self._wanted.state)):
            await self._begin(member.name)
            if not await self._write(member.content):
                self._missing.append(f"{member.name}: no room was left")
        await self._in_time("events.jsonl", _SHARE_OF_EVENTS, self._add_events)
        await self._in_time("bars.csv", 1.0, self._add_bars)
        text = readme_text(self._wanted.state.engine, self._span_ms, self._counts, self._missing)
        content = await asyncio.to_thread(self._archive.close, README, text.encode("utf-8", "replace"))
        return Bundle(content, len(self._counts) + 1, tuple(self._missing))

    def let_go(self) -> None:
        """Nobody waits for it any more."""
        self._archive.let_go()

    async def _in_time(self, name: str, share: float, add: Callable[[str], Awaitable[None]]) -> None:
        """Add a member as far as the engine answers before so much of the time is over."""
        left_s = self._until_s - self._clock.monotonic() - (1 - share) * self._wanted.deadline_s
        await self._begin(name)
        try:
            async with self._clock.timeout(max(0.0, left_s)):
                await add(name)
        except TimeoutError:
            self._missing.append(
                f"{name}: not all of it came in time ({self._counts[name] or 'nothing'} did)"
            )
        except Refused as refusal:
            self._missing.append(f"{name}: {refusal.message}")

    async def _add_events(self, name: str) -> None:
        count = 0
        async for lines in pages_of_events(self._door, *self._span_ms):
            count += len(lines)
            if not await self._write(b"".join(lines)):
                self._missing.append(f"{name}: no room for all of them")
                return
            self._counts[name] = f"{count:,} events"
            self._tell(f"{count:,} events")

    async def _add_bars(self, name: str) -> None:
        await self._write(BARS_HEADER)
        wanted = self._instruments()
        for start in range(0, len(wanted), AT_ONCE):
            chunk, refusals = await self._bars(wanted[start : start + AT_ONCE])
            self._missing += (f"{name}: {why}" for why in refusals[:1])
            if not await self._write(chunk):
                self._missing.append(f"{name}: no room for all of them")
                return
            done = min(len(wanted), start + AT_ONCE)
            self._counts[name] = f"of {done:,} instruments"
            self._tell(f"bars of {done:,} of {len(wanted):,} instruments")
            if refusals:
                return

    async def _bars(self, instruments: Sequence[InstrumentId]) -> tuple[bytes, list[str]]:
        """Of some at once; why some have none."""
        refusals: list[str] = []

        async def one(instrument: InstrumentId) -> bytes:
            try:
                return await bars_of(self._door, instrument, *self._span_ms)
            except Refused as refusal:
                refusals.append(refusal.message)
                return b""

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(one(instrument)) for instrument in instruments]
        return b"".join(task.result() for task in asked), refusals

    def _instruments(self) -> Sequence[InstrumentId]:
        if self._wanted.instruments is not None:
            return self._wanted.instruments
        return [view.instrument.id for view in self._wanted.state.instruments]

    async def _begin(self, name: str) -> None:
        self._counts[name] = ""
        await asyncio.to_thread(self._archive.begin, name)

    async def _write(self, chunk: bytes) -> bool:
        return await asyncio.to_thread(self._archive.write, chunk)
