"""The WebSocket's front: who may come in, the welcome, and a session for each."""

from collections.abc import Iterator
from itertools import count

from starlette.websockets import WebSocket

from rtp_tui.api.frames import Limits, Welcome
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.server.caller import caller_of
from rtp_tui.server.client import Client
from rtp_tui.server.guarded_protocols import CONNECTION_KEY
from rtp_tui.server.hub import MAX_SUBSCRIPTIONS, Hub
from rtp_tui.server.journal import Journal
from rtp_tui.server.listening import MAX_MESSAGE_BYTES
from rtp_tui.server.orders import Orders
from rtp_tui.server.session import Session
from rtp_tui.server.settings import ServerSettings

TOO_MANY_CLIENTS = 4013


class Conversation:
    """Receives those who come, up to a number of them."""

    def __init__(
        self,
        hub: Hub,
        journal: Journal,
        orders: Orders,
        settings: ServerSettings,
        clock: Clock,
        version: str,
    ) -> None:
        self._hub = hub
        self._journal = journal
        self._orders = orders
        self._settings = settings
        self._clock = clock
        self._version = version
        self._ids: Iterator[int] = count(1)

    async def converse(self, socket: WebSocket) -> None:
        """Talk to a client until it goes."""
        await socket.accept()
        caller = caller_of(socket.scope)
        client = Client(next(self._ids), socket.scope[CONNECTION_KEY], caller, self._clock.now_ms())
        if len(self._hub.clients) >= self._settings.max_clients:
            client.wire.close(TOO_MANY_CLIENTS, "too many clients")
            return
        self._hub.join(client)
        try:
            client.write([self._welcome()])
            await Session(client, self._hub, self._orders, self._clock).run(socket)
        finally:
            self._hub.leave(client)

    def _welcome(self) -> bytes:
        return encode(
            Welcome(
                server=f"rtp-tui/{self._version}",
                name=self._settings.name,
                epoch=self._journal.epoch,
                limits=Limits(
                    max_message_bytes=MAX_MESSAGE_BYTES,
                    max_clients=self._settings.max_clients,
                    max_channels=MAX_SUBSCRIPTIONS,
                ),
            )
        )
