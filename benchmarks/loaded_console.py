"""Our console on a market that nobody computes, of 500 instruments and 1,000 updates a second unless told otherwise.

A process of its own, for a terminal: `python -m benchmarks.loaded_console [INSTRUMENTS UPDATES_PER_S]`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from benchmarks.market_load import EVERY_S, MarketLoad
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.model.commands import Command
from rtp_tui.model.errors import Refused
from rtp_tui.model.events import Batch, Event, InstrumentView, Payload, Snapshot, Update
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.queries import Query
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.tui.run import run_console
from rtp_tui.tui.settings import ConsoleSettings

AnswerT = TypeVar("AnswerT")


class LoadedPipeline:
    """A PipelineApi without an engine: quotes every 100 ms, statistics and a feed's status every second."""

    def __init__(self, clock: Clock, load: MarketLoad) -> None:
        self._clock = clock
        self._load = load
        self._seq = 0

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        yield self._updates()

    async def _updates(self) -> AsyncIterator[Update]:
        yield self._snapshot()
        while True:
            for _ in range(10):
                await self._clock.sleep(EVERY_S)
                yield self._batch(*self._load.due().values())
            yield self._batch(PipelineStatistics(at_ms=self._clock.now_ms()), self._feed())

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        raise Refused("nothing is known here")

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        raise Refused("nothing is done here")

    def _batch(self, *payloads: Payload) -> Batch:
        events = tuple(Event(number, payload) for number, payload in enumerate(payloads, self._seq + 1))
        self._seq += len(events)
        return Batch(self._seq, events)

    def _snapshot(self) -> Snapshot:
        now_ms = self._clock.now_ms()
        closes = tuple(100.0 + number % 7 for number in range(16))
        views = tuple(
            InstrumentView(one, self._load.quotes[one.id], self._load.verdict(one.id), closes)
            for one in self._load.instruments
        )
        engine = EngineStatus(version="0", name="load", started_ms=now_ms, state=EngineState.RUNNING)
        return Snapshot(
            epoch="load", seq=0, at_ms=now_ms, engine=engine, instruments=views, feeds=(self._feed(),)
        )

    def _feed(self) -> FeedStatus:
        now_ms = self._clock.now_ms()
        return FeedStatus(
            name="load",
            source="load",
            state=FeedState.LIVE,
            instruments=tuple(one.id for one in self._load.instruments),
            since_ms=now_ms,
            expected_ms=5_000,
            last_received_ms=now_ms,
        )


if __name__ == "__main__":
    clock = SystemClock()
    pipeline = LoadedPipeline(clock, MarketLoad(clock, *map(int, sys.argv[1:])))
    asyncio.run(run_console(pipeline, clock, ConsoleSettings()))
