"""What can be ordered over HTTP, and the engine's door for consoles elsewhere."""

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.wire import decode_command, decode_query
from rtp_tui.model.commands import (
    ControlFeed,
    ControlPipeline,
    EndProcess,
    FeedAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
)
from rtp_tui.model.parts import EngineState
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.request_body import decoded_body, json_body
from rtp_tui.server.responses import json

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

    state: EngineState | None
    message: str


_refresh_order = msgspec.json.Decoder(RefreshOrder)


class Control:
    """The commanding half of the REST interface."""

    def __init__(self, api: PipelineApi, journal: Journal, orders: Orders) -> None:
        self._api = api
        self._journal = journal
        self._orders = orders

    def routes(self) -> list[Route]:
        """Where everything is found; only POST is taken."""
        routes = [
            _post("/refresh", self.refresh),
            _post("/instruments/{id}/refresh", self.refresh_one),
            _post("/reload", self.reload),
            _post("/api/query", self.query),
            _post("/api/command", self.command),
        ]
        routes += [_post(f"/{action}", self._pipeline(action)) for action in PipelineAction]
        routes += [_post(f"/feeds/{{name:path}}/{action}", self._feed(action)) for action in FeedAction]
        return routes

    async def query(self, request: Request) -> Response:
        query = decode_query(await json_body(request))
        return json(await self._api.query(query))

    async def command(self, request: Request) -> Response:
        command = decode_command(await json_body(request))
        return json(await self._orders.execute(command, caller_of(request.scope)))

    async def refresh(self, request: Request) -> Response:
        body = await json_body(request)
        order = decoded_body(body, _refresh_order) if body else RefreshOrder()
        return await self._refresh(order.instruments, request)

    async def refresh_one(self, request: Request) -> Response:
        await json_body(request)
        return await self._refresh((request.path_params["id"],), request)

    async def reload(self, request: Request) -> Response:
        await json_body(request)
        done = await self._orders.execute(ReloadConfiguration(), caller_of(request.scope))
        engine = self._journal.state.part.engine
        return json(OrderedBody(None if engine is None else engine.state, done.message), 202)

    async def _refresh(self, names: tuple[str, ...], request: Request) -> Response:
        known = self._journal.state.market.instruments
        instruments = tuple(parameters.instrument(name, known).id for name in names)
        return json(await self._orders.execute(Refresh(instruments=instruments), caller_of(request.scope)))

    def _pipeline(self, action: PipelineAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await json_body(request)
            if action is PipelineAction.STOP and request.query_params.get("server") == "true":
                done = await self._orders.execute(EndProcess(), caller_of(request.scope))
                return json(OrderedBody(EngineState.DRAINING, done.message), 202)
            done = await self._orders.execute(ControlPipeline(action=action), caller_of(request.scope))
            return json(OrderedBody(_STATE_AFTER[action], done.message), 202)

        return order

    def _feed(self, action: FeedAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await json_body(request)
            command = ControlFeed(feed=request.path_params["name"], action=action)
            return json(await self._orders.execute(command, caller_of(request.scope)), 202)

        return order


def _post(path: str, endpoint: Endpoint) -> Route:
    return Route(path, endpoint, methods=["POST"])
