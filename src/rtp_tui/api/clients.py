"""Those who follow the server: listed, and sent away. Nobody follows where nothing is served."""

from typing import Protocol

from rtp_tui.api.handlers import Handlers
from rtp_tui.model.clients import ClientStatus
from rtp_tui.model.commands import DisconnectClient, Done
from rtp_tui.model.errors import UnknownClient
from rtp_tui.model.queries import ClientPage, GetClients
from rtp_tui.storage.pages import cursor_number, page_size


class Followed(Protocol):
    """What has followers: a server."""

    def clients(self) -> tuple[ClientStatus, ...]:
        """Everybody, ascending by id."""
        ...

    def disconnect(self, id: int) -> bool:  # noqa: A002 - as REST names it
        """Send one away; false where no such one is connected."""
        ...


class Clients:
    """Answers and carries out what concerns the followers of a server, if there is one."""

    def __init__(self, server: Followed | None) -> None:
        self._server = server

    def take_over(self, handlers: Handlers) -> None:
        """Be the one who is asked about followers."""
        handlers.answer(GetClients, self.page)
        handlers.carry_out(DisconnectClient, self.disconnect)

    async def page(self, query: GetClients) -> ClientPage:
        """Followers whose id is above the cursor. Raises BadRequest for a limit or a cursor that is none."""
        size, after = page_size(query.limit), cursor_number(query.cursor)
        clients = [client for client in self._everybody() if client.id > after]
        has_more = len(clients) > size
        return ClientPage(
            clients=tuple(clients[:size]), next_cursor=str(clients[size - 1].id) if has_more else None
        )

    async def disconnect(self, command: DisconnectClient) -> Done:
        """End a follower's connection. Raises UnknownClient."""
        if self._server is None or not self._server.disconnect(command.client):
            raise UnknownClient(f"no client {command.client} is connected")
        return Done(message=f"client {command.client} disconnected")

    def _everybody(self) -> tuple[ClientStatus, ...]:
        return () if self._server is None else self._server.clients()
