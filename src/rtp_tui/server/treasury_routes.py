"""`/treasury`: what companies hold of coins, and what that is worth against them."""

from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.queries import GetTreasury
from rtp_tui.model.treasury import TreasuryReport
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.filing_routes import RESEARCH


class TreasuryRoutes:
    """Treasuries over HTTP."""

    def __init__(self, api: PipelineApi) -> None:
        self._api = api

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/treasury",
                handler=self.treasury,
                summary="Companies' holdings of coins by value, with mNAV, what a share holds, and what is not known.",
                room=RESEARCH,
                parameters=(Parameter("coin", "Of one coin only.", example="BTC"),),
                refusals=("bad_request",),
            ),
        )

    async def treasury(self, request: Request) -> TreasuryReport:
        return await self._api.query(GetTreasury(coin=request.query_params.get("coin") or None))
