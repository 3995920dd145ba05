"""uvicorn's protocols with what they lack: a deadline for requests, and an end for peers that stop reading.

A request must arrive whole within 10 s (uvicorn waits for ever), and a connection that is being closed
is dropped after a second even if the peer takes nothing (uvicorn waits for its buffer to drain).
A canary test fails when uvicorn changes what is relied upon here.
"""

import asyncio
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

RECEIVE_DEADLINE_S = 10.0
DROP_AFTER_S = 1.0
CONNECTION_KEY = "rtp.connection"

_RECEIVING = (h11.IDLE, h11.SEND_BODY)


class GuardedHTTP(H11Protocol):
    """HTTP whose requests have a deadline, from the connection or the request before to the last byte."""

    receive_deadline_s = RECEIVE_DEADLINE_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._arm()
        super().data_received(data)
        if self.conn.their_state not in _RECEIVING:
            self._disarm()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._disarm()
        super().handle_websocket_upgrade(event)

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
            self.transport.abort()


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that hands out its connection for writing without waiting, and that always ends."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, object]", self.scope)[CONNECTION_KEY] = self

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(DROP_AFTER_S, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(DROP_AFTER_S, self.transport.abort)

    def write(self, frames: bytes) -> None:
        """Send whole frames; what the peer does not read is kept."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def buffered(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self.transport.get_write_buffer_size()

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
        self.close_timer = self.loop.call_later(DROP_AFTER_S, self.transport.abort)
