"""How long each answer takes to begin, and how much is sent: counted for whoever watches the engine."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_tui.clock import Clock
from rtp_tui.monitoring.load import Meters
from rtp_tui.monitoring.response_times import OTHER


class MeasuringMiddleware:
    """Measures requests by the first part of their path; a path that is not served has the kind `other`."""

    def __init__(self, app: ASGIApp, meters: Meters, clock: Clock, paths: Iterable[str]) -> None:
        self._app = app
        self._meters = meters
        self._clock = clock
        self._kinds = frozenset(map(_first_part, paths))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = self._clock.monotonic()

        async def measured_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, began_s, message["status"])
            else:
                self._meters.clients.sent += len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, measured_send)

    def _note(self, scope: Scope, began_s: float, status: int) -> None:
        first, now_s = _first_part(scope["path"]), self._clock.monotonic()
        kind = first if first in self._kinds else OTHER
        self._meters.responses.note(kind, (now_s - began_s) * 1000, now_s, failed=status >= 500)


def _first_part(path: str) -> str:
    return path.strip("/").partition("/")[0] or "root"
