import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.feeds.gap_repair import NO_HISTORY, NO_TRADES, Archive, GapRepair
from rtp_tui.feeds.gap_watch import Surroundings
from rtp_tui.feeds.missed import Miss, Misses
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Tick
from rtp_tui.processing.deduplication import Jump
from rtp_tui.processing.processor import Processor
from rtp_tui.sources.contract import SourceUnavailable, Subscription
from rtp_tui.storage.contract import StoreUnusable
from tests.factories import BTC, NOW_MS, a_bar, a_feed_status, an_instrument
from tests.fakes import FakeClock, OpenGuard

MINUTE = 60_000
NOW_MINUTE = NOW_MS // MINUTE * MINUTE
ACTIVE, STANDBY = "venue:BTCUSDT", "other:BTC-USD"


class Venue:
    """Remembers every minute but those that nothing was traded in."""

    def __init__(self, name: str) -> None:
        self.asked: list[tuple[int, int]] = []
        self.quiet: set[int] = set()
        self.failures = 0
        self._name = name

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        return ()

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        self.asked.append((start_ms, end_ms))
        if self.failures:
            self.failures -= 1
            raise SourceUnavailable("HTTP 503")
        return [
            a_bar(
                instrument=subscription.instrument,
                open_ms=open_ms,
                trades=9,
                origin=BarOrigin.BACKFILL,
                source=f"{self._name}:{subscription.symbol}",
            )
            for open_ms in range(start_ms, end_ms, MINUTE)
            if open_ms not in self.quiet
        ]


class World:
    """One instrument on two venues, with bars of its last half hour but for those left out."""

    def __init__(self, absent: Iterable[int] = (), feeds: tuple[str, ...] = (ACTIVE, STANDBY)) -> None:
        self.clock = FakeClock(NOW_MS)
        self.instrument = an_instrument(BTC, feeds=feeds)
        self.processor = Processor([self.instrument])
        self.venue, self.other = Venue("venue"), Venue("other")
        self.active = feeds[0]
        self.statuses = tuple(a_feed_status(name=name, source=name) for name in ("venue", "other"))
        self.gaps: list[Gap] = []
        self.misses = Misses()
        self.jumps: list[Jump] = []
        self.is_store_broken = False
        self.is_open = True
        self.stored: frozenset[int] = frozenset()
        missing = {NOW_MINUTE - number * MINUTE for number in absent}
        series = [a_bar(open_ms=minute, source=ACTIVE) for minute in self.minutes() if minute not in missing]
        self.processor.restore((), [series])
        archives = {
            name: Archive(venue, OpenGuard())
            for name, venue in (("venue", self.venue), ("other", self.other))
        }
        self.repair = GapRepair(
            self._around(archives), archives, self.misses, self.keep, self.gaps.append, self.clock
        )

    def minutes(self) -> range:
        return range(NOW_MINUTE - 30 * MINUTE, NOW_MINUTE + MINUTE, MINUTE)

    def keep(self, bars: Sequence[Bar]) -> None:
        self.processor.merge_backfill(bars, from_standby=True)

    @property
    def bars(self) -> dict[int, Bar]:
        return {bar.open_ms: bar for bar in self.processor.bars(BTC)}

    @property
    def ended(self) -> list[Gap]:
        """Of gaps that were there at the beginning: later minutes are missing too, since nobody trades."""
        return [gap for gap in self.gaps if not gap.is_pending and gap.from_ms <= NOW_MINUTE]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.repair.run())
            try:
                yield
            finally:
                task.cancel()

    def _around(self, archives: dict[str, Archive]) -> Surroundings:
        return Surroundings(
            instruments=lambda: (self.instrument,),
            active_feed=self._active_feed,
            feeds=self._feeds,
            has_history=archives.__contains__,
            open_ms=lambda market, start_ms, end_ms: end_ms - start_ms if self.is_open else 0,
            minutes=self.processor.minutes,
            stored_minutes=self._stored_minutes,
            take_jumps=self._take_jumps,
            lacks=lambda jump: True,
            is_contiguous=lambda feed: True,
        )

    def _active_feed(self, instrument: Instrument) -> str:
        return self.active

    def _feeds(self) -> tuple[FeedStatus, ...]:
        return self.statuses

    async def _stored_minutes(self, instrument: InstrumentId, start_ms: int, end_ms: int) -> frozenset[int]:
        if self.is_store_broken:
            raise StoreUnusable("the disk is full")
        return frozenset(minute for minute in self.stored if start_ms <= minute < end_ms)

    def _take_jumps(self) -> list[Jump]:
        jumps, self.jumps = self.jumps, []
        return jumps


