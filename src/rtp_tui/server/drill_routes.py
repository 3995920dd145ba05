"""`/drill`: what goes wrong in a demo on request, and orders to let it."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.clock import Clock
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import Done, EndDrills, StartDrill
from rtp_tui.model.drills import DrillStatus
from rtp_tui.server.caller import caller_of
from rtp_tui.server.drill_bodies import DrillsBody, drills_body
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders

ROOM = "drill"
FAULT = Parameter("fault", "What is to go wrong; `GET /drill` lists it.", example="outage")
VENUE = Parameter("venue", "Only there; everywhere where it is left out.")
_REFUSALS = ("unavailable",)


class DrillOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /drill/{fault}`; without a venue it is drilled at all of them."""

    venue: str | None = None
    seconds: float = 30.0


_EVERYWHERE = DrillOrder()


class DrillRoutes:
    """Fire drills over HTTP."""

    def __init__(self, journal: Journal, orders: Orders, clock: Clock) -> None:
        self._journal = journal
        self._orders = orders
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here; only a demo has it to do."""
        return (
            Endpoint(
                method="GET",
                path="/drill",
                handler=self.show,
                summary="What goes wrong on request now, and what can be asked for where: nothing but in a demo.",
                room=ROOM,
            ),
            Endpoint(
                method="DELETE",
                path="/drill",
                handler=self.end,
                summary="End what goes wrong on request.",
                room=ROOM,
                parameters=(VENUE,),
                scope=Scope.CONTROL,
                refusals=_REFUSALS,
            ),
            Endpoint(
                method="POST",
                path="/drill/{fault}",
                handler=self.start,
                summary="Let the simulated exchange misbehave for a while; demos only.",
                room=ROOM,
                parameters=(FAULT,),
                scope=Scope.CONTROL,
                refusals=_REFUSALS,
            ),
        )

    async def show(self, request: Request) -> DrillsBody:
        return drills_body(self._journal.state.part.drill or DrillStatus(), self._clock.now_ms())

    async def start(self, request: Request, order: DrillOrder = _EVERYWHERE) -> Done:
        command = StartDrill(fault=request.path_params["fault"], venue=order.venue, seconds=order.seconds)
        return await self._orders.execute_and_fold(command, caller_of(request.scope))

    async def end(self, request: Request) -> Done:
        command = EndDrills(venue=request.query_params.get("venue"))
        return await self._orders.execute_and_fold(command, caller_of(request.scope))
