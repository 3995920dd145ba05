"""uvicorn's protocols with what they lack: deadlines, an end for peers that stop reading, and for those that flood.

A request must arrive whole within 10 s, and an answer must be read (uvicorn waits for ever for both); a
connection that is being closed is dropped after a second even if the peer takes nothing (uvicorn waits for
its buffer to drain). A WebSocket's frames are counted, control frames and fragments too, a slice of what
was received at a time, so that a flood ends before it is worked off.
A canary test fails when uvicorn changes what is relied upon here.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from rtp_tui.net.traffic import Traffic
from rtp_tui.server.limits import Allowance, Bucket, Refusals
from rtp_tui.server.uptake import SAMPLE_EVERY_S, Uptake

RECEIVE_DEADLINE_S = 10.0
DROP_AFTER_S = 1.0
CONNECTION_KEY = "rtp.connection"
FRAMES = Allowance(200, 2_000)
"""Of one WebSocket; more than the messages that it may send, since a message may come in fragments."""
SLICE_BYTES = 4_096
KERNEL_BYTES = 16_384
"""What the system keeps of what a WebSocket's peer has not read; Linux takes it twice."""

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time at all (man 7 socket)."""
_RECEIVING = (h11.IDLE, h11.SEND_BODY)


class GuardedConfig(uvicorn.Config):
    """uvicorn's configuration, which all connections see, with the counters that they share."""

    refusals: Refusals
    traffic: Traffic


def unread_bytes(transport: asyncio.Transport) -> int:
    """What the peer has not taken yet; a transport of TLS that is over has no buffer to ask."""
    return 0 if transport.is_closing() else transport.get_write_buffer_size()


class GuardedHTTP(H11Protocol):
    """HTTP whose requests have a deadline, from the connection or the request before to the last byte."""

    receive_deadline_s = RECEIVE_DEADLINE_S
    sample_every_s = SAMPLE_EVERY_S
    config: GuardedConfig
    _deadline: asyncio.TimerHandle | None = None
    _uptake: Uptake | None = None
    _sampling: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.config.traffic.received += len(data)
        self._arm()
        super().data_received(data)
        if self.conn.their_state not in _RECEIVING:
            self._disarm()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._disarm()
        self._rest()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()
        if self.conn.their_state is h11.SEND_BODY:
            # The next request came with this one and its head is read already: no data will arm the deadline.
            self._arm()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(DROP_AFTER_S, self.transport.abort)

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.receive_deadline_s, self._expire)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.config.refusals.late_requests += 1
            self.transport.abort()

    def _watch(self) -> None:
        """Look every now and then whether the peer reads, while it has something to read."""
        unread = unread_bytes(self.transport)
        if unread and self._sampling is None:
            self._uptake = Uptake(unread)
            self._sampling = self.loop.call_later(self.sample_every_s, self._sample)

    def _sample(self) -> None:
        assert self._uptake is not None
        self._sampling = None
        unread = unread_bytes(self.transport)
        if not unread:
            return
        if self._uptake.has_stalled(unread):
            self.config.refusals.stalled_responses += 1
            self.transport.abort()
        else:
            self._sampling = self.loop.call_later(self.sample_every_s, self._sample)

    def _rest(self) -> None:
        if self._sampling is not None:
            self._sampling.cancel()
            self._sampling = None


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that hands out its connection for writing without waiting, and that always ends."""

    is_unread = False
    """The system's buffer is full: what is written is kept here until the peer reads."""
    on_flood: Callable[[], None] | None = None
    """Ends the conversation with a peer that sends more frames than anybody needs."""
    _frames: Bucket | None = None
    _is_flooding = False

    def data_received(self, data: bytes) -> None:
        cast("GuardedConfig", self.config).traffic.received += len(data)
        for start in range(0, len(data), SLICE_BYTES):
            if self._is_flooding or self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def handle_events(self) -> None:
        now_s = self.loop.time()
        self._frames = self._frames or Bucket(FRAMES, now_s)
        if self._frames.take(FRAMES, now_s, len(self.conn.events)):
            self._flood()
        else:
            super().handle_events()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, object]", self.scope)[CONNECTION_KEY] = self
            self._notice_soon()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_unread = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_unread = False

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(DROP_AFTER_S, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(DROP_AFTER_S, self.transport.abort)

    def write(self, frames: bytes) -> None:
        """Send whole frames; what the peer does not read is kept."""
        if not self.close_sent and not self.transport.is_closing():
            cast("GuardedConfig", self.config).traffic.sent += len(frames)
            self.transport.write(frames)

    def buffered(self) -> int:
        """Bytes that the peer has not taken yet."""
        return unread_bytes(self.transport)

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and drop the connection a second later whatever the peer does."""
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(DROP_AFTER_S, self._drop)

    def _drop(self) -> None:
        """End the connection now; one with something unread is reset, or the system would keep that for minutes."""
        if self.is_unread and unread_bytes(self.transport):
            tcp = self.transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _notice_soon(self) -> None:
        """See at once that the peer does not read, rather than when megabytes of the system's memory are full."""
        self.transport.set_write_buffer_limits(0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def _flood(self) -> None:
        """From here on nothing is understood any more, and what still comes is thrown away."""
        self._is_flooding = True
        if self.on_flood is None:
            self.transport.abort()
        else:
            self.on_flood()
