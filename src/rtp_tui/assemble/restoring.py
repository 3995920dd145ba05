"""What an engine begins with: its settings and its calendar, and a pipeline that goes on where an earlier run left off."""

import logging
from contextlib import AsyncExitStack

from rtp_tui import __version__
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.store import Store, opened_store, refusal
from rtp_tui.assemble.trading_days import trading_day_of
from rtp_tui.clock import Clock
from rtp_tui.config.document import fingerprint
from rtp_tui.config.settings import Settings
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StoreUnusable

_log = logging.getLogger(__name__)


async def restored(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Ground:
    """The store open, its last quotes and bars in memory. Raises StoreUnusable where storage is strict."""
    calendar = TradingCalendar(settings.markets)
    epoch = _base36(clock.now_ms())
    store = await opened_store(settings, epoch, clock, stack)
    state = PipelineState(settings.instruments)
    processor = Processor(settings.instruments, day_of=trading_day_of(calendar))
    pipeline = Pipeline(epoch, state, processor, store.recorder, clock)
    await _restore(pipeline, store, strict=settings.storage.strict)
    # The last thing remembered is how everything stood at the end.
    stack.callback(lambda: store.recorder.add_keyframe(pipeline.snapshot()))
    pipeline.announce(_status(settings, clock))
    return Ground(settings, pipeline, store.history, calendar, clock)


async def _restore(pipeline: Pipeline, store: Store, *, strict: bool) -> None:
    """Go on from what is stored, or, where that cannot be read, without it: the recorder then looks at the file."""
    try:
        await pipeline.restore(store.history)
    except StoreUnusable as error:
        if strict:
            raise StoreUnusable(refusal(error)) from error
        _log.error("prices and bars of earlier runs are not known: %s", error)


def _status(settings: Settings, clock: Clock) -> EngineStatus:
    return EngineStatus(
        version=__version__,
        name=settings.server.name,
        environment=settings.server.environment,
        started_ms=clock.now_ms(),
        state=EngineState.RUNNING,
        demo=settings.demo,
        configuration=fingerprint(settings),
    )


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
