"""`/gaps`: minutes that are missing, and what became of them."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.queries import GetGaps
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.gap_bodies import GapBody, gap_body
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING

QUALITY = "quality"


class GapsPage(Struct, frozen=True):
    """Gaps in the order in which they were found."""

    gaps: tuple[GapBody, ...]
    next_cursor: str | None


class GapRoutes:
    """Gaps over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/gaps",
                handler=self.list_all,
                summary="Missing minutes, why they are missing, and what became of them.",
                room=QUALITY,
                parameters=(
                    Parameter("instrument", "Of one instrument only, by id or symbol.", example="crypto:BTC"),
                    Parameter("pending", "Only those that are still to be repaired.", parameters.Flag),
                    Parameter("since", "Only those that changed since.", parameters.Moment),
                    *PAGING,
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def list_all(self, request: Request) -> GapsPage:
        given = request.query_params
        query = GetGaps(
            instrument=parameters.instrument_in(given, self._journal.state.market.instruments),
            only_pending="pending" in given and parameters.flag("pending", given["pending"]),
            since_ms=parameters.moment_in(given, "since") or 0,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        found = await self._api.query(query)
        return GapsPage(tuple(map(gap_body, found.gaps)), found.next_cursor)
