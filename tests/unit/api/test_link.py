"""Following an engine over a socket that a test holds in its hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from rtp_tui.api.frames import Ack, EventsSince, Heartbeat, Position, Refusal, Shutdown, WholeState
from rtp_tui.api.link import Link
from rtp_tui.api.lost import LinkLost
from rtp_tui.api.operations import Ping, Subscribe, decode_operation
from rtp_tui.api.wire import encode
from rtp_tui.model.events import Batch, Event, Snapshot, Update
from rtp_tui.model.statistics import LogLine
from rtp_tui.net.websocket import SocketClosed
from tests.factories import a_quote
from tests.fakes import FakeClock, settle
from tests.scripted_pipeline import a_snapshot


class HandHeldSocket:
    """What is put in is received; what is sent is kept."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.received_bytes = 0
        self._incoming: asyncio.Queue[bytes | SocketClosed] = asyncio.Queue()

    def put(self, message: object) -> None:
        self._incoming.put_nowait(message if isinstance(message, bytes) else encode(message))

    def end(self, code: int) -> None:
        self._incoming.put_nowait(SocketClosed(code, "over"))

    async def send(self, text: str) -> None:
        self.sent.append(text)

    async def receive(self) -> bytes:
        frame = await self._incoming.get()
        if isinstance(frame, SocketClosed):
            raise frame
        return frame

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


