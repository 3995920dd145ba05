import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

from rtp_tui.feeds.fallback import ANSWERS_COUNT_S, ASK_EVERY_S, Fallback
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.contract import SourceUnavailable, Subscription
from tests.factories import BTC, ETH, a_quote_tick
from tests.fakes import FakeClock, OpenGuard, settle

BITCOIN, ETHER = Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")


class Scene:
    """A venue that is asked for what is missing."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.missing: list[Subscription] = []
        self.is_down = False
        self.asked: list[list[Subscription]] = []
        self.ticks: list[Tick] = []
        self.guard = OpenGuard()
        self.fallback = Fallback(self, self.guard, lambda: self.missing, self.ticks.append, self.clock)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        self.asked.append(list(subscriptions))
        if self.is_down:
            raise SourceUnavailable("no route to host")
        return [
            a_quote_tick(instrument=wanted.instrument, received_ms=self.clock.now_ms())
            for wanted in subscriptions
        ]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        raise AssertionError("bars are not asked for")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.fallback.run())
        await settle()
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_while_nothing_is_missing_nothing_is_asked() -> None:
    scene = Scene()
    async with scene.running():
        await scene.clock.advance(60)
        assert scene.asked == []
        assert not scene.fallback.is_answered


async def test_what_is_missing_is_asked_for_every_few_seconds_as_sampled_prices() -> None:
    scene = Scene()
    async with scene.running():
        scene.missing = [BITCOIN]
        await scene.clock.advance(1)
        assert scene.asked == [[BITCOIN]]
        scene.missing = [BITCOIN, ETHER]
        await scene.clock.advance(2 * ASK_EVERY_S)
        assert scene.asked == [[BITCOIN], [BITCOIN, ETHER], [BITCOIN, ETHER]]
        assert {tick.kind for tick in scene.ticks} == {TickKind.POLL}
        assert scene.fallback.heard_ms(ETH) == scene.ticks[-1].received_ms
        assert scene.fallback.is_answered
        scene.missing = []
        await scene.clock.advance(60)
        assert len(scene.asked) == 3
        assert not scene.fallback.is_answered


async def test_once_nothing_is_missing_any_more_what_the_breaker_found_is_forgotten() -> None:
    scene = Scene()
    async with scene.running():
        await scene.clock.advance(10)
        assert scene.guard.rests == 0
        scene.missing, scene.is_down = [BITCOIN], True
        await scene.clock.advance(ASK_EVERY_S)
        assert scene.guard.rests == 0
        scene.missing = []
        await scene.clock.advance(60)
        assert scene.guard.rests == 1
        assert scene.fallback.error is None


async def test_a_venue_that_does_not_answer_either_is_not_taken_to_for_long() -> None:
    scene = Scene()
    async with scene.running():
        scene.missing = [BITCOIN]
        await scene.clock.advance(1)
        scene.is_down = True
        await scene.clock.advance(ASK_EVERY_S)
        assert scene.fallback.error == "no route to host"
        assert scene.fallback.is_answered
        await scene.clock.advance(ANSWERS_COUNT_S)
        assert not scene.fallback.is_answered
        scene.is_down = False
        await scene.clock.advance(ASK_EVERY_S)
        assert scene.fallback.error is None
        assert scene.fallback.is_answered
