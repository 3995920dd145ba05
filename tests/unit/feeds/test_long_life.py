"""Connections over days: a weekend without trading, and venues that end them after 24 hours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.market import Tick
from rtp_tui.sources.contract import Subscription
from tests.factories import BTC, ETH
from tests.fake_sockets import FakeSocket, FakeVenue
from tests.fakes import FakeClock, settle
from tests.unit.feeds.test_streaming_feed import Ceiling, FakeSource, SourcePerInstrument

HOUR_S = 3_600.0
SUBSCRIPTIONS = (Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT"))


class SparseClock(FakeClock):
    """A clock by which what happens every second happens every minute, so that a test sees days in a moment."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(60.0 if seconds == 1.0 else seconds)


class LongLived(FakeSource):
    lifetime_s: float | None = 24 * HOUR_S - 600


class LongLivedEach(SourcePerInstrument):
    lifetime_s: float | None = 24 * HOUR_S - 600


class Bench:
    """A feed without history, on a clock that hurries."""

    def __init__(self, source: FakeSource, *, is_open: bool) -> None:
        self.clock = SparseClock()
        self.venue = FakeVenue()
        self.heard: list[int | None] = []
        self.feed = StreamingFeed(
            "venue",
            source,
            None,
            SUBSCRIPTIONS,
            clock=self.clock,
            connect=self.venue.connect,
            accept=self._accept,
            announce=lambda payload: None,
            keep_backfill=lambda bars: None,
            in_session=lambda instrument: is_open,
            rng=Ceiling(),
            silence_s=120.0,
        )

    def _accept(self, tick: Tick) -> None:
        self.heard.append(tick.sequence)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.feed.run())
            await settle()
            yield
            task.cancel()


async def test_a_weekend_without_a_word_costs_no_connection_but_those_that_are_planned() -> None:
    bench = Bench(LongLived(), is_open=False)
    async with bench.running():
        await bench.clock.advance(65 * HOUR_S)
        assert bench.venue.attempts == 1 + int(65 / (24 - 1 / 6))
        assert bench.venue.open_sockets == 1


async def test_a_venue_that_ends_idle_connections_over_a_weekend_is_not_stormed() -> None:
    bench = Bench(LongLived(), is_open=False)
    async with bench.running():
        for _ in range(65):
            await bench.clock.advance(HOUR_S)
            bench.venue.socket.end(1000, "idle")
        assert bench.venue.attempts <= 65 + 3


async def test_a_planned_reconnect_after_almost_a_day_misses_no_number() -> None:
    bench = Bench(LongLived(), is_open=True)
    async with bench.running():
        number = 0
        while bench.clock.monotonic() < 1000 + 24 * HOUR_S:
            for socket in _open(bench.venue):
                socket.deliver(b"btc %d" % number)
            number += 1
            await bench.clock.advance(60)
        assert bench.venue.attempts == 2
        assert _distinct(bench.heard) == list(range(number))


async def test_connections_of_one_age_are_not_replaced_at_the_same_moment() -> None:
    bench = Bench(LongLivedEach(), is_open=False)
    async with bench.running():
        await bench.clock.advance(23 * HOUR_S + 45 * 60)
        assert bench.venue.attempts == 2
        most = 0
        for _ in range(28):
            before = bench.venue.attempts
            await bench.clock.advance(15)
            most = max(most, bench.venue.attempts - before)
        assert (bench.venue.attempts, bench.venue.open_sockets, most) == (4, 2, 1)


def _open(venue: FakeVenue) -> list[FakeSocket]:
    return [socket for socket in venue.sockets if socket.is_open]


def _distinct(numbers: list[int | None]) -> list[int | None]:
    return list(dict.fromkeys(numbers))
