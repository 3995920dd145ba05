"""`/clients`: who follows on the WebSocket, and sending them away."""

import re

from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.clients import Scope
from rtp_tui.model.commands import DisconnectClient, Done
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import GetClients
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.client_bodies import client_body
from rtp_tui.server.endpoints import Endpoint, Parameter
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING, ClientsPage

ROOM = "clients"


class ClientRoutes:
    """Followers over HTTP."""

    def __init__(self, api: PipelineApi, orders: Orders) -> None:
        self._api = api
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/clients",
                handler=self.list_all,
                summary="Who follows on the WebSocket.",
                room=ROOM,
                parameters=PAGING,
            ),
            Endpoint(
                method="DELETE",
                path="/clients/{id}",
                handler=self.disconnect,
                summary="Send a follower away; it may come back.",
                room=ROOM,
                parameters=(Parameter("id", "A follower's number.", int),),
                scope=Scope.CONTROL,
                refusals=("unknown_client",),
            ),
        )

    async def list_all(self, request: Request) -> ClientsPage:
        given = request.query_params
        limit = parameters.limit(given.get("limit", "1000"))
        found = await self._api.query(GetClients(limit=limit, cursor=given.get("cursor") or None))
        return ClientsPage(tuple(map(client_body, found.clients)), found.next_cursor)

    async def disconnect(self, request: Request) -> Done:
        command = DisconnectClient(client=_number(request.path_params["id"]))
        return await self._orders.execute(command, caller_of(request.scope))


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise BadRequest(f"a client's id is a number, not {text[:40]!r}")
    return int(text)
