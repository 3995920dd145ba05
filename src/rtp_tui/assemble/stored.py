"""The past of a data directory on which no engine works, for those who ask as they would ask one."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from rtp_tui.api.alerts import AlertAnswers
from rtp_tui.api.answers import Answers
from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.exchanges import calendars
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.reporting import reporting
from rtp_tui.assemble.signalling import answer_backtests, signalling
from rtp_tui.assemble.store import history_path
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import InstrumentAdded
from rtp_tui.model.queries import GetAlerts, GetBars, Query
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable
from rtp_tui.storage.memory import Memory, MemoryRecorder
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory

AnswerT = TypeVar("AnswerT")


class StoredPast:
    """Answers questions about what is stored."""

    def __init__(self, handlers: Handlers, names: Collection[InstrumentId]) -> None:
        self._handlers = handlers
        self._names = names

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`."""
        return await self._handlers.run(query)

    async def names(self) -> Collection[InstrumentId]:
        """The instruments that can be asked about: those of the configuration, and all that anything is stored of."""
        return self._names


@asynccontextmanager
async def stored_past(settings: Settings, clock: Clock) -> AsyncIterator[StoredPast]:
    """The history file of a data directory that the caller has locked. Raises StoreUnusable."""
    path = history_path(settings)
    if not path.exists():
        raise StoreUnusable(f"{path}: nothing is stored there")
    await asyncio.to_thread(_bring_up_to_date, path, clock.now_ms())
    history = SqliteHistory(path)
    try:
        yield await _answering(settings, history, clock)
    finally:
        await history.close()


def _bring_up_to_date(path: Path, now_ms: int) -> None:
    """An older program's file becomes one of this; a damaged one is left as it is."""
    open_writer(path, now_ms, sets_aside=False).connection.close()


async def _answering(settings: Settings, history: History, clock: Clock) -> StoredPast:
    state = await _state(settings, history, clock)
    calendar, known = TradingCalendar(settings.markets), state.market.instruments
    pipeline = Pipeline("", state, Processor(tuple(known.values())), MemoryRecorder(Memory(), clock), clock)
    ground = Ground(settings, pipeline, history, calendar, clock)
    calendars(ground, tuple, None).load()
    handlers = Handlers()
    answers = Answers(pipeline, history, lambda *_: None, clock, sessions=calendar.sessions)
    handlers.answer(GetBars, answers.bars)
    handlers.answer(GetAlerts, AlertAnswers(history, PipelineState(()), clock).alerts)
    reporting(ground).answer(handlers)
    answer_backtests(handlers, signalling(ground, answers.bars))
    return StoredPast(handlers, tuple(known))


async def _state(settings: Settings, history: History, clock: Clock) -> PipelineState:
    """How things stood last, with all instruments that are configured or that anything is stored of."""
    keyframe = await history.keyframe_before(clock.now_ms())
    state = PipelineState(settings.instruments) if keyframe is None else PipelineState.of(keyframe)
    stored = (Instrument(id=name, name=name, feeds=("",)) for name in await history.instruments())
    for instrument in (*settings.instruments, *stored):
        if instrument.id not in state.market.instruments:
            state.apply(Event(state.seq + 1, InstrumentAdded(instrument)))
    return state
