"""The two interfaces as one application: middleware from the outside in, routes of every room, the WebSocket."""

from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from rtp_tui.api.audit import Audit
from rtp_tui.clock import Clock
from rtp_tui.model.errors import Refused
from rtp_tui.monitoring.load import Meters
from rtp_tui.server.access import Access, AccessMiddleware
from rtp_tui.server.access_log import AccessLogMiddleware
from rtp_tui.server.conversation import Conversation
from rtp_tui.server.faults import FaultMiddleware
from rtp_tui.server.gate import Gate
from rtp_tui.server.identity import Identity, IdentityMiddleware
from rtp_tui.server.limiting import LimitMiddleware
from rtp_tui.server.measuring import MeasuringMiddleware
from rtp_tui.server.problems import code_of, problem, problem_of
from rtp_tui.server.settings import ServerSettings

_WORDS = {404: "nothing is served there; / lists what is", 405: "not by this method; Allow names what is"}


class Served(Struct, frozen=True):
    """What an application is made of."""

    routes: tuple[BaseRoute, ...]
    conversation: Conversation
    identity: Identity
    audit: Audit
    gate: Gate
    meters: Meters


def application(served: Served, settings: ServerSettings, clock: Clock) -> Starlette:
    """Everything that one port answers."""
    gate = served.gate
    return Starlette(
        routes=[*served.routes, WebSocketRoute("/ws", served.conversation.converse)],
        middleware=[
            Middleware(
                MeasuringMiddleware,
                meters=served.meters,
                clock=clock,
                paths=[route.path for route in served.routes if isinstance(route, Route)],
            ),
            Middleware(AccessLogMiddleware, log=gate.access_log, proxies=gate.proxies),
            Middleware(FaultMiddleware),
            Middleware(LimitMiddleware, limits=gate.limits, proxies=gate.proxies),
            Middleware(AccessMiddleware, access=Access(settings)),
            Middleware(IdentityMiddleware, identity=served.identity, audit=served.audit),
        ],
        exception_handlers={Refused: _refused, HTTPException: _not_served},
    )


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)
    return problem_of(refusal)


async def _not_served(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return problem(code_of(error.status_code), _WORDS.get(error.status_code, error.detail), headers)
