"""What can be ordered over HTTP, and the engine's door for consoles elsewhere."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.wire import UNDECODABLE, decode_command, decode_query
from rtp_tui.model.commands import (
    Command,
    ControlFeed,
    ControlPipeline,
    EndProcess,
    FeedAction,
    PipelineAction,
    Refresh,
)
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.parts import EngineState
from rtp_tui.server import parameters
from rtp_tui.server.journal import Journal
from rtp_tui.server.permission import Permission
from rtp_tui.server.problems import Unacceptable
from rtp_tui.server.rest import json

MAX_BODY_BYTES = 65_536

AnswerT = TypeVar("AnswerT")
Endpoint = Callable[[Request], Awaitable[Response]]

_STATE_AFTER = {
    PipelineAction.START: EngineState.RUNNING,
    PipelineAction.STOP: EngineState.STOPPED,
    PipelineAction.RESTART: EngineState.RUNNING,
}


class RefreshOrder(Struct, frozen=True):
    """The body of `POST /refresh`."""

    instruments: tuple[str, ...] = ()


class OrderedBody(Struct, frozen=True):
    """What the pipeline is now to be."""

    state: EngineState
    message: str


_refresh_order = msgspec.json.Decoder(RefreshOrder)


class Control:
    """The commanding half of the REST interface."""

    def __init__(self, api: PipelineApi, journal: Journal, permission: Permission) -> None:
        self._api = api
        self._journal = journal
        self._permission = permission

    def routes(self) -> list[Route]:
        """Where everything is found; only POST is taken."""
        routes = [
            _post("/refresh", self.refresh),
            _post("/instruments/{id}/refresh", self.refresh_one),
            _post("/api/query", self.query),
            _post("/api/command", self.command),
        ]
        routes += [_post(f"/{action}", self._pipeline(action)) for action in PipelineAction]
        routes += [_post(f"/feeds/{{name:path}}/{action}", self._feed(action)) for action in FeedAction]
        return routes

    async def query(self, request: Request) -> Response:
        query = decode_query(await _json_body(request))
        return json(await self._api.query(query))

    async def command(self, request: Request) -> Response:
        command = decode_command(await _json_body(request))
        return json(await self._execute(command))

    async def refresh(self, request: Request) -> Response:
        body = await _json_body(request)
        try:
            order = _refresh_order.decode(body) if body else RefreshOrder()
        except UNDECODABLE as error:
            raise BadRequest(str(error)) from None
        return await self._refresh(order.instruments)

    async def refresh_one(self, request: Request) -> Response:
        await _json_body(request)
        return await self._refresh((request.path_params["id"],))

    async def _refresh(self, names: tuple[str, ...]) -> Response:
        known = self._journal.state.market.instruments
        instruments = tuple(parameters.instrument(name, known).id for name in names)
        return json(await self._execute(Refresh(instruments=instruments)))

    def _pipeline(self, action: PipelineAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await _json_body(request)
            if action is PipelineAction.STOP and request.query_params.get("server") == "true":
                done = await self._execute(EndProcess())
                return json(OrderedBody(EngineState.DRAINING, done.message), 202)
            done = await self._execute(ControlPipeline(action=action))
            return json(OrderedBody(_STATE_AFTER[action], done.message), 202)

        return order

    def _feed(self, action: FeedAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await _json_body(request)
            command = ControlFeed(feed=request.path_params["name"], action=action)
            return json(await self._execute(command), 202)

        return order

    async def _execute(self, command: Command[AnswerT]) -> AnswerT:
        self._permission.check()
        return await self._api.execute(command)


def _post(path: str, endpoint: Endpoint) -> Route:
    return Route(path, endpoint, methods=["POST"])


async def _json_body(request: Request) -> bytes:
    """The body, which a page elsewhere cannot send: JSON is none of the types that forms have."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise Unacceptable("too_large", f"a body has at most {MAX_BODY_BYTES} bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise Unacceptable("unsupported_media_type", "the body must be application/json, or empty")
    return bytes(body)
