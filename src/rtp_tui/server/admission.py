"""Tokens in messages: who showed none when its WebSocket opened shows it first of all."""

from starlette.websockets import WebSocket, WebSocketDisconnect

from rtp_tui.api.frames import FrameError, OperationId, Refusal
from rtp_tui.api.operations import Authenticate, decode_operation
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.errors import NotAuthenticated, TooManyRequests
from rtp_tui.server.client import Client
from rtp_tui.server.hub import Hub
from rtp_tui.server.identity import TOKEN_NEEDED, Identity

AUTHENTICATED_WITHIN_S = 5.0
NOT_AUTHENTICATED, TOO_MANY_REQUESTS = 4001, 4009


class Admission:
    """Lets clients in who show a token that is known, and sends the others away."""

    def __init__(self, identity: Identity, hub: Hub, clock: Clock) -> None:
        self._identity = identity
        self._hub = hub
        self._clock = clock

    async def admits(self, socket: WebSocket, client: Client) -> bool:
        """Whether a client may follow, once it has said who it is; it is given five seconds."""
        if client.caller.scope.may_read:
            return True
        try:
            async with self._clock.timeout(AUTHENTICATED_WITHIN_S):
                text = await next_text(socket)
        except TimeoutError:
            client.wire.close(NOT_AUTHENTICATED, "not authenticated")
            return False
        except WebSocketDisconnect:
            return False
        return self._admits_by(text, client)

    def authenticates(self, client: Client, order: Authenticate) -> bool:
        """Whether a token is known, which changes what its client may do; otherwise the client is sent away."""
        try:
            if self._identity.demands_token:
                client.caller = self._identity.holder(order.token, client.caller.address)
        except TooManyRequests:
            client.wire.close(TOO_MANY_REQUESTS, "too many requests")
            return False
        except NotAuthenticated:
            client.wire.close(NOT_AUTHENTICATED, "not authenticated")
            return False
        self._hub.acknowledge(client, order)
        return True

    def _admits_by(self, text: str, client: Client) -> bool:
        try:
            order = decode_operation(text)
        except FrameError as error:
            return self._turn_away(client, error.id, error.code, error.message)
        if isinstance(order, Authenticate):
            return self.authenticates(client, order)
        return self._turn_away(client, order.id, NotAuthenticated.code, TOKEN_NEEDED)

    def _turn_away(self, client: Client, own_id: OperationId, code: str, message: str) -> bool:
        client.write([encode(Refusal(id=own_id, code=code, message=message))])
        client.wire.close(NOT_AUTHENTICATED, "not authenticated")
        return False


async def next_text(socket: WebSocket) -> str:
    """What a client says next; empty for anything but text. Raises WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    return text if isinstance(text, str) else ""
