"""`/breakers`: what protects each provider's endpoint, and orders to it. Their names contain slashes."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from rtp_tui.clock import Clock
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import BreakerAction, ControlBreaker, Done
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.server.breaker_bodies import BreakerBody, OrderedBreakerBody, breaker_body, ordered_breaker_body
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING, BreakersPage
from rtp_tui.server.responses import page

ROOM = "breakers"
BREAKER = Parameter("name", "A breaker's name; it may contain slashes.", example="provider/prices")

_SUMMARIES = {
    BreakerAction.RESET: "Forget what it counted and close it.",
    BreakerAction.OPEN: "Let nothing through until it is reset.",
    BreakerAction.CLOSE: "Let everything through until it is reset.",
}


class BreakerRoutes:
    """Breakers over HTTP."""

    def __init__(self, journal: Journal, orders: Orders, clock: Clock) -> None:
        self._journal = journal
        self._orders = orders
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here; orders first, since a name takes the rest of a path."""
        orders = (
            Endpoint(
                method="POST",
                path=f"/breakers/{{name:path}}/{action}",
                handler=self._control(action),
                summary=_SUMMARIES[action],
                room=ROOM,
                parameters=(BREAKER,),
                statuses=(202,),
                scope=Scope.CONTROL,
                refusals=("unknown_breaker",),
            )
            for action in BreakerAction
        )
        return (
            Endpoint(
                method="GET",
                path="/breakers",
                handler=self.list_all,
                summary="All circuit breakers.",
                room=ROOM,
                parameters=PAGING,
            ),
            *orders,
            Endpoint(
                method="GET",
                path="/breakers/{name:path}",
                handler=self.show,
                summary="One circuit breaker.",
                room=ROOM,
                parameters=(BREAKER,),
                refusals=("unknown_breaker",),
            ),
        )

    async def list_all(self, request: Request) -> BreakersPage:
        now_ms = self._clock.now_ms()
        breakers = tuple(breaker_body(one, now_ms) for one in self._breakers.values())
        return BreakersPage(*page(breakers, _name, request.query_params))

    async def show(self, request: Request) -> BreakerBody:
        name = request.path_params["name"]
        breaker = self._breakers.get(name)
        if breaker is None:
            raise UnknownBreaker(f"no breaker {name[:64]!r}")
        return breaker_body(breaker, self._clock.now_ms())

    def _control(self, action: BreakerAction) -> Callable[[Request], Awaitable[OrderedBreakerBody | Done]]:
        async def order(request: Request) -> OrderedBreakerBody | Done:
            name = request.path_params["name"]
            command = ControlBreaker(breaker=name, action=action)
            done = await self._orders.execute_and_fold(command, caller_of(request.scope))
            breaker = self._breakers.get(name)
            if breaker is None:
                return done
            return ordered_breaker_body(breaker, self._clock.now_ms(), done.message)

        return order

    @property
    def _breakers(self) -> dict[str, BreakerStatus]:
        return self._journal.state.breaker.breakers


def _name(breaker: BreakerBody) -> str:
    return breaker.name