async def test_minutes_off_the_grid_are_found_and_filled_from_the_active_feed() -> None:
    world = World(absent=(3, 4, 8))
    async with world.running():
        await world.clock.advance(60)
        assert set(world.minutes()) <= set(world.bars)
        assert [(gap.state, gap.filled_from) for gap in world.ended] == [(GapState.FILLED, ACTIVE)] * 2
        assert world.other.asked == []
        assert {bar.origin for minute, bar in world.bars.items() if bar.trades == 9} == {BarOrigin.BACKFILL}


async def test_a_gap_is_told_when_it_is_found_tried_and_filled() -> None:
    world = World(absent=(3,))
    async with world.running():
        await world.clock.advance(40)
        assert [gap.state for gap in world.gaps] == [GapState.OPEN, GapState.BACKFILLING, GapState.FILLED]
        assert world.repair.statistics().repair_ms.p95 < 30_000
        counts = world.repair.statistics()
        assert (counts.found, counts.filled, counts.pending) == (1, 1, 0)


async def test_what_the_active_feed_lacks_is_taken_from_the_standby() -> None:
    world = World(absent=(3, 4))
    world.venue.quiet = {NOW_MINUTE - 3 * MINUTE}
    async with world.running():
        await world.clock.advance(60)
        (gap,) = world.ended
        assert (gap.state, gap.filled_from) == (GapState.FILLED, STANDBY)
        assert world.bars[NOW_MINUTE - 3 * MINUTE].source == STANDBY
        assert world.bars[NOW_MINUTE - 4 * MINUTE].source == ACTIVE


async def test_a_history_that_fails_is_passed_over() -> None:
    world = World(absent=(3,))
    world.venue.failures = 100
    async with world.running():
        await world.clock.advance(60)
        assert [(gap.state, gap.filled_from) for gap in world.ended] == [(GapState.FILLED, STANDBY)]


async def test_a_standby_never_replaces_a_bar_that_is_there() -> None:
    world = World()
    world.venue.failures = 100
    before = world.bars
    world.misses.note(Miss(BTC, ACTIVE, NOW_MINUTE - 5 * MINUTE, NOW_MINUTE - 1))
    async with world.running():
        await world.clock.advance(30)
        assert world.bars == before


async def test_minutes_without_trades_are_a_fact_and_not_looked_for_again() -> None:
    world = World(absent=(5,))
    world.venue.quiet = world.other.quiet = {NOW_MINUTE - 5 * MINUTE}
    async with world.running():
        await world.clock.advance(300)
        assert [(gap.state, gap.detail) for gap in world.ended] == [(GapState.UNFILLABLE, NO_TRADES)]
        assert sum(start_ms == NOW_MINUTE - 5 * MINUTE for start_ms, _ in world.venue.asked) == 1


async def test_what_was_missed_replaces_thin_bars_too() -> None:
    world = World()
    world.misses.note(Miss(BTC, ACTIVE, NOW_MINUTE - 2 * MINUTE + 1, NOW_MINUTE - MINUTE + 1))
    async with world.running():
        await world.clock.advance(5)
        (gap,) = world.ended
        assert (gap.cause, gap.state, gap.filled_from) == (GapCause.DISCONNECT, GapState.FILLED, ACTIVE)
        assert [world.bars[NOW_MINUTE - number * MINUTE].trades for number in (1, 2, 3)] == [9, 9, 7]


async def test_what_a_feed_missed_that_prices_nothing_is_no_gap() -> None:
    world = World()
    world.misses.note(Miss(BTC, STANDBY, NOW_MINUTE - 2 * MINUTE, NOW_MINUTE))
    async with world.running():
        await world.clock.advance(5)
        assert world.gaps == []


async def test_nothing_is_missed_out_of_session() -> None:
    world = World(absent=(3,))
    world.is_open = False
    world.misses.note(Miss(BTC, ACTIVE, NOW_MINUTE - 2 * MINUTE, NOW_MINUTE))
    async with world.running():
        await world.clock.advance(60)
        assert world.gaps == []


async def test_trades_that_were_never_sent_are_fetched_once_their_minute_is_over() -> None:
    world = World()
    world.jumps = [Jump(BTC, ACTIVE, 5, 6, NOW_MS - 900, NOW_MS - 100, NOW_MS - 850, NOW_MS)]
    async with world.running():
        await world.clock.advance(7)
        assert [(gap.cause, gap.from_ms) for gap in world.gaps] == [(GapCause.SOURCE, NOW_MINUTE)]
        await world.clock.advance(60)
        assert [gap.state for gap in world.ended if gap.cause is GapCause.SOURCE] == [GapState.FILLED]
        assert world.bars[NOW_MINUTE].trades == 9


