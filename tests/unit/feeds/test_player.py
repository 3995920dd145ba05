"""A replay: the capture's own time, the same bars at any speed."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.capture import CapturedFrame, CaptureFile, CaptureWriter
from rtp_tui.clock import ReplayClock
from rtp_tui.feeds.player import Player, Window
from rtp_tui.feeds.replay_feed import Controls, ReplayFeed
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.market import Bar, BarOrigin, Tick
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.replayed import ReplayProcessor
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.replay import Observed
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, a_bar, a_trade, an_instrument
from tests.fake_recorder import FakeRecorder
from tests.fakes import FakeClock

START_MS = 1_723_075_200_000
VENUE = "binance"


def a_frame(
    after_ms: int, price: float = 1.0, number: int | None = None, source: str = VENUE
) -> CapturedFrame:
    text = json.dumps({"at": START_MS + after_ms, "price": price, "number": number})
    return CapturedFrame(START_MS + after_ms, source, "ws", "wss://venue.example", text)


def decode(frame: bytes, received_ms: int) -> Sequence[Tick] | Notice:
    said = json.loads(frame)
    return [
        a_trade(
            event_ms=said["at"],
            received_ms=received_ms,
            price=said["price"],
            sequence=said["number"],
            size=1.0,
        )
    ]


async def answer(frame: CapturedFrame) -> Observed:
    return Observed(bars=[a_bar(open_ms=START_MS - 120_000, origin=BarOrigin.BACKFILL, trades=9)])


class Played:
    """A replay of one provider with everything behind it, on a fake machine."""

    def __init__(self, capture: CaptureFile, speed: float | None, window: Window = Window()) -> None:  # noqa: B008
        self.machine = FakeClock()
        self.clock = ReplayClock(self.machine, START_MS)
        self.controls = Controls(speed)
        instruments = [an_instrument()]
        processor = ReplayProcessor(instruments)
        self.pipeline = Pipeline("e", PipelineState(instruments), processor, FakeRecorder(), self.clock)
        self.feed = ReplayFeed(
            VENUE,
            5_000,
            [Subscription(BTC, "BTCUSDT")],
            decode=decode,
            ask=answer,
            controls=self.controls,
            clock=self.clock,
            accept=self.pipeline.accept,
            announce=self.pipeline.announce,
            keep_backfill=self.pipeline.keep_backfill,
        )
        feeds = {VENUE: self.feed}
        self.player = Player(
            capture, feeds, self.clock, self.controls, self._close_bars, self._room, window=window
        )

    async def run(self) -> "Played":
        async with asyncio.timeout(20):
            task = asyncio.create_task(self.player.run())
            while not task.done():
                await self.machine.advance(0.05)
            await task
        return self

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self.pipeline.bars_in_memory(BTC)

    def _close_bars(self, at_ms: int) -> None:
        for bar in self.pipeline.processor.close_bars(at_ms):
            self.pipeline.announce(bar)

    async def _room(self) -> None:
        pass


def a_capture(path: Path, frames: Sequence[CapturedFrame]) -> CaptureFile:
    with CaptureWriter(path, replaces=True) as writer:
        for frame in frames:
            writer.write(frame)
    return CaptureFile(path)


@given(
    steps=st.lists(st.tuples(st.integers(0, 20_000), st.floats(1, 100)), min_size=1, max_size=25),
    speed=st.sampled_from([20.0, 50.0, 333.0]),
)
async def test_every_speed_gives_the_same_bars_and_quotes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, float]], speed: float
) -> None:
    frames, after_ms = [], 0
    for number, (step_ms, price) in enumerate(steps):
        after_ms += step_ms
        frames.append(a_frame(after_ms, price, number))
    path = tmp_path_factory.mktemp("captures") / "c.jsonl"

    paced = await Played(a_capture(path, frames), speed).run()
    fastest = await Played(CaptureFile(path), None).run()

    assert paced.bars == fastest.bars
    assert paced.pipeline.state.market.quotes == fastest.pipeline.state.market.quotes
    assert sum(bar.trades for bar in fastest.bars) == len(steps)


async def test_bars_say_that_they_are_of_a_replay(tmp_path: Path) -> None:
    http = CapturedFrame(START_MS, VENUE, "http", "https://venue.example/q", "[]")
    played = await Played(a_capture(tmp_path / "c", [http, a_frame(0), a_frame(70_000)]), None).run()

    assert [bar.origin for bar in played.bars] == [BarOrigin.REPLAY] * 3
    assert [bar.closed for bar in played.bars] == [True, True, False]
    assert {bar.origin for bar in played.pipeline.processor.take_changed_bars()} == {BarOrigin.REPLAY}


async def test_time_is_the_captures_and_goes_on_at_its_pace(tmp_path: Path) -> None:
    played = Played(a_capture(tmp_path / "c", [a_frame(0), a_frame(20_000)]), 10.0)
    running = asyncio.create_task(played.player.run())

    await played.machine.advance(1.0)
    assert abs(played.clock.now_ms() - (START_MS + 10_000)) <= 1_000
    assert played.player.counts.frames == 1
    await played.machine.advance(1.1)

    await asyncio.wait_for(running, 5)
    assert played.clock.now_ms() == START_MS + 20_000
    assert played.feed.status().state is FeedState.STOPPED


async def test_a_pause_holds_time_and_a_resume_goes_on_from_there(tmp_path: Path) -> None:
    played = Played(a_capture(tmp_path / "c", [a_frame(0), a_frame(10_000)]), 1.0)
    running = asyncio.create_task(played.player.run())
    await played.machine.advance(2.0)

    played.feed.pause()
    await played.machine.advance(1.0)
    held_ms = played.clock.now_ms()
    await played.machine.advance(60.0)
    assert played.clock.now_ms() == held_ms
    assert played.feed.status().state is FeedState.PAUSED

    played.feed.resume()
    await played.machine.advance(6.0)
    assert not running.done()
    assert played.feed.status().state is FeedState.LIVE
    await played.machine.advance(3.0)
    await asyncio.wait_for(running, 5)


async def test_even_the_fastest_replay_can_be_paused(tmp_path: Path) -> None:
    played = Played(a_capture(tmp_path / "c", [a_frame(0)]), None)
    played.feed.pause()
    running = asyncio.create_task(played.player.run())
    await played.machine.advance(5.0)
    assert played.player.counts.frames == 0
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_lines_out_of_order_are_played_at_the_moment_of_the_one_ahead(tmp_path: Path) -> None:
    frames = [a_frame(5_000, 2.0), a_frame(1_000, 1.0), a_frame(6_000, 3.0)]
    played = await Played(a_capture(tmp_path / "c", frames), None).run()

    assert played.player.counts.out_of_order == 1
    assert played.player.counts.frames == 3
    assert played.clock.now_ms() == START_MS + 6_000
    quote = played.pipeline.state.market.quotes[BTC]
    assert (quote.price, quote.received_ms) == (3.0, START_MS + 6_000)


async def test_frames_without_a_time_follow_at_once(tmp_path: Path) -> None:
    untimed = CapturedFrame(0, VENUE, "ws", "", a_frame(0).text)
    played = await Played(a_capture(tmp_path / "c", [untimed, untimed]), 1.0).run()

    assert played.player.counts.frames == 2
    assert played.player.counts.out_of_order == 0
    assert played.machine.monotonic() < 1001


async def test_sources_that_nobody_reads_are_counted_by_name(tmp_path: Path) -> None:
    frames = [a_frame(0), a_frame(1, source="elsewhere"), a_frame(2, source="elsewhere")]
    played = await Played(a_capture(tmp_path / "c", frames), None).run()

    assert played.player.counts.skipped == {"elsewhere": 2}
    assert played.player.counts.frames == 1


async def test_a_window_plays_only_what_is_in_it(tmp_path: Path) -> None:
    capture = a_capture(tmp_path / "c", [a_frame(at, number=at) for at in (0, 1_000, 2_000, 3_000)])
    played = await Played(capture, None, Window(START_MS + 1_000, START_MS + 3_000)).run()

    assert played.player.counts.frames == 2


async def test_a_feed_of_a_replay_explains_itself_and_asks_nobody(tmp_path: Path) -> None:
    played = await Played(a_capture(tmp_path / "c", [a_frame(0, 7.0)]), None).run()

    raw = played.feed.raw(BTC)
    assert raw is not None
    assert '"price": 7.0' in raw.text
    assert await played.feed.refresh([BTC]) == 0
    assert played.feed.status().frames == 1
