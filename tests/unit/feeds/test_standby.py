import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from rtp_tui.feeds.failover import Candidate
from rtp_tui.feeds.standby import Standby
from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.instrument import InstrumentId
from tests.factories import BTC, ETH, an_instrument
from tests.fakes import FakeClock, settle

INSTRUMENTS = [
    an_instrument(BTC, feeds=("venue:BTCUSDT", "other:BTC-USD")),
    an_instrument(ETH, feeds=("venue:ETHUSDT",)),
]


class FakeFeed:
    """Speaks until it is cut."""

    def __init__(self, clock: FakeClock) -> None:
        self.cut_ms: int | None = None
        self.refreshed: list[list[InstrumentId]] = []
        self._clock = clock

    def candidate(self, instrument: InstrumentId, feed: str) -> Candidate:
        heard_ms = self._clock.now_ms() if self.cut_ms is None else self.cut_ms
        return Candidate(feed, 1_000, heard_ms, self.cut_ms)

    async def refresh(self, instruments: Sequence[InstrumentId]) -> int:
        self.refreshed.append(list(instruments))
        await self._clock.sleep(2)
        return len(instruments)


class Scene:
    """Two feeds, an instrument on both and one on the first."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.venue, self.other = FakeFeed(self.clock), FakeFeed(self.clock)
        self.activated: list[tuple[InstrumentId, str]] = []
        self.announced: list[ActiveFeed] = []
        self.missed: list[tuple[InstrumentId, int]] = []
        self.standby = Standby(
            {"venue": self.venue, "other": self.other},
            lambda: INSTRUMENTS,
            lambda instrument, feed: self.activated.append((instrument, feed)),
            self.announced.append,
            lambda instrument: True,
            lambda instrument, since_ms: self.missed.append((instrument, since_ms)),
            self.clock,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.standby.run())
        await settle()
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_the_standby_prices_within_seconds_and_is_asked_at_once() -> None:
    scene = Scene()
    async with scene.running():
        await scene.clock.advance(60)
        scene.venue.cut_ms = scene.clock.now_ms()
        await scene.clock.advance(4)
        assert scene.activated == [(BTC, "other:BTC-USD")]
        assert [active.feed for active in scene.announced] == ["other:BTC-USD"]
        assert scene.other.refreshed == [[BTC]]
        assert scene.missed == [(BTC, scene.venue.cut_ms)]


async def test_the_preferred_feed_comes_back_and_the_return_is_announced() -> None:
    scene = Scene()
    async with scene.running():
        await scene.clock.advance(60)
        scene.venue.cut_ms = scene.clock.now_ms()
        await scene.clock.advance(10)
        scene.venue.cut_ms = None
        await scene.clock.advance(35)
        assert [(active.feed, active.reason != "") for active in scene.announced] == [
            ("other:BTC-USD", True),
            ("venue:BTCUSDT", False),
        ]
        assert scene.venue.refreshed == [[BTC]]


async def test_a_feed_that_is_not_configured_is_no_candidate() -> None:
    scene = Scene()
    standby = Standby(
        {"venue": scene.venue},
        lambda: INSTRUMENTS,
        lambda instrument, feed: None,
        scene.announced.append,
        lambda instrument: True,
        lambda instrument, since_ms: None,
        scene.clock,
    )
    scene.venue.cut_ms = 0
    assert standby.check() == {}
    assert scene.announced == []


@pytest.mark.parametrize("in_session", [True, False])
def test_the_only_feed_that_runs_prices_whatever_is_preferred(in_session: bool) -> None:
    scene = Scene()
    standby = Standby(
        {"other": scene.other},
        lambda: INSTRUMENTS,
        lambda instrument, feed: scene.activated.append((instrument, feed)),
        scene.announced.append,
        lambda instrument: in_session,
        lambda instrument, since_ms: None,
        scene.clock,
    )
    assert standby.check() == {"other": [BTC]}
    assert scene.activated == [(BTC, "other:BTC-USD")]
    assert [(one.feed, one.reason) for one in scene.announced] == [("other:BTC-USD", "")]
    assert standby.check() == {}
