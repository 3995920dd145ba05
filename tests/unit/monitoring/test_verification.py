import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from weakref import ref

from msgspec.structs import asdict, replace

from rtp_tui.model.market import Bar, BarOrigin, Tick
from rtp_tui.monitoring.verification import MOST_TRADES, BarVerification, Rebuilt
from rtp_tui.processing.bar_builder import BarBuilder
from tests.factories import BTC, NOW_MS, a_trade
from tests.fakes import FakeClock

MINUTE = 60_000
FIRST_MS = NOW_MS // MINUTE * MINUTE - 3 * MINUTE


class World:
    """Three minutes of trades, the bars that were built of them, and what is stored of the trades."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW_MS + 20_000)
        self.trades = [
            a_trade(sequence=n, event_ms=FIRST_MS + n * 7_000, price=100.0 + n % 5, size=0.1 * n)
            for n in range(25)
        ]
        builder = BarBuilder(BTC)
        for trade in self.trades:
            builder.add_trade(
                trade.price or 0, trade.size or 0, trade.event_ms or 0, trade.sequence or 0, trade.feed
            )
        builder.close_due(NOW_MS)
        self.bars = {bar.open_ms: bar for bar in builder.recent()}
        self.stored: Sequence[Tick] = self.trades
        self.dropped = 0
        self.since_ms: int | None = None
        self.revised: list[Bar] = []
        self.verification = BarVerification(
            self._made, lambda open_ms: [self.bars[open_ms]] if open_ms in self.bars else [],
            lambda: self.dropped, self.revised.append, self.clock, lambda: self.since_ms,
        )  # fmt: skip

    async def _made(
        self, start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], Rebuilt | None]
    ) -> Rebuilt | None:
        return make(tick for tick in self.stored if start_ms <= (tick.event_ms or 0) < end_ms)

    @property
    def counts(self) -> tuple[int, int, int]:
        counts = self.verification.counts
        return counts.verified, counts.differing, counts.unverified


async def test_bars_agree_with_the_trades_that_made_them() -> None:
    world = World()
    await world.verification.verify()
    assert world.counts == (3, 0, 0)
    assert world.revised == []


async def test_a_bar_that_its_trades_contradict_is_counted_and_corrected() -> None:
    world = World()
    right = world.bars[FIRST_MS]
    world.bars[FIRST_MS] = replace(right, high=1e6, volume=3.0)
    await world.verification.verify()
    assert world.counts == (3, 1, 0)
    (bar,) = world.revised
    assert (bar.open_ms, bar.high, bar.volume, bar.closed) == (FIRST_MS, right.high, right.volume, True)


async def test_a_bar_is_left_alone_where_some_of_its_trades_are_not_stored() -> None:
    world = World()
    world.stored = world.trades[1:]
    await world.verification.verify()
    assert world.counts == (3, 1, 0)
    assert world.revised == []


async def test_bars_of_a_history_have_no_trades_to_be_held_against() -> None:
    world = World()
    world.stored = ()
    world.bars = {key: replace(bar, origin=BarOrigin.BACKFILL) for key, bar in world.bars.items()}
    await world.verification.verify()
    assert world.counts == (0, 0, 0)


async def test_nothing_is_concluded_while_rows_are_given_up() -> None:
    world = World()
    world.dropped, world.stored = 1, ()
    await world.verification.verify()
    assert world.counts == (0, 0, 3)
    await world.verification.verify()
    assert world.counts == (3, 3, 3)


async def test_minutes_whose_trades_had_to_make_room_say_nothing_of_their_bars() -> None:
    world = World()
    world.since_ms = FIRST_MS + 5_000
    world.stored = [trade for trade in world.trades if trade.received_ms >= FIRST_MS + 5_000]
    await world.verification.verify()
    assert world.counts == (1, 0, 2)
    assert world.revised == []


async def test_more_trades_than_are_read_leave_a_minute_unverified() -> None:
    world = World()
    world.stored = [replace(world.trades[0], size=0.0)] * (MOST_TRADES + 1)
    await world.verification.verify()
    assert world.counts == (2, 2, 1)


async def test_each_trade_is_let_go_of_before_the_next_is_read_since_there_may_be_many() -> None:
    world, given = World(), list[ref[_Trade]]()

    async def made(
        start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], Rebuilt | None]
    ) -> Rebuilt | None:
        def trades() -> Iterator[Tick]:
            for tick in world.stored:
                if start_ms <= (tick.event_ms or 0) < end_ms:
                    assert sum(trade() is not None for trade in given) <= 1
                    trade = _Trade(**asdict(tick))
                    given.append(ref(trade))
                    yield trade
                    del trade

        return make(trades())

    verification = BarVerification(
        made, lambda open_ms: [world.bars[open_ms]] if open_ms in world.bars else [],
        lambda: 0, world.revised.append, world.clock,
    )  # fmt: skip
    await verification.verify()
    assert (verification.counts.verified, verification.counts.differing) == (3, 0)
    assert len(given) == len(world.trades)


class _Trade(Tick, frozen=True, gc=True, weakref=True):
    """Can be looked for."""


async def test_it_happens_every_five_minutes() -> None:
    world = World()
    world.clock.step(-240)
    task = asyncio.create_task(world.verification.run())
    await world.clock.advance(299)
    assert world.counts == (0, 0, 0)
    await world.clock.advance(2)
    assert world.counts == (3, 0, 0)
    task.cancel()
