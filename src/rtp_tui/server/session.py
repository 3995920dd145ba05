"""One connection's conversation: what a client asks for, and the answers."""

import asyncio

from msgspec import Raw
from starlette.websockets import WebSocket, WebSocketDisconnect

from rtp_tui.api.frames import FrameError, Pong, Refusal
from rtp_tui.api.operations import (
    AnyOperation,
    Authenticate,
    CommandOperation,
    Join,
    Leave,
    Ping,
    Subscribe,
    Unsubscribe,
    decode_operation,
)
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.commands import AnyCommand
from rtp_tui.model.errors import Refused
from rtp_tui.server.client import Client
from rtp_tui.server.commanding import command_of, outward
from rtp_tui.server.hub import Hub
from rtp_tui.server.orders import Orders

POLICY_VIOLATION, TOO_MANY_REQUESTS = 1008, 4009
COMMANDS_AT_ONCE = 8
_MALFORMED = ("bad_json", "bad_field")


class Session:
    """Carries out what one client asks for until it goes."""

    def __init__(self, client: Client, hub: Hub, orders: Orders, clock: Clock) -> None:
        self._client = client
        self._hub = hub
        self._orders = orders
        self._clock = clock
        self._under_way = 0

    async def run(self, socket: WebSocket) -> None:
        """Answer until the client goes or is sent away; commands do not hold up the conversation."""
        try:
            async with asyncio.TaskGroup() as commands:
                while True:
                    self._hear(await _next_text(socket), commands)
                    # What was said at once is at hand without waiting: the others get their turn in between.
                    await self._clock.sleep(0)
        except* WebSocketDisconnect:
            pass

    def _hear(self, text: str, commands: asyncio.TaskGroup) -> None:
        if self._client.note_heard(self._clock.monotonic()):
            self._client.wire.close(TOO_MANY_REQUESTS, "too many requests")
            return
        try:
            self._carry_out(decode_operation(text), commands)
        except FrameError as error:
            self._refuse(error.id, error.code, error.message)
            if error.code in _MALFORMED and self._client.note_malformed(self._clock.monotonic()):
                self._client.wire.close(POLICY_VIOLATION, "too many malformed messages")

    def _carry_out(self, order: AnyOperation, commands: asyncio.TaskGroup) -> None:
        match order:
            case Subscribe():
                self._hub.subscribe(self._client, order)
            case Join():
                self._hub.join_rooms(self._client, order)
            case Unsubscribe():
                self._hub.unsubscribe(self._client, order, order.channels)
            case Leave():
                self._hub.unsubscribe(self._client, order, order.rooms)
            case Ping():
                self._client.write([encode(Pong(id=order.id, ts_ms=self._clock.now_ms()))])
            case Authenticate():
                self._hub.acknowledge(self._client, order)
            case _:
                self._begin(order, commands)

    def _begin(self, order: CommandOperation, commands: asyncio.TaskGroup) -> None:
        command = command_of(order)
        if self._under_way >= COMMANDS_AT_ONCE:
            raise FrameError("busy", f"{COMMANDS_AT_ONCE} commands are under way; wait for one", order.id)
        self._under_way += 1
        commands.create_task(self._command(order, command))

    async def _command(self, order: CommandOperation, command: AnyCommand) -> None:
        try:
            answer = await self._orders.execute(command, self._client.caller)
        except Refused as refusal:
            self._refuse(order.id, refusal.code, refusal.message)
        else:
            self._hub.acknowledge(self._client, order, result=Raw(encode(outward(answer))))
        finally:
            self._under_way -= 1

    def _refuse(self, own_id: int | str | None, code: str, message: str) -> None:
        self._client.write([encode(Refusal(id=own_id, code=code, message=message))])


async def _next_text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    return text if isinstance(text, str) else ""
