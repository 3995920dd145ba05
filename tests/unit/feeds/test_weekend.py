"""A weekend from Friday's close to Monday's open: nobody is silent, nothing connects again, nothing is switched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest

from rtp_tui.feeds.standby import Standby
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import ActiveFeed, FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.contract import Endpoint, Notice, Subscription
from tests.factories import BTC, a_trade, an_instrument
from tests.fake_sockets import FakeVenue
from tests.fakes import FakeClock, settle

CALENDAR = TradingCalendar({"ny": MarketSettings(timezone="America/New_York", open="09:30", close="16:00")})


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class WordSource:
    """Every frame is a trade of the one instrument; sockets live for ever."""

    name = "venue"
    expected_ms = 1_000
    lifetime_s: float | None = None
    max_frame_bytes = 1_000

    def endpoints(self, subscriptions: object) -> list[Endpoint]:
        return [Endpoint("ws://venue", (), (Subscription(BTC, "BTC"),))]

    def decode(self, frame: str | bytes, received_ms: int) -> tuple[Tick, ...] | Notice:
        return (a_trade(instrument=BTC, sequence=int(frame), received_ms=received_ms),)


class Weekend:
    """A feed with a standby, on a market that is closed from Friday, 21:00 UTC, to Monday, 14:30."""

    def __init__(self, begins: str) -> None:
        self.clock = FakeClock(at(begins))
        self.venues = {name: FakeVenue() for name in ("venue", "other")}
        self.chosen: list[ActiveFeed] = []
        self.said: list[Payload] = []
        self.feeds = {name: self._feed(name) for name in self.venues}
        instrument = an_instrument(BTC, feeds=("venue:BTC", "other:BTC"), market="ny")
        self.standby = Standby(
            self.feeds,
            lambda: (instrument,),
            lambda instrument, feed: None,
            self.chosen.append,
            self.is_open,
            lambda *missed: None,
            self.clock,
        )
        self.heard = 0

    def is_open(self, instrument: InstrumentId) -> bool:
        return CALENDAR.session("ny", self.clock.now_ms()).is_open

    def speak(self) -> None:
        """A trade on each socket."""
        self.heard += 1
        for venue in self.venues.values():
            venue.socket.deliver(b"%d" % self.heard)

    def _feed(self, name: str) -> StreamingFeed:
        return StreamingFeed(
            name,
            WordSource(),
            None,
            (Subscription(BTC, "BTC"),),
            clock=self.clock,
            connect=self.venues[name].connect,
            accept=lambda tick: None,
            announce=self.said.append,
            keep_backfill=lambda bars: None,
            in_session=self.is_open,
        )


@asynccontextmanager
async def running(weekend: Weekend) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(feed.run()) for feed in weekend.feeds.values()]
        tasks.append(group.create_task(weekend.standby.run()))
        await settle()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


@pytest.mark.parametrize("begins", ["2026-01-09 20:59:45", "2026-01-10 12:00", "2026-01-12 14:20"])
async def test_a_weekend_connects_nothing_again_and_switches_nothing(begins: str) -> None:
    weekend = Weekend(begins)
    async with running(weekend):
        for _ in range(20):
            weekend.speak()
            await weekend.clock.advance(1)
        # Ten times as long as a socket of an open market may be silent.
        await weekend.clock.advance(300)
        assert [venue.attempts for venue in weekend.venues.values()] == [1, 1]
        assert [feed.status().state for feed in weekend.feeds.values()] == [FeedState.LIVE] * 2
        assert weekend.chosen == []


async def test_the_silence_before_the_open_does_not_count_and_that_after_it_does() -> None:
    weekend = Weekend("2026-01-12 14:25")
    async with running(weekend):
        weekend.speak()
        await weekend.clock.advance(5 * 60 + 5)
        assert weekend.is_open(BTC)
        assert [venue.attempts for venue in weekend.venues.values()] == [1, 1]
        for _ in range(30):
            weekend.speak()
            await weekend.clock.advance(1)
        assert [venue.attempts for venue in weekend.venues.values()] == [1, 1]
        assert weekend.chosen == []
        await weekend.clock.advance(60)
        assert all(venue.attempts > 1 for venue in weekend.venues.values())
