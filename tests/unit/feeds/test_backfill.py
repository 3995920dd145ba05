import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from random import Random

from rtp_tui.feeds.backfill import ATTEMPTS, CONCURRENCY, Backfill
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick
from rtp_tui.resilience.backoff import Backoff
from rtp_tui.sources.contract import SourceUnavailable, Subscription
from tests.factories import a_bar, a_quote_tick
from tests.fakes import FakeClock

MINUTE = 60_000


class SlowHistory:
    """Takes a second for each question about bars, and knows how many were open at once."""

    def __init__(self, clock: FakeClock) -> None:
        self.asked: list[tuple[str, int]] = []
        self.open = 0
        self.most_open = 0
        self.questions = 0
        self.is_down = False
        self.broken_after = 10**9
        self._clock = clock

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        self.questions += 1
        if self.is_down:
            raise SourceUnavailable("down")
        return [a_quote_tick(instrument=wanted.instrument) for wanted in subscriptions]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        self.asked.append((subscription.symbol, start_ms))
        if len(self.asked) == self.broken_after:
            raise SourceUnavailable("broken")
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await self._clock.sleep(1)
        self.open -= 1
        return [a_bar(instrument=subscription.instrument)]


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.history = SlowHistory(self.clock)
        self.ticks: list[Tick] = []
        self.kept: list[Sequence[Bar]] = []
        self.backfill = Backfill(
            self.history, self.clock, Backoff(1.0, 60.0, Random(1)), self.ticks.append, self.kept.append
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.backfill.run())
            try:
                yield
            finally:
                task.cancel()


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n}") for n in range(count)]


async def test_bars_are_fetched_once_each_a_few_at_a_time() -> None:
    bench = Bench()
    bench.backfill.want(many(10), bench.clock.now_ms())
    async with bench.running():
        await bench.clock.advance(20)
        assert sorted(symbol for symbol, _ in bench.history.asked) == sorted(f"C{n}" for n in range(10))
        assert bench.history.most_open == CONCURRENCY
        assert all(len(bars) == 1 for bars in bench.kept)
        assert (len(bench.kept), len(bench.ticks), bench.backfill.error) == (10, 10, None)


async def test_what_is_wanted_twice_is_fetched_once_from_the_earlier_moment() -> None:
    bench = Bench()
    now_ms = bench.clock.now_ms()
    bench.backfill.want(many(1), now_ms - 5 * MINUTE)
    bench.backfill.want(many(1), now_ms - 9 * MINUTE)
    bench.backfill.want(many(1), now_ms)
    async with bench.running():
        await bench.clock.advance(20)
        assert bench.history.asked == [("C0", (now_ms - 9 * MINUTE) // MINUTE * MINUTE)]


async def test_no_more_than_a_day_is_asked_for() -> None:
    bench = Bench()
    bench.backfill.want(many(1), 0)
    async with bench.running():
        await bench.clock.advance(2)
        ((_, start_ms),) = bench.history.asked
        assert bench.clock.now_ms() - start_ms <= 24 * 60 * MINUTE + MINUTE


async def test_after_a_failure_only_what_is_missing_is_asked_for_again() -> None:
    bench = Bench()
    bench.history.broken_after = 6
    bench.backfill.want(many(10), bench.clock.now_ms())
    async with bench.running():
        await bench.clock.advance(30)
        asked = [symbol for symbol, _ in bench.history.asked]
        assert len(asked) == 11
        assert set(asked) == {f"C{n}" for n in range(10)}
        assert (len(bench.kept), bench.history.questions, bench.backfill.error) == (10, 1, None)


async def test_a_provider_that_stays_down_is_given_up_until_it_is_wanted_again() -> None:
    bench = Bench()
    bench.history.is_down = True
    bench.backfill.want(many(2), bench.clock.now_ms())
    async with bench.running():
        await bench.clock.advance(10_000)
        assert (bench.history.questions, bench.backfill.error) == (ATTEMPTS, "down")
        bench.history.is_down = False
        bench.backfill.want(many(2), bench.clock.now_ms())
        await bench.clock.advance(5)
        assert (len(bench.kept), bench.backfill.error) == (2, None)
