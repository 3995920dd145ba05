"""One connection's conversation: what a client asks for, and the answers."""

from starlette.websockets import WebSocket, WebSocketDisconnect

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.frames import (
    AnyOperation,
    Authenticate,
    FrameError,
    Join,
    Leave,
    Operation,
    Pause,
    Ping,
    Pong,
    RefreshNow,
    Refusal,
    Restart,
    Resume,
    Start,
    Stop,
    Subscribe,
    Unsubscribe,
    decode_operation,
)
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.commands import (
    AnyCommand,
    ControlFeed,
    ControlPipeline,
    FeedAction,
    PipelineAction,
    Refresh,
)
from rtp_tui.model.errors import Refused
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.server.client import Client
from rtp_tui.server.hub import Hub
from rtp_tui.server.permission import Permission

POLICY_VIOLATION, TOO_MANY_REQUESTS = 1008, 4009
_MALFORMED = ("bad_json", "bad_field")


class Session:
    """Carries out what one client asks for until it goes."""

    def __init__(
        self, client: Client, hub: Hub, api: PipelineApi, clock: Clock, permission: Permission
    ) -> None:
        self._client = client
        self._hub = hub
        self._api = api
        self._clock = clock
        self._permission = permission

    async def run(self, socket: WebSocket) -> None:
        """Answer until the client goes or is sent away."""
        try:
            while True:
                await self._hear(await _next_text(socket))
                # What was said at once is at hand without waiting: the others get their turn in between.
                await self._clock.sleep(0)
        except WebSocketDisconnect:
            return

    async def _hear(self, text: str) -> None:
        if self._client.note_heard(self._clock.monotonic()):
            self._client.wire.close(TOO_MANY_REQUESTS, "too many requests")
            return
        try:
            await self._carry_out(decode_operation(text))
        except FrameError as error:
            self._refuse(error.id, error.code, error.message)
            if error.code in _MALFORMED and self._client.note_malformed(self._clock.monotonic()):
                self._client.wire.close(POLICY_VIOLATION, "too many malformed messages")

    async def _carry_out(self, order: AnyOperation) -> None:
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
                await self._command(order, _command_of(order))

    async def _command(self, order: Operation, command: AnyCommand) -> None:
        try:
            self._permission.check()
            await self._api.execute(command)
        except Refused as refusal:
            self._refuse(order.id, refusal.code, refusal.message)
        else:
            self._hub.acknowledge(self._client, order)

    def _refuse(self, own_id: int | str | None, code: str, message: str) -> None:
        self._client.write([encode(Refusal(id=own_id, code=code, message=message))])


async def _next_text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    return text if isinstance(text, str) else ""


def _command_of(order: RefreshNow | Start | Stop | Restart | Pause | Resume) -> AnyCommand:
    match order:
        case RefreshNow():
            return Refresh(instruments=tuple(map(InstrumentId, order.instruments)))
        case Start():
            return ControlPipeline(action=PipelineAction.START)
        case Stop():
            return ControlPipeline(action=PipelineAction.STOP)
        case Pause():
            return ControlFeed(feed=order.feed, action=FeedAction.PAUSE)
        case Resume():
            return ControlFeed(feed=order.feed, action=FeedAction.RESUME)
        case Restart(feed=None):
            return ControlPipeline(action=PipelineAction.RESTART)
        case Restart(feed=str(feed)):
            return ControlFeed(feed=feed, action=FeedAction.RESTART)
    raise AssertionError(order)
