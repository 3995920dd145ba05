"""`/quality`: how good the data is, and what should be reached."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.quality import QualityScore, TargetReport
from rtp_tui.model.queries import GetQuality
from rtp_tui.server import parameters
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.gap_routes import QUALITY
from rtp_tui.server.journal import Journal


class QualityBody(Struct, frozen=True):
    """Scores from 0 to 100 with their parts and hours, the worst first; and targets of the whole with what was reached."""

    scores: tuple[QualityScore, ...]
    targets: tuple[TargetReport, ...]


class QualityRoutes:
    """Quality over HTTP."""

    def __init__(self, api: PipelineApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/quality",
                handler=self.quality,
                summary="How good the data of instruments and sources is, the worst first; targets, and what was reached.",
                room=QUALITY,
                parameters=(
                    Parameter("instrument", "Of one instrument only, by id or symbol.", example="crypto:BTC"),
                    Parameter("source", "Of one source only, by the name of its feed."),
                    Parameter("hours", "Over so many hours, 24 at most.", parameters.Limit),
                    Parameter("limit", "So many at most.", parameters.Limit),
                ),
                refusals=("unknown_instrument", "unknown_feed"),
            ),
        )

    async def quality(self, request: Request) -> QualityBody:
        given = request.query_params
        query = GetQuality(
            instrument=parameters.instrument_in(given, self._journal.state.market.instruments),
            source=given.get("source") or None,
            hours=parameters.count("hours", given.get("hours", "24")),
            limit=parameters.limit(given.get("limit", "1000")),
        )
        found = await self._api.query(query)
        return QualityBody(found.scores, found.targets)
