"""One line for each request: who asked for what, when, and what came of it. Never what was asked with: no query, no token.

Lines wait in memory and are written once a second in another thread; a file that cannot be written costs
lines, which are counted, and nothing else.
"""

import asyncio
import logging
import os
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_tui.clock import Clock
from rtp_tui.server.addresses import TrustedProxies
from rtp_tui.server.caller import CALLER_KEY, Caller
from rtp_tui.text import safe

MAX_BYTES = 10_000_000
FILES_KEPT = 5
WRITE_EVERY_S = 1.0
MOST_WAITING = 20_000
_LONGEST_WORD = 200
_UPGRADED = 101
_BODY_BEGINS = ("http.response.start", "websocket.http.response.start")
_BODIES = ("http.response.body", "websocket.http.response.body")

_log = logging.getLogger("rtp_tui.server.access")


class AccessLog:
    """A file of lines that is begun anew at a size, a few older ones being kept. Without a path nothing is kept."""

    def __init__(self, path: str, clock: Clock) -> None:
        self.lost = 0
        """Lines that were not written, since the start."""
        self.clock = clock
        self._path = Path(path) if path else None
        self._waiting: deque[str] = deque()
        self._is_failing = False

    @property
    def is_wanted(self) -> bool:
        """Somebody reads the lines: a file, or the program's own log at level debug."""
        return self._path is not None or _log.isEnabledFor(logging.DEBUG)

    def note(self, line: str) -> None:
        """Keep a line for the next writing."""
        _log.debug("%s", line)
        if self._path is None:
            return
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(line)
        else:
            self.lost += 1

    async def run(self) -> None:
        """Write what waits, once a second, for ever."""
        while True:
            await self.clock.sleep(WRITE_EVERY_S)
            if self._waiting:
                await asyncio.to_thread(self.write)

    def write(self) -> None:
        """Write what waits now."""
        if self._path is None or not self._waiting:
            return
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            _append(self._path, ("\n".join(lines) + "\n").encode())
        except OSError as error:
            self.lost += len(lines)
            self._say_once(error)
        else:
            self._is_failing = False

    def _say_once(self, error: OSError) -> None:
        if not self._is_failing:
            _log.warning("access_log %s cannot be written: %s", safe(str(self._path)), error.strerror)
        self._is_failing = True


def _append(path: Path, text: bytes) -> None:
    if path.exists() and path.stat().st_size + len(text) > MAX_BYTES:
        for number in range(FILES_KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        path.replace(path.with_name(f"{path.name}.1"))
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)


class AccessLogMiddleware:
    """Notes every request, and every WebSocket when it ends."""

    def __init__(self, app: ASGIApp, log: AccessLog, proxies: TrustedProxies) -> None:
        self._app = app
        self._log = log
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._log.is_wanted:
            await self._app(scope, receive, send)
            return
        status = size = 0

        async def noting_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] in _BODY_BEGINS:
                status = message["status"]
            elif message["type"] in _BODIES:
                size += len(message.get("body", b""))
            elif message["type"] == "websocket.accept":
                status = _UPGRADED
            await send(message)

        began_ms, began_s = self._log.clock.now_ms(), self._log.clock.monotonic()
        try:
            await self._app(scope, receive, noting_send)
        finally:
            took_ms = (self._log.clock.monotonic() - began_s) * 1000
            self._log.note(
                f"{_moment(began_ms)} {self._who(scope)} {_what(scope)} {status} {size} {took_ms:.1f}ms"
            )

    def _who(self, scope: Scope) -> str:
        caller = scope.get(CALLER_KEY)
        name = caller.name if isinstance(caller, Caller) else ""
        return f"{self._proxies.address_of(scope) or '-'} {_word(name)}"


def _what(scope: Scope) -> str:
    method = scope.get("method", "WEBSOCKET")
    return f"{_word(method)} {_word(scope['raw_path'].decode('latin-1'))}"


def _word(text: str) -> str:
    """Text as one word of a line."""
    return "_".join(safe(text, _LONGEST_WORD).split()) or "-"


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
