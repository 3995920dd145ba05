"""Who showed no token when its WebSocket opened has five seconds to do so."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket

from rtp_tui.model.clients import Scope
from rtp_tui.server.admission import AUTHENTICATED_WITHIN_S, Admission
from rtp_tui.server.caller import Caller
from rtp_tui.server.client import Client
from rtp_tui.server.guesses import Guesses
from rtp_tui.server.hub import Hub
from rtp_tui.server.identity import Identity
from rtp_tui.server.journal import Journal
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.tokens import Tokens
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot
from tests.token_files import READER, token_file
from tests.unit.server.fake_wire import FakeWire, a_client


class Door:
    """An admission by tokens, and a stranger at it whose messages the test puts in."""

    def __init__(self, directory: Path) -> None:
        self.clock, self.wire = FakeClock(), FakeWire()
        self.client = a_client(self.wire, caller=Caller(address="192.0.2.1"))
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        tokens = Tokens(token_file(directory))
        tokens.reread()
        journal = Journal(100)
        hub = Hub(journal, Rendering(journal, self.clock, "9.9.9"), self.clock)
        hub.load(a_snapshot())
        self.admission = Admission(
            Identity(ServerSettings(token_file="tokens"), tokens, Guesses(self.clock)), hub, self.clock
        )

    async def receive(self) -> Message:
        return await self.said.get()

    def admitting(self, client: Client | None = None) -> "asyncio.Task[bool]":
        return asyncio.create_task(self.admission.admits(cast("WebSocket", self), client or self.client))


async def test_a_silent_client_is_sent_away_after_five_seconds_and_not_before(tmp_path: Path) -> None:
    door = Door(tmp_path)
    admitting = door.admitting()
    await door.clock.advance(AUTHENTICATED_WITHIN_S - 0.1)
    assert not admitting.done()
    await door.clock.advance(0.2)
    assert (await admitting, door.wire.closed, door.wire.take()) == (False, 4001, [])


async def test_one_that_goes_is_let_go(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.said.put_nowait({"type": "websocket.disconnect", "code": 1001})
    assert (await door.admitting(), door.wire.closed) == (False, None)


async def test_one_that_was_known_when_it_came_is_not_asked(tmp_path: Path) -> None:
    door = Door(tmp_path)
    known = a_client(door.wire, caller=Caller(address="192.0.2.1", name="board", scope=Scope.READ))
    assert await door.admitting(known)


async def test_one_that_shows_its_token_in_time_is_who_it_says_from_then_on(tmp_path: Path) -> None:
    door = Door(tmp_path)
    admitting = door.admitting()
    await door.clock.advance(AUTHENTICATED_WITHIN_S - 0.1)
    door.said.put_nowait({"type": "websocket.receive", "text": f'{{"op":"auth","token":"{READER}"}}'})
    assert await admitting
    assert (door.client.caller.name, door.client.caller.scope) == ("board", Scope.READ)
    assert [message["type"] for message in door.wire.take()] == ["ack"]


@pytest.mark.parametrize("message", [{"bytes": b"\x00"}, {"text": ""}])
async def test_what_is_no_text_is_no_token(message: Message, tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.said.put_nowait({"type": "websocket.receive", **message})
    assert (await door.admitting(), door.wire.closed) == (False, 4001)
