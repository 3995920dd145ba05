"""`/cache`: how often an answer was at hand, and orders to forget."""

from msgspec import convert
from starlette.requests import Request

from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import ClearCache, Done, OptimizeCache
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.statistics import CacheStatus
from rtp_tui.server.cache_bodies import CacheStatusBody
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders

ROOM = "cache"
PATTERN = Parameter("pattern", "Keys to forget, with `*` and `?`.", example="history:bars:crypto:BTC:*")


class CacheRoutes:
    """The cache over HTTP."""

    def __init__(self, journal: Journal, orders: Orders) -> None:
        self._journal = journal
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET", path="/cache", handler=self.show, summary="The cache's counters.", room=ROOM
            ),
            Endpoint(
                method="DELETE",
                path="/cache",
                handler=self.forget,
                summary="Forget the answers whose key matches a pattern.",
                room=ROOM,
                parameters=(PATTERN,),
                scope=Scope.CONTROL,
            ),
            Endpoint(
                method="POST",
                path="/cache/clear",
                handler=self.clear,
                summary="Forget all cached answers.",
                room=ROOM,
                scope=Scope.CONTROL,
            ),
            Endpoint(
                method="POST",
                path="/cache/optimize",
                handler=self.optimize,
                summary="Forget what is least worth its place.",
                room=ROOM,
                scope=Scope.CONTROL,
            ),
        )

    async def show(self, request: Request) -> CacheStatusBody:
        status = self._journal.state.measurements.cache or CacheStatus()
        return convert(status, CacheStatusBody, from_attributes=True)

    async def forget(self, request: Request) -> Done:
        pattern = request.query_params.get("pattern")
        if not pattern:
            raise BadRequest("name a pattern; POST /cache/clear forgets everything")
        return await self._orders.execute(ClearCache(pattern=pattern), caller_of(request.scope))

    async def clear(self, request: Request) -> Done:
        return await self._orders.execute(ClearCache(), caller_of(request.scope))

    async def optimize(self, request: Request) -> Done:
        return await self._orders.execute(OptimizeCache(), caller_of(request.scope))