class Following:
    """Everything a link yielded, and how it ended."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.lost: LinkLost | None = None

    async def follow(self, link: Link, socket: HandHeldSocket) -> None:
        async with aclosing(link.updates(socket)) as updates:
            try:
                async for update in updates:
                    self.updates.append(update)
            except LinkLost as lost:
                self.lost = lost


@asynccontextmanager
async def following(link: Link, socket: HandHeldSocket) -> AsyncIterator[Following]:
    seen = Following()
    task = asyncio.create_task(seen.follow(link, socket))
    await settle()
    yield seen
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def whole(snapshot: Snapshot) -> WholeState:
    return WholeState(seq=snapshot.seq, ts_ms=1, data=snapshot)


async def test_a_snapshot_then_batches_and_nothing_else_is_an_update() -> None:
    socket, snapshot, event = HandHeldSocket(), a_snapshot(), Event(101, a_quote())
    async with following(Link(FakeClock(), 250), socket) as seen:
        socket.put(whole(snapshot))
        socket.put(Heartbeat(ts_ms=1))
        socket.put(b'{"type":"fireworks"}')
        socket.put(EventsSince(seq=101, data=(event,)))
        await settle()
    assert seen.updates == [snapshot, Batch(101, (event,))]
    assert decode_operation(socket.sent[0]) == Subscribe(channels=("pipeline",), conflate_ms=250)


async def test_the_next_connection_resumes_where_the_last_one_ended() -> None:
    link, first, second = Link(FakeClock(), 100), HandHeldSocket(), HandHeldSocket()
    async with following(link, first) as seen:
        first.put(whole(a_snapshot(epoch="k3f", seq=100)))
        first.put(EventsSince(seq=140, data=()))
        first.end(1006)
        await settle()
    assert seen.lost is not None
    async with following(link, second) as seen:
        second.put(EventsSince(seq=150, data=()))
        await settle()
    assert decode_operation(second.sent[0]) == Subscribe(
        channels=("pipeline",), conflate_ms=100, since=Position("k3f", 140)
    )
    assert seen.updates == [Batch(150, ())]


async def test_silence_is_answered_with_a_ping_and_then_by_giving_up_within_five_seconds() -> None:
    clock, socket = FakeClock(), HandHeldSocket()
    async with following(Link(clock, 100), socket) as seen:
        socket.put(whole(a_snapshot()))
        await clock.advance(2.1)
        assert decode_operation(socket.sent[-1]) == Ping()
        assert seen.lost is None
        await clock.advance(2.1)
    assert seen.lost is not None
    assert "nothing was heard for 4 s" in str(seen.lost)


async def test_a_pong_in_time_keeps_a_quiet_link() -> None:
    clock, socket = FakeClock(), HandHeldSocket()
    async with following(Link(clock, 100), socket) as seen:
        for _ in range(5):
            await clock.advance(2.1)
            socket.put(b'{"type":"pong","id":null,"ts_ms":1}')
            await settle()
        assert seen.lost is None


@pytest.mark.parametrize(
    ("message", "words", "patience_s"),
    [
        (Shutdown(reconnect_after_ms=1500), "ending", 1.5),
        (Refusal(id=None, code="unknown_channel", message="no"), "unknown_channel", 0.0),
        (b"<html>", "cannot be read", 5.0),
        (EventsSince(seq=1, data=()), "before the state", 0.0),
        (b'{"type":"welcome","protocol":2,"server":"x","name":"","epoch":"e",'
         b'"limits":{"max_message_bytes":1,"max_clients":1,"max_channels":1}}', "protocol 2", 30.0),
    ],
)  # fmt: skip
async def test_what_cannot_be_followed_ends_the_link_with_its_reason(
    message: object, words: str, patience_s: float
) -> None:
    socket = HandHeldSocket()
    async with following(Link(FakeClock(), 100), socket) as seen:
        socket.put(message)
        await settle()
    assert seen.lost is not None
    assert words in str(seen.lost)
    assert seen.lost.patience_s == patience_s


async def test_a_kind_of_event_that_only_a_newer_server_knows_is_told_once_in_the_log() -> None:
    socket, unknown = (
        HandHeldSocket(),
        b'{"type":"events","seq":%d,"data":[{"seq":%d,"payload":{"type":"%s"}}]}',
    )
    async with following(Link(FakeClock(), 100), socket) as seen:
        socket.put(whole(a_snapshot()))
        for seq, kind in ((101, b"fireworks"), (102, b"fireworks"), (103, b"rain")):
            socket.put(unknown % (seq, seq, kind))
        await settle()
    batches = [update for update in seen.updates if isinstance(update, Batch)]
    lines = [
        event.payload.message
        for batch in batches
        for event in batch.events
        if isinstance(event.payload, LogLine)
    ]
    assert [line.rpartition(": ")[2] for line in lines] == ["fireworks", "fireworks, rain"]
    assert batches[-1].seq == 103
    assert seen.lost is None


async def test_a_large_frame_on_its_way_is_not_silence() -> None:
    clock, socket = FakeClock(), HandHeldSocket()
    async with following(Link(clock, 100), socket) as seen:
        for _ in range(10):
            socket.received_bytes += 20_000
            await clock.advance(2.1)
        assert seen.lost is None
        socket.put(whole(a_snapshot()))
        await settle()
        assert len(seen.updates) == 1


async def test_a_frame_that_never_ends_is_given_up() -> None:
    clock, socket = FakeClock(), HandHeldSocket()
    async with following(Link(clock, 100), socket) as seen:
        for _ in range(80):
            socket.received_bytes += 1
            await clock.advance(2.1)
            socket.received_bytes += 1
        for _ in range(120):
            await clock.advance(2.1)
    assert seen.lost is not None


async def test_a_link_that_is_behind_asks_to_be_told_less_often() -> None:
    clock, socket = FakeClock(), HandHeldSocket()
    async with following(Link(clock, 100), socket) as seen:
        socket.put(whole(a_snapshot()))
        await clock.advance(1.9)
        await clock.advance(0.2)
        assert decode_operation(socket.sent[-1]) == Ping()
        await clock.advance(1.5)
        socket.put(b'{"type":"pong","id":null,"ts_ms":1}')
        await settle()
        assert decode_operation(socket.sent[-1]) == Subscribe(id="pace", channels=(), conflate_ms=300)
        socket.put(Refusal(id="pace", code="too_slow", message="read first"))
        await clock.advance(1.1)
        socket.put(Heartbeat(ts_ms=1))
        await settle()
        assert len(of_pace(socket)) == 2, "told again after a refusal"
        socket.put(Ack(id="pace", op="subscribe", channels=(), epoch="e", seq=1))
        socket.put(b'{"type":"pong","id":null,"ts_ms":1}')
        await clock.advance(1.1)
        socket.put(Heartbeat(ts_ms=1))
        await settle()
        assert len(of_pace(socket)) == 2, "and no more once it was taken"
        assert seen.lost is None


def of_pace(socket: HandHeldSocket) -> list[str]:
    return [text for text in socket.sent if '"pace"' in text]


@pytest.mark.parametrize(
    ("code", "words", "patience_s"), [(4001, "--token-file", 30.0), (4013, "too many clients", 5.0)]
)
async def test_a_close_code_is_told_in_the_words_of_the_banner(
    code: int, words: str, patience_s: float
) -> None:
    socket = HandHeldSocket()
    async with following(Link(FakeClock(), 100), socket) as seen:
        socket.end(code)
        await settle()
    assert seen.lost is not None
    assert words in str(seen.lost)
    assert seen.lost.patience_s == patience_s
