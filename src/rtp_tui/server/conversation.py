"""The WebSocket's front: who may come in, the welcome, and a session for each."""

from collections.abc import Iterator
from itertools import count

from starlette.websockets import WebSocket

from rtp_tui.api.frames import Limits as WelcomeLimits
from rtp_tui.api.frames import Welcome
from rtp_tui.api.wire import KNOWN_REQUESTS, encode
from rtp_tui.clock import Clock
from rtp_tui.server.admission import Admission
from rtp_tui.server.caller import caller_of
from rtp_tui.server.client import Client
from rtp_tui.server.guarded_protocols import CONNECTION_KEY
from rtp_tui.server.hub import MAX_SUBSCRIPTIONS, Hub
from rtp_tui.server.identity import Identity
from rtp_tui.server.journal import Journal
from rtp_tui.server.limits import Limits
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
        identity: Identity,
        limits: Limits,
        settings: ServerSettings,
        clock: Clock,
        version: str,
    ) -> None:
        self._hub = hub
        self._journal = journal
        self._orders = orders
        self._admission = Admission(identity, hub, clock)
        self._limits = limits
        self._at_the_door = 0
        """Those who have not been let in yet."""
        self._settings = settings
        self._clock = clock
        self._version = version
        self._ids: Iterator[int] = count(1)

    async def converse(self, socket: WebSocket) -> None:
        """Talk to a client until it goes."""
        await socket.accept()
        caller = caller_of(socket.scope)
        wire = socket.scope[CONNECTION_KEY]
        client = Client(next(self._ids), wire, caller, self._clock.now_ms())
        wire.on_flood = client.end_flood
        if not self._has_room(caller.address):
            wire.close(TOO_MANY_CLIENTS, "too many clients")
            return
        try:
            await self._welcomed(socket, client)
        finally:
            self._limits.leaves(caller.address)
            self._limits.refusals.flooding_clients += client.is_flooding

    def _has_room(self, address: str) -> bool:
        if len(self._hub.clients) + self._at_the_door >= self._settings.max_clients:
            self._limits.refusals.clients += 1
            return False
        return self._limits.joins(address)

    async def _welcomed(self, socket: WebSocket, client: Client) -> None:
        client.write([self._welcome()])
        if not await self._admits(socket, client):
            return
        self._hub.join(client)
        try:
            await Session(client, self._hub, self._orders, self._admission, self._clock).run(socket)
        finally:
            self._hub.leave(client)

    async def _admits(self, socket: WebSocket, client: Client) -> bool:
        self._at_the_door += 1
        try:
            return await self._admission.admits(socket, client)
        finally:
            self._at_the_door -= 1

    def _welcome(self) -> bytes:
        return encode(
            Welcome(
                server=f"rtp-tui/{self._version}",
                name=self._settings.name,
                epoch=self._journal.epoch,
                can=KNOWN_REQUESTS,
                limits=WelcomeLimits(
                    max_message_bytes=MAX_MESSAGE_BYTES,
                    max_clients=self._settings.max_clients,
                    max_channels=MAX_SUBSCRIPTIONS,
                ),
            )
        )
