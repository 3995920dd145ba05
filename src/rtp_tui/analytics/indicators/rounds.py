"""Each minute: what presets, rules and screens want to know of every instrument, worked out at its closed bars."""

from asyncio import Event as Signal
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from rtp_tui.analytics.indicators.catalogue import Indicator, catalogue, indicator
from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.presets import PRESETS
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.bus import Reader
from rtp_tui.clock import Clock
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.model.market import Bar, BarsBackfilled

if TYPE_CHECKING:
    from rtp_tui.analytics.indicators.workbench import Workbench

EVERYTHING = "*"
NOTE_EVERY_S = 1.0
START_AFTER_S = 3.0
"""The console paints and feeds connect first."""
INSTRUMENTS_AT_ONCE = 20
"""What is asked for meanwhile waits for so many at most."""
MOST_WANTED = 1_000
"""Indicators that one round works out, besides those of `*`."""

_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}

ReadNewestBars = Callable[[InstrumentId], Awaitable[Sequence[Bar]]]
"""The newest closed minutes of an instrument, ascending, whether stored yet or not."""
Instruments = Callable[[], Iterable[Instrument]]


class IndicatorRounds:
    """Keeps the newest minutes of all instruments in the thread, and works out what is wanted of them."""

    def __init__(
        self, thread: IndicatorThread, read_newest: ReadNewestBars, instruments: Instruments, clock: Clock
    ) -> None:
        self.newest: Newest | None = None
        """What the last round came to."""
        self._thread = thread
        self._read_newest = read_newest
        self._instruments = instruments
        self._clock = clock
        self._wanted: dict[str, tuple[Indicator, ...]] = {"presets": tuple(map(indicator, PRESETS))}
        self._followers: list[Callable[[Newest], None]] = []
        self._is_filled = Signal()

    def want(self, who: str, names: Iterable[str]) -> None:
        """From now on work out these for somebody, in place of what they wanted before; `*` is every function.

        Raises Misspelled and UnknownIndicator, and ValueError for too many.
        """
        wanted = tuple(_named(names))
        if len(wanted) > MOST_WANTED:
            raise ValueError(f"{who} wants {len(wanted)} indicators, of {MOST_WANTED} at most")
        self._wanted[who] = wanted

    def follow(self, take: Callable[[Newest], None]) -> None:
        """Call this after each round with what it came to."""
        self._followers.append(take)

    @property
    def wanted(self) -> tuple[Indicator, ...]:
        """What a round works out, each once."""
        found = {one.name: one for wanted in self._wanted.values() for one in wanted}
        return tuple(found.values())

    def obstacle(self) -> str:
        """Why nothing can be worked out; empty where it can."""
        return self._thread.obstacle()

    async def work_out(self, advance: Callable[[int, int], None] = lambda done, of: None) -> Newest:
        """One round over all instruments, the most important first; `advance` is told how many are done.

        Raises LibraryMissing.
        """
        await self._is_filled.wait()
        order = [one.id for one in sorted(self._instruments(), key=_rank)]
        wanted, at_ms = self.wanted, self._clock.now_ms()
        found = Newest(at_ms, {}, {})
        for start in range(0, len(order), INSTRUMENTS_AT_ONCE):
            some = order[start : start + INSTRUMENTS_AT_ONCE]
            found = found.joined(await self._thread.work(partial(_newest, wanted, some, at_ms)))
            advance(start + len(some), len(order))
        self.newest = found
        for take in self._followers:
            take(found)
        return found

    async def run(self, reading: Callable[[], AbstractContextManager[Reader]]) -> None:
        """Part "indicator bars": fill from the store, then follow the bars that close."""
        await self._clock.sleep(START_AFTER_S)
        with reading() as reader:
            await self._fill(one.id for one in self._instruments())
            self._is_filled.set()
            while True:
                await reader.wait()
                if reader.has_overrun:
                    reader.start_over()
                    await self._fill(one.id for one in self._instruments())
                await self._note(reader.take().events)
                await self._clock.sleep(NOTE_EVERY_S)

    async def _note(self, events: Iterable[Event]) -> None:
        """Take what closed, was revised, or came from a provider's history."""
        payloads = [event.payload for event in events]
        closed = [one for one in payloads if isinstance(one, Bar) and one.closed and one.timeframe == "1m"]
        if closed:
            await self._thread.work(lambda bench: bench.rings.put(closed))
        backfilled = {one.instrument for one in payloads if isinstance(one, BarsBackfilled)}
        if backfilled:
            await self._fill(backfilled)

    async def _fill(self, instruments: Iterable[InstrumentId]) -> None:
        for instrument in list(instruments):
            bars = await self._read_newest(instrument)
            await self._thread.work(partial(_filled, instrument, bars))
        known = [one.id for one in self._instruments()]
        await self._thread.work(lambda bench: bench.keep(known))


def _newest(
    wanted: Sequence[Indicator], some: Sequence[InstrumentId], at_ms: int, bench: "Workbench"
) -> Newest:
    return bench.newest(wanted, some, at_ms)


def _filled(instrument: InstrumentId, bars: Sequence[Bar], bench: "Workbench") -> None:
    bench.rings.fill(instrument, bars)


def _named(names: Iterable[str]) -> Iterator[Indicator]:
    for name in names:
        if name == EVERYTHING:
            yield from map(indicator, catalogue())
        else:
            yield indicator(name)


def _rank(instrument: Instrument) -> int:
    return _RANK[instrument.priority]