async def test_a_process_that_stood_still_asks_for_what_it_slept_through() -> None:
    world = World()
    async with world.running():
        await world.clock.advance(2)
        world.clock.freeze(60)
        await world.clock.advance(2)
        assert {gap.cause for gap in world.gaps} == {GapCause.CLOCK}
        await world.clock.advance(90)
        assert {gap.state for gap in world.ended} == {GapState.FILLED}
        assert NOW_MINUTE in world.bars


async def test_where_no_feed_has_a_history_nothing_is_said_that_nobody_can_mend() -> None:
    world = World(absent=(3,), feeds=("third:BTC",))
    world.misses.note(Miss(BTC, "third:BTC", NOW_MINUTE - 2 * MINUTE, NOW_MINUTE))
    async with world.running():
        await world.clock.advance(60)
        assert world.gaps == []
        assert NO_HISTORY not in {gap.detail for gap in world.gaps}


async def test_a_store_that_cannot_be_read_puts_a_repair_off() -> None:
    world = World(absent=(3,))
    world.is_store_broken = True
    async with world.running():
        await world.clock.advance(36)
        assert world.gaps[-1].detail == "the disk is full"
        world.is_store_broken = False
        await world.clock.advance(60)
        assert [gap.state for gap in world.ended] == [GapState.FILLED]


async def test_the_sweep_finds_what_the_last_day_lacks() -> None:
    world = World()
    day = set(range(NOW_MINUTE - 20 * 60 * MINUTE, NOW_MINUTE, MINUTE))
    hole = set(range(NOW_MINUTE - 600 * MINUTE, NOW_MINUTE - 590 * MINUTE, MINUTE))
    world.stored = frozenset(day - hole)
    assert await world.repair.sweep() == 1
    async with world.running():
        await world.clock.advance(5)
        (gap,) = world.ended
        assert (gap.from_ms, gap.to_ms) == (min(hole), max(hole) + MINUTE)
        assert (gap.state, gap.filled_from) == (GapState.FILLED, ACTIVE)


async def test_what_an_earlier_run_left_pending_is_repaired() -> None:
    world = World(absent=(20, 21))
    world.repair.restore(
        [
            Gap(
                instrument=BTC,
                from_ms=NOW_MINUTE - 21 * MINUTE,
                to_ms=NOW_MINUTE - 19 * MINUTE,
                cause=GapCause.DISCONNECT,
                state=GapState.BACKFILLING,
                found_ms=NOW_MS - 100_000,
                changed_ms=NOW_MS - 90_000,
                attempts=2,
            )
        ]
    )
    async with world.running():
        await world.clock.advance(5)
        assert [(gap.state, gap.attempts) for gap in world.ended] == [(GapState.FILLED, 3)]


@settings(max_examples=40, deadline=None)
@given(
    absent=st.sets(st.integers(1, 14)),
    quiet=st.sets(st.integers(1, 14)),
    quiet_there=st.sets(st.integers(1, 14)),
    failures=st.integers(0, 4),
    failures_there=st.integers(0, 4),
    switches=st.lists(st.booleans(), max_size=6),
)
async def test_any_missing_minutes_end_filled_or_explained_and_none_is_lost_or_doubled(
    absent: set[int],
    quiet: set[int],
    quiet_there: set[int],
    failures: int,
    failures_there: int,
    switches: list[bool],
) -> None:
    world = World(absent)
    world.venue.quiet = {NOW_MINUTE - number * MINUTE for number in quiet}
    world.other.quiet = {NOW_MINUTE - number * MINUTE for number in quiet_there}
    world.venue.failures, world.other.failures = failures, failures_there
    before = world.bars
    async with world.running():
        for is_active in switches:
            await world.clock.advance(9)
            world.active = ACTIVE if is_active else STANDBY
            world.processor.activate(BTC, world.active)
        await world.clock.advance(600)
        gaps = {gap.from_ms: gap for gap in world.gaps}
        assert not [gap for gap in gaps.values() if gap.is_pending and gap.from_ms < NOW_MINUTE]
        gone = {(NOW_MINUTE - minute) // MINUTE for minute in set(world.minutes()) - set(world.bars)}
        assert absent & quiet & quiet_there <= gone <= absent & (quiet | quiet_there)
        assert failures or failures_there or gone == absent & quiet & quiet_there
        assert len(world.processor.bars(BTC)) == len(world.bars)
        assert all(world.bars[minute].trades >= bar.trades for minute, bar in before.items())
