"""What a client says, and the others who wait meanwhile."""

import asyncio
from collections import deque
from typing import cast

from starlette.types import Message
from starlette.websockets import WebSocket

from rtp_tui.api.audit import Audit
from rtp_tui.server.admission import Admission
from rtp_tui.server.guesses import Guesses
from rtp_tui.server.hub import Hub
from rtp_tui.server.identity import Identity
from rtp_tui.server.journal import Journal
from rtp_tui.server.orders import Orders
from rtp_tui.server.permission import Permission
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.session import Session
from rtp_tui.server.settings import ServerSettings
from tests.fakes import FakeClock
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.unit.server.fake_wire import FakeWire, a_client


class SaidAtOnce:
    """A socket whose messages have all arrived."""

    def __init__(self, *texts: str) -> None:
        self._messages: deque[Message] = deque({"type": "websocket.receive", "text": text} for text in texts)

    async def receive(self) -> Message:
        return self._messages.popleft() if self._messages else {"type": "websocket.disconnect", "code": 1000}


def some_orders(engine: ScriptedPipeline) -> Orders:
    async def caught_up() -> None:
        """Nothing is behind."""

    audit = Audit(lambda _entry: None, FakeClock())
    return Orders(engine, Permission(is_read_only=False), audit, caught_up)


async def test_the_others_get_their_turn_while_a_client_says_much_at_once() -> None:
    clock, journal, wire = FakeClock(), Journal(100), FakeWire()
    hub = Hub(journal, Rendering(journal, clock, "9.9.9"), clock)
    hub.load(a_snapshot())
    identity = Identity(ServerSettings(), None, Guesses(clock))
    admission = Admission(identity, hub, clock)
    session = Session(a_client(wire), hub, some_orders(ScriptedPipeline()), admission, clock)
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        other = group.create_task(another())
        await session.run(cast("WebSocket", SaidAtOnce(*['{"op":"ping"}'] * 50)))
        other.cancel()
    assert len(wire.take()) == 50
    assert turns >= 50
