"""What can be ordered over HTTP, and the engine's door for consoles elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Union, get_args

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import (
    AnyCommand,
    ControlFeed,
    ControlPipeline,
    Done,
    EndProcess,
    FeedAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
)
from rtp_tui.model.errors import REFUSALS
from rtp_tui.model.parts import EngineState
from rtp_tui.model.queries import AnyQuery
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Content, Endpoint, Handler, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.market_routes import INSTRUMENT
from rtp_tui.server.orders import Orders
from rtp_tui.server.responses import json

PIPELINE, FEEDS, DOOR = "pipeline", "feeds", "door"

_STATE_AFTER = {
    PipelineAction.START: EngineState.RUNNING,
    PipelineAction.STOP: EngineState.STOPPED,
    PipelineAction.RESTART: EngineState.RUNNING,
}
_SUMMARIES = {
    PipelineAction.START: "Start feeds and processing.",
    PipelineAction.STOP: "Stop feeds and processing; the server goes on.",
    PipelineAction.RESTART: "Stop and start feeds and processing.",
    FeedAction.RESTART: "Connect a feed again.",
    FeedAction.PAUSE: "Disconnect a feed until it is resumed.",
    FeedAction.RESUME: "Connect a paused feed.",
}
_FEED = Parameter(
    "name", "A feed's name, alone or as an instrument names it; it may contain slashes.", example="provider"
)
_SERVER = Parameter("server", "End the whole process.", parameters.Flag)
_UNKNOWN = tuple(code for code in REFUSALS if code.startswith("unknown_"))


class RefreshOrder(Struct, frozen=True):
    """The body of `POST /refresh`."""

    instruments: tuple[str, ...] = ()


class OrderedBody(Struct, frozen=True):
    """What the pipeline is now to be."""

    state: EngineState | None
    message: str


_EVERYTHING = RefreshOrder()


class Control:
    """The commanding half of the REST interface."""

    def __init__(self, api: PipelineApi, journal: Journal, orders: Orders) -> None:
        self._api = api
        self._journal = journal
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here; only POST is taken."""
        return (
            _post("/refresh", self.refresh, "Fetch now, all instruments or those named."),
            _post("/instruments/{id}/refresh", self.refresh_one, "Fetch one instrument now.", INSTRUMENT),
            _post(
                "/reload", self.reload, "Read the configuration again; a bad one changes nothing.", status=202
            ),
            *(
                _post(
                    f"/{action}",
                    self._pipeline(action),
                    _SUMMARIES[action],
                    *((_SERVER,) if action is PipelineAction.STOP else ()),
                    status=202,
                )
                for action in PipelineAction
            ),
            *(
                _post(
                    f"/feeds/{{name:path}}/{action}",
                    self._feed(action),
                    _SUMMARIES[action],
                    _FEED,
                    status=202,
                )
                for action in FeedAction
            ),
            Endpoint(
                method="POST",
                path="/api/query",
                handler=self.query,
                summary="A question as consoles elsewhere put it; its type tells that of the answer.",
                room=DOOR,
                contents=(Content(_answers_to(AnyQuery)),),
                refusals=("unknown_instrument", "no_history", "unsupported"),
            ),
            Endpoint(
                method="POST",
                path="/api/command",
                handler=self.command,
                summary="A command as consoles elsewhere give it; its type tells that of the answer.",
                room=DOOR,
                contents=(Content(_answers_to(AnyCommand)),),
                scope=Scope.CONTROL,
                refusals=_UNKNOWN,
            ),
        )

    async def query(self, _request: Request, query: AnyQuery) -> Response:
        return json(await self._api.query(query))

    async def command(self, request: Request, command: AnyCommand) -> Response:
        return json(await self._orders.execute(command, caller_of(request.scope)))

    async def refresh(self, request: Request, order: RefreshOrder = _EVERYTHING) -> Done:
        return await self._refresh(order.instruments, request)

    async def refresh_one(self, request: Request) -> Done:
        return await self._refresh((request.path_params["id"],), request)

    async def reload(self, request: Request) -> OrderedBody:
        done = await self._orders.execute(ReloadConfiguration(), caller_of(request.scope))
        engine = self._journal.state.part.engine
        return OrderedBody(None if engine is None else engine.state, done.message)

    async def _refresh(self, names: tuple[str, ...], request: Request) -> Done:
        known = self._journal.state.market.instruments
        instruments = tuple(parameters.instrument(name, known).id for name in names)
        return await self._orders.execute(Refresh(instruments=instruments), caller_of(request.scope))

    def _pipeline(self, action: PipelineAction) -> Callable[[Request], Awaitable[OrderedBody]]:
        async def order(request: Request) -> OrderedBody:
            if parameters.flag("server", request.query_params.get("server", "false")):
                done = await self._orders.execute(EndProcess(), caller_of(request.scope))
                return OrderedBody(EngineState.DRAINING, done.message)
            done = await self._orders.execute(ControlPipeline(action=action), caller_of(request.scope))
            return OrderedBody(_STATE_AFTER[action], done.message)

        return order

    def _feed(self, action: FeedAction) -> Callable[[Request], Awaitable[Done]]:
        async def order(request: Request) -> Done:
            command = ControlFeed(feed=request.path_params["name"], action=action)
            return await self._orders.execute(command, caller_of(request.scope))

        return order


def _answers_to(requests: object) -> object:
    """Whatever one of these may be answered with."""
    return Union[tuple(dict.fromkeys(kind.answer_type for kind in get_args(requests)))]  # noqa: UP007 - not known in writing


def _post(path: str, handler: Handler, summary: str, *takes: Parameter, status: int = 200) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        room=FEEDS if path.startswith("/feeds") else PIPELINE,
        parameters=takes,
        statuses=(status,),
        scope=Scope.CONTROL,
        refusals=("unknown_feed" if path.startswith("/feeds") else "unknown_instrument",),
    )
