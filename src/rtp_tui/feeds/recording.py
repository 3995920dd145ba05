"""Raw traffic on its way to a file: taken without waiting, written in a thread, flushed every second."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.capture import CapturedFrame, CaptureWriter
from rtp_tui.clock import Clock

FLUSH_EVERY_S = 1.0
WAITING_FRAMES = 50_000
WAITING_BYTES = 64 * 1024 * 1024
"""Bounds of what waits for the disk; beyond them frames are dropped and counted."""
Reveal = Callable[[str], str]
"""Gives the secret that a reference stands for."""
_SHORTEST_SECRET = 4
"""Anything shorter would be replaced inside words."""


class RecordingStatus(Struct, frozen=True, kw_only=True):
    """How far a recording is."""

    frames: int
    """Written."""
    bytes: int
    """Written, before they were compressed."""
    dropped: int
    """Given up because the disk was too slow."""
    by_source: dict[str, int]
    """Frames taken, by the source they came from."""


class Recording:
    """The end of every tap: a bounded buffer, and the one task that writes it."""

    def __init__(self, writer: CaptureWriter, clock: Clock, *, capacity: int = WAITING_FRAMES) -> None:
        self._writer = writer
        self._clock = clock
        self._capacity = capacity
        self._waiting: deque[CapturedFrame] = deque()
        self._taken_bytes = self._written_bytes = 0
        self._dropped = 0
        self._by_source: Counter[str] = Counter()
        self._secrets: set[str] = set()
        self._alone = threading.Lock()

    def take(self, frame: CapturedFrame) -> None:
        """Buffer a frame as it came off the wire; dropped and counted where too much waits."""
        size = len(frame.payload or b"")
        waiting_bytes = self._taken_bytes - self._written_bytes
        if len(self._waiting) >= self._capacity or waiting_bytes + size > WAITING_BYTES:
            self._dropped += 1
            return
        self._waiting.append(frame)
        self._taken_bytes += size
        self._by_source[frame.source] += 1

    def hiding(self, reveal: Reveal) -> Reveal:
        """The same way to secrets; each that is revealed is hidden wherever it comes up in what is recorded."""

        def revealed(reference: str) -> str:
            secret = reveal(reference)
            if len(secret) >= _SHORTEST_SECRET:
                self._secrets.update((secret, quote(secret, safe="")))
            return secret

        return revealed

    async def run(self) -> None:
        """Write what was taken every second until cancelled, and then the rest. Raises OSError."""
        try:
            while True:
                await self._clock.sleep(FLUSH_EVERY_S)
                await asyncio.to_thread(self._write)
        except asyncio.CancelledError:
            # The last second is part of the recording.
            self._write()
            raise

    def status(self) -> RecordingStatus:
        """As of now."""
        return RecordingStatus(
            frames=self._writer.frames,
            bytes=self._writer.bytes,
            dropped=self._dropped,
            by_source=dict(self._by_source),
        )

    def _write(self) -> None:
        """Write what waits now; a thread that a cancellation left behind is waited for."""
        with self._alone:
            secrets = sorted(self._secrets, key=len, reverse=True)
            for _ in range(len(self._waiting)):
                frame = self._waiting.popleft()
                self._written_bytes += len(frame.payload or b"")
                self._writer.write(_recorded(frame, secrets))
            self._writer.flush()


def _recorded(frame: CapturedFrame, secrets: Sequence[str]) -> CapturedFrame:
    """The frame as it may be kept: text where it is text, without secrets."""
    payload, url = frame.payload or b"", frame.url
    headers = frame.headers
    for secret in secrets:
        payload = payload.replace(secret.encode(), b"***")
        url = url.replace(secret, "***")
        headers = tuple((name, value.replace(secret, "***")) for name, value in headers)
    try:
        return replace(frame, text=payload.decode(), payload=None, url=url, headers=headers)
    except UnicodeDecodeError:
        return replace(frame, payload=payload, url=url, headers=headers)
