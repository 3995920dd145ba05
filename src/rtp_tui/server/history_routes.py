"""`/summary` and `/instruments/{id}/recompute`: what minutes come to, and building them again."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import Done, RecomputeBars
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import GetSummary, Summary
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.journal import Journal
from rtp_tui.server.market_routes import INSTRUMENT, ROOM
from rtp_tui.server.orders import Orders


class RecomputedSpan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which minutes are built again, the last hour where nothing is said; or since when longer bars are rolled up again."""

    start_ms: int | None = None
    end_ms: int | None = None
    timeframe: str = "1m"


_LAST_HOUR = RecomputedSpan()


class HistoryRoutes:
    """What is made of stored minutes and trades, over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal, orders: Orders) -> None:
        self._api = api
        self._journal = journal
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/summary/{id}",
                handler=self.summary,
                summary="The trading day in figures, or another span of a week at most.",
                room=ROOM,
                parameters=(
                    INSTRUMENT,
                    Parameter("start", "Where the span begins.", parameters.Moment),
                    Parameter("end", "Where it ends.", parameters.Moment),
                ),
                refusals=("unknown_instrument",),
            ),
            Endpoint(
                method="POST",
                path="/instruments/{id}/recompute",
                handler=self.recompute,
                summary="Build minutes again from stored trades, of a day at most, or roll hours and days up again.",
                room=ROOM,
                parameters=(INSTRUMENT,),
                scope=Scope.CONTROL,
                refusals=("unknown_instrument",),
            ),
        )

    async def summary(self, request: Request) -> Summary:
        given = request.query_params
        query = GetSummary(
            instrument=self._instrument(request),
            start_ms=parameters.moment_in(given, "start"),
            end_ms=parameters.moment_in(given, "end"),
        )
        return await self._api.query(query)

    async def recompute(self, request: Request, span: RecomputedSpan = _LAST_HOUR) -> Done:
        command = RecomputeBars(
            instrument=self._instrument(request),
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            timeframe=span.timeframe,
        )
        return await self._orders.execute(command, caller_of(request.scope))

    def _instrument(self, request: Request) -> InstrumentId:
        return parameters.instrument(request.path_params["id"], self._journal.state.market.instruments).id
