"""Makes out who asks, before anything is answered."""

from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from rtp_tui.model.clients import Scope
from rtp_tui.server.caller import CALLER_KEY, Caller
from rtp_tui.server.settings import ServerSettings


class IdentityMiddleware:
    """Puts the caller into the connection's scope."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._scope = Scope.CONTROL if settings.local_control else Scope.READ

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        peer = connection.get("client")
        address = peer[0] if peer else ""
        connection[CALLER_KEY] = Caller(address=address, scope=self._scope)
        await self._app(connection, receive, send)
