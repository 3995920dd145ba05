"""One connection's worth of following an engine: frames in, updates out, silence noticed.

A peer that vanished without a word (a pulled cable, a suspended machine) sends nothing more. After 2 s of
silence a ping is sent; when that is not answered within 2 s either, the link is lost.
"""

from collections.abc import AsyncGenerator

from rtp_tui.api.frames import (
    PIPELINE,
    EventsSince,
    FrameError,
    PipelineMessage,
    Position,
    Refusal,
    Shutdown,
    Welcome,
    WholeState,
    decode_message,
)
from rtp_tui.api.operations import Ping, Subscribe
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.events import Batch, Snapshot, Update
from rtp_tui.net.websocket import Socket, SocketClosed

SILENCE_S = 2.0
PROTOCOL = 1


class LinkLost(Exception):
    """The engine cannot be heard any more; the server asked to be left alone for `patience_s`."""

    def __init__(self, message: str, patience_s: float = 0.0) -> None:
        super().__init__(message)
        self.patience_s = patience_s


class Link:
    """Remembers how far the reader has come, from one connection to the next."""

    def __init__(self, clock: Clock, conflate_ms: int) -> None:
        self._clock = clock
        self._conflate_ms = conflate_ms
        self._position: Position | None = None

    async def updates(self, socket: Socket) -> AsyncGenerator[Update, None]:
        """A Snapshot, or what was missed since the last connection, then Batches. Raises LinkLost."""
        try:
            await self._send(
                socket,
                Subscribe(channels=(PIPELINE,), conflate_ms=self._conflate_ms, since=self._position),
            )
            while True:
                update = self._read(decode_message(await self._receive(socket)))
                if update is not None:
                    yield update
        except SocketClosed as error:
            raise LinkLost(f"the connection {error}") from None
        except FrameError as error:
            raise LinkLost(f"the server says what cannot be read: {error.message[:100]}") from None

    async def _receive(self, socket: Socket) -> bytes:
        try:
            return await self._receive_soon(socket)
        except TimeoutError:
            await self._send(socket, Ping())
        try:
            return await self._receive_soon(socket)
        except TimeoutError:
            raise LinkLost(f"nothing was heard for {2 * SILENCE_S:g} s") from None

    async def _receive_soon(self, socket: Socket) -> bytes:
        async with self._clock.timeout(SILENCE_S):
            return await socket.receive()

    async def _send(self, socket: Socket, operation: Subscribe | Ping) -> None:
        await socket.send(encode(operation).decode())

    def _read(self, message: PipelineMessage | None) -> Update | None:
        match message:
            case WholeState(data=snapshot):
                return self._begin(snapshot)
            case EventsSince(seq=seq, data=events):
                return self._advance(Batch(seq, events))
            case Shutdown(reconnect_after_ms=wait_ms):
                raise LinkLost("the server is ending", wait_ms / 1000)
            case Refusal(code=code, message=words):
                raise LinkLost(f"the server refuses: {words} ({code})")
            case Welcome(protocol=protocol) if protocol != PROTOCOL:
                raise LinkLost(f"the server speaks protocol {protocol}, not {PROTOCOL}")
            case _:
                return None

    def _begin(self, snapshot: Snapshot) -> Snapshot:
        self._position = Position(snapshot.epoch, snapshot.seq)
        return snapshot

    def _advance(self, batch: Batch) -> Batch:
        if self._position is None:
            raise LinkLost("the server sent events before the state that they change")
        self._position = Position(self._position.epoch, max(self._position.seq, batch.seq))
        return batch
