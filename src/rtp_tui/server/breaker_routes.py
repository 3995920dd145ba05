"""`/breakers`: what protects each provider's endpoint, and orders to it. Their names contain slashes."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.clock import Clock
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.commands import BreakerAction, ControlBreaker
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.server.breaker_bodies import BreakerBody, breaker_body, ordered_breaker_body
from rtp_tui.server.caller import caller_of
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.request_body import json_body
from rtp_tui.server.responses import json, paged

Endpoint = Callable[[Request], Awaitable[Response]]


class BreakerRoutes:
    """Breakers over HTTP."""

    def __init__(self, journal: Journal, orders: Orders, clock: Clock) -> None:
        self._journal = journal
        self._orders = orders
        self._clock = clock

    def routes(self) -> list[Route]:
        """Where everything is found."""
        orders = (
            Route(f"/breakers/{{name:path}}/{action}", self._control(action), methods=["POST"])
            for action in BreakerAction
        )
        return [
            Route("/breakers", self.list_all, methods=["GET"]),
            *orders,
            Route("/breakers/{name:path}", self.show, methods=["GET"]),
        ]

    async def list_all(self, request: Request) -> Response:
        now_ms = self._clock.now_ms()
        breakers = [breaker_body(one, now_ms) for one in self._breakers.values()]
        return paged("breakers", breakers, _name, request)

    async def show(self, request: Request) -> Response:
        name = request.path_params["name"]
        breaker = self._breakers.get(name)
        if breaker is None:
            raise UnknownBreaker(f"no breaker {name[:64]!r}")
        return json(breaker_body(breaker, self._clock.now_ms()))

    def _control(self, action: BreakerAction) -> Endpoint:
        async def order(request: Request) -> Response:
            await json_body(request)
            name = request.path_params["name"]
            done = await self._orders.execute_and_fold(
                ControlBreaker(breaker=name, action=action), caller_of(request.scope)
            )
            breaker = self._breakers.get(name)
            if breaker is None:
                return json(done, 202)
            return json(ordered_breaker_body(breaker, self._clock.now_ms(), done.message), 202)

        return order

    @property
    def _breakers(self) -> dict[str, BreakerStatus]:
        return self._journal.state.breaker.breakers


def _name(breaker: BreakerBody) -> str:
    return breaker.name
