"""Requests that come too fast are answered 429 before anything else is done for them."""

from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from rtp_tui.server.addresses import TrustedProxies
from rtp_tui.server.limits import Limits
from rtp_tui.server.problems import problem


class LimitMiddleware:
    """Lets as many requests through as an address may make; the handshake of a WebSocket is one."""

    def __init__(self, app: ASGIApp, limits: Limits, proxies: TrustedProxies) -> None:
        self._app = app
        self._limits = limits
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait_s = self._limits.request_wait_s(self._proxies.address_of(scope))
        if wait_s == 0:
            await self._app(scope, receive, send)
        else:
            headers = {"Retry-After": str(ceil(wait_s))}
            refusal = problem("too_many_requests", "requests come faster than this server allows", headers)
            await refusal(scope, receive, send)
