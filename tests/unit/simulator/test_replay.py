"""A recording finds its streams and keeps its pace."""

import asyncio
from asyncio import TaskGroup
from pathlib import Path

import pytest

from rtp_tui.capture import CapturedFrame, CaptureFile, CaptureWriter
from rtp_tui.simulator.binance_gateway import BinanceGateway
from rtp_tui.simulator.fanout import text_frame
from rtp_tui.simulator.replay import Replay, recorded
from tests.fakes import FakeClock, settle
from tests.unit.simulator.fake_wire import FakeWire


def a_frame(text: str, received_ms: int = 0, transport: str = "ws", url: str = "") -> CapturedFrame:
    return CapturedFrame(received_ms, "venue", transport, url, text)


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ('{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}', "btcusdt@trade"),
        ('{"e":"trade","E":1,"s":"BTCUSDT"}', "btcusdt@trade"),
        ('{"u":1,"s":"BTCUSDT","b":"1"}', "btcusdt@bookTicker"),
        ('{"e":"24hrMiniTicker","s":"BTCUSDT"}', "btcusdt@miniTicker"),
        ('{"e":"kline","s":"BTCUSDT","k":{"i":"5m"}}', "btcusdt@kline_5m"),
    ],
)
def test_an_events_stream_is_named_or_follows_from_it(text: str, stream: str) -> None:
    event = recorded(a_frame(text))
    assert event is not None
    assert event.stream == stream


@pytest.mark.parametrize("text", ['{"result":null,"id":1}', "[1]", "pong", '{"stream":1}', ""])
def test_what_is_no_event_is_left_out(text: str) -> None:
    assert recorded(a_frame(text)) is None


def test_the_events_text_is_verbatim() -> None:
    event = recorded(a_frame('{"stream":"a@trade","data":{"p": "1.50",  "x":"☃"}}'))
    assert event is not None
    assert event.text == '{"p": "1.50",  "x":"☃"}'


def a_capture(tmp_path: Path, *frames: CapturedFrame) -> CaptureFile:
    with CaptureWriter(tmp_path / "c.jsonl") as writer:
        for frame in frames:
            writer.write(frame)
    return CaptureFile(tmp_path / "c.jsonl")


def a_recording(tmp_path: Path) -> CaptureFile:
    return a_capture(
        tmp_path, *(a_frame(f'{{"e":"trade","s":"A","t":{i}}}', 1_000_000 + 1000 * i) for i in range(4))
    )


@pytest.mark.parametrize(("speed", "after_s", "count"), [(1.0, 1.1, 2), (2.0, 1.1, 3), (None, 0.0, 4)])
async def test_frames_keep_their_spacing(
    tmp_path: Path, speed: float | None, after_s: float, count: int
) -> None:
    clock = FakeClock()
    replay = Replay(clock, a_recording(tmp_path), speed=speed)
    gateway, wire = BinanceGateway(clock, replay.rest), FakeWire()
    async with TaskGroup() as group:
        playing = group.create_task(replay.play(gateway))
        await clock.advance(5)
        assert replay.played == 0
        gateway.fanout.enter(wire, combined=False).subscribe(["a@trade"])
        while not replay.played:
            await clock.advance(0.01)
        await clock.advance(after_s)
        gateway.fanout.flush()
        await settle()
        assert b"".join(wire.sink.written) == b"".join(
            text_frame(f'{{"e":"trade","s":"A","t":{i}}}') for i in range(count)
        )
        assert replay.finished is (count == 4)
        playing.cancel()


async def test_shifted_times_are_those_of_now(tmp_path: Path) -> None:
    clock = FakeClock()
    capture = a_capture(tmp_path, a_frame('{"e":"trade","E":1723161255343,"s":"A"}', 1723161255300))
    replay = Replay(clock, capture, speed=None, shift_times=True)
    gateway, wire = BinanceGateway(clock, replay.rest), FakeWire()
    gateway.fanout.enter(wire, combined=False).subscribe(["a@trade"])
    async with asyncio.TaskGroup() as group:
        group.create_task(replay.play(gateway))
        await clock.advance(1)
    assert str(clock.now_ms())[:9] in wire.sink.written[0].decode(errors="ignore")


def test_requests_are_answered_by_what_was_fetched_first(tmp_path: Path) -> None:
    url = "https://venue.example/api/v3/ticker/24hr?symbol=A"
    capture = a_capture(
        tmp_path,
        a_frame('{"symbol":"A"}', 1, "http", url),
        a_frame('{"e":"trade","s":"A"}', 2),
    )
    rest = Replay(FakeClock(), capture).rest
    assert rest.answer("/api/v3/ticker/24hr?symbol=A", 5).body == b'{"symbol":"A"}'
    assert rest.answer("/api/v3/ticker/24hr?symbol=B", 5).status == 400
    assert rest.answer("/api/v3/ticker/24hr?symbols=%5B%22B%22%5D", 5).body == b"[]"
    assert rest.answer("/api/v3/klines?symbol=B&interval=1m", 5).body == b"[]"
    assert rest.answer("/api/v3/depth?symbol=B", 5).status == 404
