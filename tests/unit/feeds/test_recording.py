"""Recordings: bounded, complete, and without secrets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rtp_tui.capture import CapturedFrame, CaptureFile, CaptureWriter
from rtp_tui.feeds.recording import FLUSH_EVERY_S, Recording
from rtp_tui.feeds.taps import TappedHttp, tapped
from rtp_tui.net.http import HttpUnreachable
from tests.fake_http import FakeHttp, a_reply
from tests.fake_sockets import FakeSocket
from tests.fakes import FakeClock

CANARY = "canary+secret/0123456789"


def a_frame(payload: bytes = b"{}", source: str = "venue") -> CapturedFrame:
    return CapturedFrame(1_790_000_000_000, source, "ws", "wss://venue.example/ws", "", payload)


@asynccontextmanager
async def recording_to(path: Path, clock: FakeClock, capacity: int = 100) -> AsyncIterator[Recording]:
    with CaptureWriter(path) as writer:
        recording = Recording(writer, clock, capacity=capacity)
        running = asyncio.create_task(recording.run())
        await clock.advance(0)
        yield recording
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_what_is_taken_is_written_to_the_last_frame(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl.gz"
    async with recording_to(path, FakeClock()) as recording:
        for number in range(50):
            recording.take(a_frame(str(number).encode()))

    assert [frame.text for frame in CaptureFile(path)] == [str(number) for number in range(50)]


async def test_a_second_later_it_can_be_read(tmp_path: Path) -> None:
    path, clock = tmp_path / "c.jsonl", FakeClock()
    async with recording_to(path, clock) as recording:
        recording.take(a_frame(b"early"))
        await clock.advance(FLUSH_EVERY_S)
        deadline = asyncio.get_running_loop().time() + 10
        while not list(CaptureFile(path)) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - a thread writes
            await asyncio.sleep(0.01)

        assert [frame.text for frame in CaptureFile(path)] == ["early"]


async def test_what_does_not_fit_is_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    async with recording_to(path, FakeClock(), capacity=3) as recording:
        for number in range(10):
            recording.take(a_frame(str(number).encode()))
        assert recording.status().dropped == 7

    assert [frame.text for frame in CaptureFile(path)] == ["0", "1", "2"]
    assert recording.status().by_source == {"venue": 3}
    assert recording.status().frames == 3


async def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    async with recording_to(path, FakeClock()) as recording:
        recording.take(a_frame(b"\xff\x00\x01"))

    assert [frame.content for frame in CaptureFile(path)] == [b"\xff\x00\x01"]


async def test_a_disk_that_is_full_ends_the_recording(tmp_path: Path) -> None:
    clock = FakeClock()
    with contextlib.suppress(OSError), CaptureWriter(Path("/dev/full"), replaces=True) as writer:
        recording = Recording(writer, clock)
        running = asyncio.create_task(recording.run())
        await clock.advance(0)
        recording.take(a_frame())
        await clock.advance(FLUSH_EVERY_S)
        with pytest.raises(OSError, match="No space left"):
            await asyncio.wait_for(running, 10)
        raise OSError


async def test_a_revealed_secret_is_nowhere_in_the_file(tmp_path: Path) -> None:
    """However the provider spells it: in an address, in a header, in a body under any name, in binary."""
    path = tmp_path / "c.jsonl"

    def echoing(asked: str, params: object) -> object:
        return a_reply(f'{{"you_sent":"{CANARY}"}}', headers={"date": CANARY})

    async with recording_to(path, FakeClock()) as recording:
        secret = recording.hiding(lambda reference: CANARY)("env:KEY")
        http = TappedHttp(
            FakeHttp(echoing),  # type: ignore[arg-type]
            "venue",
            "https://venue.example",
            recording.take,
            FakeClock(),
        )
        assert secret == CANARY
        assert CANARY.encode() in (await http.get("/q", {"q": secret}, {"x-key": secret})).body
        recording.take(a_frame(b"\xff" + CANARY.encode()))

    text = path.read_text()
    assert "canary" not in text
    assert "0123456789" not in text
    frames = list(CaptureFile(path))
    assert [frame.url for frame in frames] == ["https://venue.example/q?q=***", "wss://venue.example/ws"]
    assert CANARY.encode() not in frames[1].content


async def test_a_tapped_socket_is_read_as_it_was() -> None:
    taken: list[CapturedFrame] = []
    inner = FakeSocket("wss://venue.example/ws")

    @asynccontextmanager
    async def connect(url: str) -> AsyncIterator[FakeSocket]:
        yield inner

    clock = FakeClock()
    inner.deliver(b'{"p":1}')
    async with tapped(connect, "venue", taken.append, clock)("wss://venue.example/ws") as socket:
        await socket.send('{"token":"shown"}')
        assert await socket.receive() == b'{"p":1}'

    assert inner.sent == ['{"token":"shown"}']
    assert taken == [CapturedFrame(clock.now_ms(), "venue", "ws", "wss://venue.example/ws", "", b'{"p":1}')]


async def test_an_answer_is_taken_down_without_what_identifies_anybody() -> None:
    taken: list[CapturedFrame] = []
    headers = {"set-cookie": "session=1", "retry-after": "5", "x-ratelimit-remaining": "3"}
    http = FakeHttp(lambda path, params: a_reply("[]", 429, headers))

    await TappedHttp(http, "venue", "https://venue.example/api/", taken.append, FakeClock()).get(
        "/q", {"a": 1}
    )

    (frame,) = taken
    assert (frame.method, frame.url, frame.status) == ("GET", "https://venue.example/api/q?a=1", 429)
    assert frame.headers == (("retry-after", "5"), ("x-ratelimit-remaining", "3"))


async def test_an_answer_to_a_body_is_taken_down_without_the_body() -> None:
    taken: list[CapturedFrame] = []
    http = FakeHttp(lambda path, params: a_reply('{"p":1}'))

    tap = TappedHttp(http, "venue", "https://venue.example/v2", taken.append, FakeClock())
    await tap.post("/q", b'{"id":"secret"}', headers={"key": "secret"})

    (frame,) = taken
    assert (frame.method, frame.url, frame.content) == ("POST", "https://venue.example/v2/q", b'{"p":1}')
    assert http.sent == [b'{"id":"secret"}']


async def test_no_answer_leaves_nothing() -> None:
    taken: list[CapturedFrame] = []
    http = FakeHttp(lambda path, params: HttpUnreachable("gone"))

    with pytest.raises(HttpUnreachable):
        await TappedHttp(http, "venue", "https://venue.example", taken.append, FakeClock()).get("/q")

    assert taken == []
