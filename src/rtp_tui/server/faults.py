"""What becomes of a request that meets a bug: an answer without its inside, a line in the log with it."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_tui.server.problems import problem
from rtp_tui.text import safe

INTERNAL_ERROR = 1011

log = logging.getLogger("rtp_tui.server")


class FaultMiddleware:
    """Answers 500, or closes the WebSocket with 1011, where a request raised; nothing where its client went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noting_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except ClientDisconnect:
            return
        except Exception:
            # The boundary: one request's bug must not become another's, nor be shown to the client.
            log.error("%s failed", safe(scope["path"]), exc_info=True)
            if scope["type"] == "websocket" and has_begun:
                await send({"type": "websocket.close", "code": INTERNAL_ERROR})
            elif not has_begun:
                await problem("internal_error", "this is a bug; the log has more")(scope, receive, send)
