"""`/clients`: who follows on the WebSocket, and sending them away."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.commands import DisconnectClient
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import GetClients
from rtp_tui.server import parameters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.client_bodies import client_body
from rtp_tui.server.orders import Orders
from rtp_tui.server.request_body import json_body
from rtp_tui.server.responses import json, listed


class ClientRoutes:
    """Followers over HTTP."""

    def __init__(self, api: PipelineApi, orders: Orders) -> None:
        self._api = api
        self._orders = orders

    def routes(self) -> list[Route]:
        """Where everything is found."""
        return [
            Route("/clients", self.list_all, methods=["GET"]),
            Route("/clients/{id}", self.disconnect, methods=["DELETE"]),
        ]

    async def list_all(self, request: Request) -> Response:
        given = request.query_params
        limit = parameters.limit(given.get("limit", "1000"))
        page = await self._api.query(GetClients(limit=limit, cursor=given.get("cursor") or None))
        return listed("clients", list(map(client_body, page.clients)), page.next_cursor)

    async def disconnect(self, request: Request) -> Response:
        await json_body(request)
        command = DisconnectClient(client=_number(request.path_params["id"]))
        return json(await self._orders.execute(command, caller_of(request.scope)))


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise BadRequest(f"a client's id is a number, not {text[:40]!r}")
    return int(text)
