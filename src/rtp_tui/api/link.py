"""One connection's worth of following an engine: frames in, updates out, silence and backlog noticed.

A peer that vanished without a word (a pulled cable, a suspended machine) sends nothing more. After 2 s of
silence a ping is sent; when that is not answered within 2 s either, the link is lost.
"""

from collections.abc import AsyncGenerator, Iterator
from typing import Protocol

from rtp_tui.api.frames import (
    PIPELINE,
    Ack,
    EventsSince,
    FrameError,
    PipelineMessage,
    Pong,
    Position,
    Refusal,
    Shutdown,
    Welcome,
    WholeState,
)
from rtp_tui.api.lost import LinkLost, of_closing, of_nonsense, of_protocol, of_refusal
from rtp_tui.api.operations import Ping, Subscribe
from rtp_tui.api.pace import Pace
from rtp_tui.api.reading import Reader
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.events import Batch, Event, Snapshot, Update
from rtp_tui.model.statistics import LogLine
from rtp_tui.net.websocket import Socket, SocketClosed
from rtp_tui.text import safe

SILENCE_S = 2.0
LONGEST_FRAME_S = 120.0
PROTOCOL = 1
_CHANGE_OF_PACE = "pace"
_PACE_TOLD_EVERY_S = 1.0


class FollowedSocket(Socket, Protocol):
    """A WebSocket that tells a large frame on its way from silence."""

    @property
    def received_bytes(self) -> int: ...


class Link:
    """Remembers how far the reader has come, from one connection to the next."""

    def __init__(self, clock: Clock, conflate_ms: int, *, has_token: bool = False) -> None:
        self.welcome: Welcome | None = None
        """What the server said of itself when it was met last."""
        self._clock = clock
        self._has_token = has_token
        self._pace = Pace(conflate_ms)
        self._has_news_of_pace = False
        self._told_pace_s = float("-inf")
        self._reader = Reader()
        self._told: frozenset[str] = frozenset()
        self._position: Position | None = None

    async def updates(self, socket: FollowedSocket) -> AsyncGenerator[Update, None]:
        """A Snapshot, or what was missed since the last connection, then Batches. Raises LinkLost."""
        self._pace.begin(self._clock.monotonic())
        self._has_news_of_pace = False
        try:
            await self._send(
                socket,
                Subscribe(channels=(PIPELINE,), conflate_ms=self._pace.conflate_ms, since=self._position),
            )
            while True:
                message = self._reader.read(await self._receive(socket))
                for update in self._understand(message):
                    yield update
                await self._measure(socket, message)
        except SocketClosed as error:
            raise of_closing(error, has_token=self._has_token) from None
        except FrameError as error:
            raise of_nonsense(error.message) from None

    async def _receive(self, socket: FollowedSocket) -> bytes:
        try:
            return await self._receive_soon(socket)
        except TimeoutError:
            await self._ping(socket)
        try:
            return await self._receive_soon(socket)
        except TimeoutError:
            raise LinkLost(f"nothing was heard for {2 * SILENCE_S:g} s") from None

    async def _receive_soon(self, socket: FollowedSocket) -> bytes:
        """The next frame; waits while bytes of it arrive, but not for ever. Raises TimeoutError."""
        began_s = self._clock.monotonic()
        while True:
            before = socket.received_bytes
            try:
                async with self._clock.timeout(SILENCE_S):
                    return await socket.receive()
            except TimeoutError:
                is_late = self._clock.monotonic() - began_s > LONGEST_FRAME_S
                if is_late or socket.received_bytes == before:
                    raise

    async def _measure(self, socket: FollowedSocket, message: PipelineMessage | None) -> None:
        now_s = self._clock.monotonic()
        note = self._pace.answered if isinstance(message, Pong) else self._pace.is_slower
        if note(now_s):
            self._has_news_of_pace = True
        # Said again until it is taken: a server that is behind with its writing refuses it.
        if self._has_news_of_pace and now_s - self._told_pace_s >= _PACE_TOLD_EVERY_S:
            self._told_pace_s = now_s
            change = Subscribe(id=_CHANGE_OF_PACE, channels=(), conflate_ms=self._pace.conflate_ms)
            await self._send(socket, change)
        if self._pace.wants_ping(now_s):
            await self._ping(socket)

    async def _ping(self, socket: FollowedSocket) -> None:
        self._pace.asked(self._clock.monotonic())
        await self._send(socket, Ping())

    async def _send(self, socket: FollowedSocket, operation: Subscribe | Ping) -> None:
        await socket.send(encode(operation).decode())

    def _understand(self, message: PipelineMessage | None) -> Iterator[Update]:
        match message:
            case WholeState(data=snapshot):
                yield self._begin(snapshot)
                yield from self._newly_passed_over(snapshot.seq)
            case EventsSince(seq=seq, data=events):
                yield self._advance(Batch(seq, events))
                yield from self._newly_passed_over(seq)
            case Shutdown(reconnect_after_ms=wait_ms):
                raise LinkLost("the server is ending", wait_ms / 1000)
            case Ack(id=own_id) if own_id == _CHANGE_OF_PACE:
                self._has_news_of_pace = False
            case Refusal(id=own_id, code=code, message=words) if own_id != _CHANGE_OF_PACE:
                raise of_refusal(code, words, has_token=self._has_token)
            case Welcome(protocol=protocol) if protocol != PROTOCOL:
                raise of_protocol(protocol, PROTOCOL)
            case Welcome():
                self.welcome = message
            case _:
                return

    def _begin(self, snapshot: Snapshot) -> Snapshot:
        self._position = Position(snapshot.epoch, snapshot.seq)
        return snapshot

    def _advance(self, batch: Batch) -> Batch:
        if self._position is None:
            raise LinkLost("the server sent events before the state that they change")
        self._position = Position(self._position.epoch, max(self._position.seq, batch.seq))
        return batch

    def _newly_passed_over(self, seq: int) -> Iterator[Batch]:
        """A line of the log as often as there is another kind that cannot be shown."""
        kinds = frozenset(self._reader.kinds)
        if kinds == self._told:
            return
        self._told = kinds
        words = f"the server is newer: {len(kinds)} kinds of events are not shown: {', '.join(sorted(kinds))}"
        line = LogLine(at_ms=self._clock.now_ms(), level="warning", source="console", message=safe(words))
        yield Batch(seq, (Event(seq, line),))
