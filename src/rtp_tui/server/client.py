"""One follower on a WebSocket: what it follows, how far it has come, and whether it keeps up."""

from collections import deque
from typing import Protocol

from rtp_tui.api.frames import Refusal
from rtp_tui.api.wire import encode
from rtp_tui.server.caller import Caller
from rtp_tui.server.messages import Message, framed, joined

HIGH_WATER_BYTES = 256 * 1024
HOPELESS_BYTES = 4 * 1024 * 1024
UNREAD_S = 2.0
STALLED_S, SLOW_S = 4.0, 10.0
MESSAGES_PER_S, MESSAGES_AT_ONCE = 100, 1_000
CHANNELS_A_MESSAGE = 20
"""To follow so many costs as much as a message."""
TOO_MANY_REQUESTS = 4009
MALFORMED_LIMIT = 3
MALFORMED_WINDOW_S = 10.0


class Wire(Protocol):
    """A connection that takes bytes without waiting."""

    @property
    def is_unread(self) -> bool:
        """The peer has not taken all that was written."""
        ...

    def write(self, frames: bytes) -> None:
        """Send whole frames; what the peer does not read is kept."""
        ...

    def buffered(self) -> int:
        """Bytes that the peer has not taken yet."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, and drop the connection a second later whatever the peer does."""
        ...


class Client:
    """A follower; written to without waiting, left out while it does not keep up."""

    def __init__(self, id: int, wire: Wire, caller: Caller, connected_ms: int) -> None:  # noqa: A002 - as REST names it
        self.id = id
        self.wire = wire
        self.caller = caller
        self.connected_ms = connected_ms
        self.subscriptions: frozenset[str] = frozenset()
        self.channels: frozenset[str] = frozenset()
        """What its subscriptions stand for."""
        self.conflate_ms = 100
        self.batch = False
        self.seen_seq = 0
        self.sent = 0
        self.sent_bytes = 0
        self.gaps = 0
        """How often it was left out for so long that it was told of a gap."""
        self.is_behind = False
        """The peer has not read what it was sent; nothing new is written until it has."""
        self.is_flooding = False
        """It said more than anybody needs, and is being sent away."""
        self._unread_since_s: float | None = None
        self._taken_s = 0.0
        self._unread = 0
        self._allowance = float(MESSAGES_AT_ONCE)
        self._heard_s = 0.0
        self._malformed_s: deque[float] = deque(maxlen=MALFORMED_LIMIT)

    def write(self, bodies: list[bytes]) -> None:
        """Send messages that are for this follower alone."""
        self.write_frames(framed(bodies, batch=self.batch), len(bodies))

    def write_messages(self, messages: list[Message]) -> None:
        """Send messages, batched if that was asked for."""
        self.write_frames(joined(messages, batch=self.batch), len(messages))

    def write_frames(self, frames: bytes, count: int) -> None:
        """Send frames made before, which hold so many messages."""
        if count:
            self.wire.write(frames)
            self.sent += count
            self.sent_bytes += len(frames)

    def watch_pressure(self, now_s: float) -> None:
        """Notice that the peer does not read, or that it has read everything.

        What is left once the system's buffers are full is seen here: a lot of it, or some of it for 2 s.
        """
        if not self.wire.is_unread:
            self._unread_since_s, self.is_behind = None, False
            return
        unread = self.wire.buffered()
        if self._unread_since_s is None:
            self._unread_since_s = self._taken_s = now_s
        elif unread < self._unread:
            self._taken_s = now_s
        self._unread = unread
        if unread > HIGH_WATER_BYTES or now_s - self._unread_since_s > UNREAD_S:
            self.is_behind = True

    def is_stalled(self, now_s: float) -> bool:
        """It has taken nothing for 4 s, not everything for 10 s, or has too much unread to be worth its memory."""
        if not self.is_behind or self._unread_since_s is None:
            return False
        is_too_slow = now_s - self._taken_s > STALLED_S or now_s - self._unread_since_s > SLOW_S
        return is_too_slow or self._unread > HOPELESS_BYTES

    def note_heard(self, now_s: float, cost: float = 1.0) -> bool:
        """Count a message, or what it costs beyond that; true when they come faster than anybody needs."""
        regained = (now_s - self._heard_s) * MESSAGES_PER_S
        self._allowance = min(MESSAGES_AT_ONCE, self._allowance + regained) - cost
        self._heard_s = now_s
        return self._allowance < 0

    def end_flood(self) -> None:
        """Say that it was too much, and part."""
        if not self.is_flooding:
            self.is_flooding = True
            self.write([encode(Refusal(id=None, code="too_many_requests", message="too many messages"))])
            self.wire.close(TOO_MANY_REQUESTS, "too many requests")

    def note_malformed(self, now_s: float) -> bool:
        """Count a malformed message; true when there were too many lately."""
        self._malformed_s.append(now_s)
        return (
            len(self._malformed_s) == MALFORMED_LIMIT and now_s - self._malformed_s[0] <= MALFORMED_WINDOW_S
        )
