"""One connection's conversation: what a client asks for, and the answers."""

import asyncio
from collections import deque

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
from rtp_tui.model.errors import NotAllowed, Refused
from rtp_tui.server.admission import Admission, next_text
from rtp_tui.server.client import CHANNELS_A_MESSAGE, Client
from rtp_tui.server.commanding import command_of, outward
from rtp_tui.server.hub import Hub
from rtp_tui.server.orders import Orders

POLICY_VIOLATION, NOT_ALLOWED = 1008, 4003
COMMANDS_AT_ONCE = 8
DENIALS, DENIALS_WITHIN_S = 3, 10.0
"""So many commands in that time by a client that may give none end the conversation."""
_MALFORMED = ("bad_json", "bad_field")


class Session:
    """Carries out what one client asks for until it goes."""

    def __init__(self, client: Client, hub: Hub, orders: Orders, admission: Admission, clock: Clock) -> None:
        self._client = client
        self._hub = hub
        self._orders = orders
        self._admission = admission
        self._clock = clock
        self._under_way = 0
        self._denied_s: deque[float] = deque(maxlen=DENIALS)

    async def run(self, socket: WebSocket) -> None:
        """Answer until the client goes or is sent away; commands do not hold up the conversation."""
        try:
            async with asyncio.TaskGroup() as commands:
                while True:
                    self._hear(await next_text(socket), commands)
                    # What was said at once is at hand without waiting: the others get their turn in between.
                    await self._clock.sleep(0)
        except* WebSocketDisconnect:
            pass

    def _hear(self, text: str, commands: asyncio.TaskGroup) -> None:
        if self._client.is_flooding or self._client.note_heard(self._clock.monotonic()):
            self._client.end_flood()
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
                self._subscribe(order)
            case Join():
                self._hub.join_rooms(self._client, order)
            case Unsubscribe():
                self._hub.unsubscribe(self._client, order, order.channels)
            case Leave():
                self._hub.unsubscribe(self._client, order, order.rooms)
            case Ping():
                self._client.write([encode(Pong(id=order.id, ts_ms=self._clock.now_ms()))])
            case Authenticate():
                self._admission.authenticates(self._client, order)
            case _:
                self._begin(order, commands)

    def _subscribe(self, order: Subscribe) -> None:
        cost = len(order.channels) / CHANNELS_A_MESSAGE
        if self._client.note_heard(self._clock.monotonic(), cost):
            self._client.end_flood()
        else:
            self._hub.subscribe(self._client, order)

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
            if isinstance(refusal, NotAllowed):
                self._note_denied()
        else:
            self._hub.acknowledge(self._client, order, result=Raw(encode(outward(answer))))
        finally:
            self._under_way -= 1

    def _note_denied(self) -> None:
        """Part with a client that goes on ordering what it may not."""
        now_s = self._clock.monotonic()
        self._denied_s.append(now_s)
        if len(self._denied_s) == DENIALS and now_s - self._denied_s[0] <= DENIALS_WITHIN_S:
            self._client.wire.close(NOT_ALLOWED, "not allowed")

    def _refuse(self, own_id: int | str | None, code: str, message: str) -> None:
        self._client.write([encode(Refusal(id=own_id, code=code, message=message))])
