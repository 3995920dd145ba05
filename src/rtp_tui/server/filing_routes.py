"""`/filings`: what companies told their regulator."""

from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.queries import GetFilings
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.filing_bodies import FilingsBody, filings_body
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING

RESEARCH = "research"


class FilingRoutes:
    """Filings over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/filings/{id}",
                handler=self.list_of_one,
                summary="What the company of an instrument filed, the newest first, and its newest figures.",
                room=RESEARCH,
                parameters=(
                    Parameter(
                        "id",
                        "An instrument's id, or its symbol where only one has it.",
                        example="stocks:MSTR",
                    ),
                    Parameter("form", "Only filings of one form.", example="8-K"),
                    *PAGING,
                ),
                refusals=("unknown_instrument",),
            ),
        )

    async def list_of_one(self, request: Request) -> FilingsBody:
        given = request.query_params
        known = self._journal.state.market.instruments
        query = GetFilings(
            instrument=parameters.instrument(request.path_params["id"], known).id,
            form=given.get("form") or None,
            limit=parameters.limit(given.get("limit", "200")),
            cursor=given.get("cursor") or None,
        )
        return filings_body(query.instrument, await self._api.query(query))
