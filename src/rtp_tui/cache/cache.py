"""The cache: values by key, asked for by one flight a key, given while they are fresh enough."""

import re
from asyncio import TaskGroup
from collections.abc import Awaitable, Callable, Iterable
from fnmatch import translate
from typing import Protocol, TypeVar, cast, runtime_checkable

import msgspec

from rtp_tui.cache.entries import Entries, Entry, Load, Question
from rtp_tui.cache.flight import Cached, Flight, Grounded
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.clock import Clock
from rtp_tui.model.statistics import CacheStatus

ValueT = TypeVar("ValueT")

SWEEP_EVERY_S = 1.0
MOST_REFRESHES = 32
"""A stale value is fetched anew behind while fewer questions than this are under way."""


@runtime_checkable
class Measured(Protocol):
    """A value that knows its size by itself."""

    @property
    def nbytes(self) -> int: ...


class Cache:
    """Gives what is at hand and asks for what is not; keys read `room:what:arguments`.

    While `run` does not run nothing is shared: whoever misses something asks for it by themselves.
    """

    def __init__(
        self,
        settings: CacheSettings,
        clock: Clock,
        announce: Callable[[CacheStatus], None] = lambda status: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._announce = announce
        self._entries = Entries(settings.max_size, clock.monotonic)
        self._flights: dict[str, Flight] = {}
        self._group: TaskGroup | None = None
        self._hits = self._misses = self._stale_hits = 0
        self._joined = self._failures = self._put_off = 0

    async def get_or_set(
        self,
        key: str,
        load: Callable[[], Awaitable[ValueT]],
        *,
        ttl_ms: int | None = None,
        is_final: bool = False,
    ) -> Cached[ValueT]:
        """The value at hand, or the one that `load` brings; a failure is raised to all who wait and not kept.

        A final value does not change any more: it is not stale, and not asked for again while it is kept.
        """
        entry = self._entries.get(key)
        if entry is None:
            self._misses += 1
            question = Question(load, self._ttl_s(ttl_ms), is_final)
            return cast("Cached[ValueT]", await self._fetched(key, question))
        entry.asked += 1
        is_stale = self._is_stale(entry)
        if is_stale:
            self._stale_hits += 1
            self._fetch_behind(key, Question(load, entry.question.ttl_s))
        else:
            self._hits += 1
        # What is kept under a key is what somebody's `load` brought for it.
        return Cached(cast("ValueT", entry.value), entry.stored_ms, is_stale)

    async def refresh(self, key: str, load: Load) -> bool:
        """Fetch a value anew, unless it is fresh; whether it now is. Counts as nobody's question."""
        entry = self._entries.peek(key) if key in self._entries else None
        if entry is not None and not self._is_stale(entry):
            return True
        flight = self._flight(
            key, Question(load, self._ttl_s(None) if entry is None else entry.question.ttl_s)
        )
        if flight is None:
            return False
        try:
            await flight.wait()
        except Exception:  # noqa: BLE001 - counted where it arose; whoever refreshes has no use for it
            return False
        return True

    def asked_again(self) -> list[tuple[str, Load]]:
        """What somebody got from here and would now get stale, most asked for first, with its question."""
        stale = [(key, entry) for key in self._entries if self._is_stale(entry := self._entries.peek(key))]
        stale.sort(key=lambda one: -one[1].asked)
        return [(key, entry.question.load) for key, entry in stale if entry.asked]

    def forget(self, key: str) -> None:
        """Forget one value, and do not keep the one that is being asked for."""
        self._flights.pop(key, None)
        self._entries.pop(key, None)

    def invalidate(self, pattern: str) -> int:
        """Forget what a pattern with `*` and `?` matches, and what is being asked; how many were kept."""
        matches = re.compile(translate(pattern)).match
        return self._forget(lambda key: matches(key) is not None)

    def invalidate_below(self, prefixes: Iterable[str]) -> int:
        """Forget what begins with one of these."""
        beginnings = tuple(prefixes)
        return self._forget(lambda key: key.startswith(beginnings))

    def clear(self) -> int:
        """Forget everything; how much it was."""
        return self._forget(lambda key: True)

    def optimize(self) -> int:
        """Forget what expired, and what is stale and nobody asked for again; how many they were."""
        expired = len(self._entries.expire())
        return expired + self._entries.drop(lambda key, entry: not entry.asked and self._is_old(entry))

    def status(self) -> CacheStatus:
        """The counters now."""
        entries = self._entries
        at_hand = self._hits + self._stale_hits
        asked = at_hand + self._misses
        return CacheStatus(
            hits=self._hits,
            misses=self._misses,
            stale_hits=self._stale_hits,
            joined=self._joined,
            failures=self._failures,
            evictions=entries.evictions,
            expirations=entries.expirations,
            entries=len(entries),
            limit=self._settings.max_size,
            bytes=sum(entries.peek(key).bytes for key in entries),
            flights=len(self._flights),
            put_off=self._put_off,
            hit_rate=round(100 * at_hand / asked, 1) if asked else None,
        )

    async def run(self) -> None:
        """Part "cache": carry out the questions, forget what expired, tell the counters that changed."""
        try:
            async with TaskGroup() as group:
                self._group = group
                try:
                    await self._sweep()
                finally:
                    self._group = None
        finally:
            self._flights.clear()

    async def _sweep(self) -> None:
        told: CacheStatus | None = None
        while True:
            self._entries.expire()
            status = self.status()
            if status != told:
                self._announce(status)
                told = status
            await self._clock.sleep(SWEEP_EVERY_S)

    async def _fetched(self, key: str, question: Question) -> Cached[object]:
        self._joined += key in self._flights
        flight = self._flight(key, question)
        if flight is not None:
            try:
                return await flight.wait()
            except Grounded:
                pass
        return Cached(await question.load(), self._clock.now_ms())

    def _fetch_behind(self, key: str, question: Question) -> None:
        if key in self._flights:
            return
        if len(self._flights) < MOST_REFRESHES:
            self._flight(key, question)
        else:
            self._put_off += 1

    def _flight(self, key: str, question: Question) -> Flight | None:
        """The flight of a key, a new one if need be; None while nobody flies."""
        if self._group is None:
            return None
        if key not in self._flights:
            flight = self._flights[key] = Flight(question)
            task = self._group.create_task(self._fly(key, flight))
            # Also where the task was cancelled before it began: nobody waits for ever.
            task.add_done_callback(lambda _: flight.fail(Grounded("the cache ended")))
        return self._flights[key]

    async def _fly(self, key: str, flight: Flight) -> None:
        try:
            value = await flight.question.load()
            size = _bytes(value)
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait, and must not end the others
            self._failures += 1
            self._land(key, flight)
            flight.fail(error)
            return
        now_ms = self._clock.now_ms()
        if self._land(key, flight):
            self._entries[key] = Entry(value, flight.question, self._clock.monotonic(), now_ms, bytes=size)
        flight.land(Cached(value, now_ms))

    def _land(self, key: str, flight: Flight) -> bool:
        """Take a flight off the list; whether it was still there, and its answer may be kept."""
        if self._flights.get(key) is not flight:
            return False
        del self._flights[key]
        return True

    def _forget(self, is_meant: Callable[[str], bool]) -> int:
        for key in [key for key in self._flights if is_meant(key)]:
            # Those who wait get the answer; it may be older than the reason to forget, so it is not kept.
            del self._flights[key]
        return self._entries.drop(lambda key, entry: is_meant(key))

    def _is_stale(self, entry: Entry) -> bool:
        return not entry.question.is_final and self._is_old(entry)

    def _is_old(self, entry: Entry) -> bool:
        return (self._clock.monotonic() - entry.stored_s) * 1000 > self._settings.stale_after_ms

    def _ttl_s(self, ttl_ms: int | None) -> float:
        return (self._settings.ttl_ms if ttl_ms is None else ttl_ms) / 1000


def _bytes(value: object) -> int:
    """How large a value is on the wire: an estimate of its place in memory, for what has a wire form."""
    if isinstance(value, Measured):
        return value.nbytes
    return len(msgspec.msgpack.encode(value))
