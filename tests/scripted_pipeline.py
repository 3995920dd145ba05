"""An engine that says what a test tells it to: the one door without anything behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rtp_tui.model.commands import Command, Done
from rtp_tui.model.errors import Refused
from rtp_tui.model.events import Batch, Event, InstrumentView, Payload, Snapshot, Update
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.queries import Query
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_quote, a_verdict, an_instrument


def an_engine(**changes: Any) -> EngineStatus:
    values: dict[str, Any] = {
        "version": "0.0.0",
        "name": "",
        "started_ms": NOW_MS - 5_000,
        "state": EngineState.RUNNING,
    }
    return EngineStatus(**{**values, **changes})


def a_snapshot(**changes: Any) -> Snapshot:
    """Bitcoin has a price, ether has none yet."""
    views = (
        InstrumentView(an_instrument(), a_quote(), a_verdict(), (1.0, 2.0)),
        InstrumentView(an_instrument("crypto:ETH", name="Ether"), None, None, ()),
    )
    values: dict[str, Any] = {
        "epoch": "e1",
        "seq": 100,
        "at_ms": NOW_MS,
        "engine": an_engine(),
        "instruments": views,
    }
    return Snapshot(**{**values, **changes})


class ScriptedPipeline:
    """Gives its state, then what is emitted; answers from a table and remembers what it was asked."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.epoch = (snapshot or a_snapshot()).epoch
        self.state = PipelineState.of(snapshot or a_snapshot())
        self.answers: dict[type, Any] = {}
        self.asked: list[Any] = []
        self._readers: list[asyncio.Queue[Update]] = []

    def emit(self, *payloads: Payload) -> None:
        """Announce payloads as one batch of events with the next numbers."""
        events = []
        for payload in payloads:
            event = Event(self.state.seq + 1, payload)
            self.state.apply(event)
            events.append(event)
        self.tell(Batch(self.state.seq, tuple(events)))

    def tell(self, update: Update) -> None:
        """Give every reader an update."""
        for reader in self._readers:
            reader.put_nowait(update)

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        reader: asyncio.Queue[Update] = asyncio.Queue()
        reader.put_nowait(self.state.snapshot(self.epoch, NOW_MS))
        self._readers.append(reader)
        try:
            yield _all_of(reader)
        finally:
            self._readers.remove(reader)

    async def query(self, query: Query[Any]) -> Any:
        return self._answer(query)

    async def execute(self, command: Command[Any]) -> Any:
        answer = self._answer(command)
        # A real engine tells what came of it, for which its server waits a quarter of a second.
        self.tell(Batch(self.state.seq, ()))
        return answer

    def _answer(self, asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers.get(type(asked), Done(message="done"))
        if isinstance(answer, Refused | Exception):
            raise answer
        return answer


async def _all_of(reader: asyncio.Queue[Update]) -> AsyncIterator[Update]:
    """Updates, with batches that gathered meanwhile joined to one, as the real door does."""
    while True:
        update = await reader.get()
        while isinstance(update, Batch) and not reader.empty():
            following = reader.get_nowait()
            if not isinstance(following, Batch):
                yield update
                update = following
            else:
                update = Batch(following.seq, update.events + following.events)
        yield update
