"""The engine of a replay: a capture in the place of the world, and nothing that asks anybody anything."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui import __version__
from rtp_tui.api.answers import Answers
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.orders import Orders
from rtp_tui.assemble.engine import Engine
from rtp_tui.assemble.replay_feeds import Replay, replay_feeds
from rtp_tui.assemble.store import opened_store
from rtp_tui.clock import Clock, ReplayClock, SteadyReplayClock
from rtp_tui.config.document import fingerprint
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.player import Player
from rtp_tui.feeds.replay_feed import ReplayFeed
from rtp_tui.model.commands import ControlFeed, ControlPipeline, Done, EndProcess
from rtp_tui.model.errors import Failed
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, EngineStatus, ReplayStatus
from rtp_tui.model.queries import Explain, GetBars, GetEvents, StateAt
from rtp_tui.monitoring.freshness import FreshnessMonitor
from rtp_tui.monitoring.performance import PerformanceMonitor
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.replayed import ReplayProcessor
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History

WAITING_ROWS = 50_000
"""A replay that is faster than the disk waits for it at so many rows, long before any would be given up."""
_ROOM_EVERY_S = 0.01
_STORED_EVERY_S = 0.02
_REPORT_EVERY_S = 0.25


class ReplayEngine(Struct, frozen=True, kw_only=True):
    """An engine and what plays to it."""

    engine: Engine
    player: Player
    history: History


@asynccontextmanager
async def replaying(replay: Replay, settings: Settings, clock: ReplayClock) -> AsyncIterator[ReplayEngine]:
    """An engine ready to play: its own store open, nothing restored. Raises StoreUnusable where storage is strict."""
    async with AsyncExitStack() as stack:
        epoch = f"replay-{uuid4().hex[:8]}"
        store = await opened_store(settings, epoch, clock, stack)
        pipeline = Pipeline(
            epoch,
            PipelineState(replay.instruments),
            ReplayProcessor(replay.instruments),
            store.recorder,
            clock,
        )
        feeds = replay_feeds(replay, settings, pipeline, clock)
        player = Player(
            replay.capture,
            feeds,
            clock,
            replay.controls,
            partial(_close_bars, pipeline),
            partial(_room, pipeline, clock),
            window=replay.window,
        )
        supervisor = Supervisor(clock, pipeline.announce)
        api = LocalPipeline(pipeline, _handlers(pipeline, store.history, feeds, supervisor, clock), clock)
        _announce(pipeline, replay, settings, clock)
        _add_parts(supervisor, replay, settings, pipeline, player, clock)
        engine = Engine(api=api, console=api, pipeline=pipeline, supervisor=supervisor)
        yield ReplayEngine(engine=engine, player=player, history=store.history)


def _handlers(
    pipeline: Pipeline, history: History, feeds: dict[str, ReplayFeed], supervisor: Supervisor, clock: Clock
) -> Handlers:
    """What can be asked of a replay, and the few orders that it takes."""
    handlers = Handlers()
    answers = Answers(pipeline, history, partial(_raw_frame, feeds), clock)
    handlers.answer(GetBars, answers.bars)
    handlers.answer(Explain, answers.explain)
    handlers.answer(StateAt, answers.state_at)
    handlers.answer(GetEvents, answers.events)
    orders = Orders(pipeline, feeds, supervisor.stop, _refuse_reload)
    handlers.carry_out(ControlPipeline, orders.control_pipeline)
    handlers.carry_out(ControlFeed, orders.control_feed)
    handlers.carry_out(EndProcess, orders.end_process)
    return handlers


def _raw_frame(
    feeds: Mapping[str, ReplayFeed], instrument: InstrumentId, feed_name: str
) -> tuple[str, int] | None:
    feed = feeds.get(feed_name.partition(":")[0])
    frame = feed.raw(instrument) if feed is not None else None
    return (frame.text, frame.received_ms) if frame is not None else None


async def _refuse_reload() -> Done:
    raise Failed("a replay goes by the configuration that it began with")


def _add_parts(
    supervisor: Supervisor,
    replay: Replay,
    settings: Settings,
    pipeline: Pipeline,
    player: Player,
    clock: ReplayClock,
) -> None:
    add = supervisor.add
    add("store", pipeline.write, stop_within_s=5.0)
    add("keyframes", pipeline.keep_keyframes, after=("store",))
    ended = supervisor.stop if replay.ends else None
    add("replay", partial(_play, player, pipeline, clock, ended), after=("store",))
    add("feeds", player.report_on_feeds)
    add("replay status", partial(_report, replay, pipeline, clock))
    measured = partial(_measured, pipeline)
    add("performance", PerformanceMonitor(pipeline.processor, measured, clock, pipeline.announce).run)
    calendar = TradingCalendar(settings.markets)
    freshness = FreshnessMonitor(pipeline.state, calendar, SteadyReplayClock(clock), pipeline.announce)
    add("freshness", freshness.run)


async def _play(player: Player, pipeline: Pipeline, clock: Clock, ended: Callable[[], None] | None) -> None:
    """Play to the end; and then, where nobody stays to look at it, wait for the store and end."""
    await player.run()
    while ended is not None and pipeline.recorder.status().pending and pipeline.recorder.status().ok:
        await clock.sleep(_STORED_EVERY_S)
    if ended is not None:
        ended()


async def _room(pipeline: Pipeline, clock: Clock) -> None:
    """Return when the store can take more in; one that cannot be written keeps nothing waiting."""
    while (status := pipeline.recorder.status()).pending > WAITING_ROWS and status.ok:
        await clock.sleep(_ROOM_EVERY_S)


def _close_bars(pipeline: Pipeline, at_ms: int) -> None:
    for bar in pipeline.processor.close_bars(at_ms):
        pipeline.announce(bar)


def _measured(pipeline: Pipeline) -> tuple[int, int]:
    return pipeline.state.seq, pipeline.bus.overruns


async def _report(replay: Replay, pipeline: Pipeline, clock: Clock) -> None:
    """Say how the replay and its store are, whenever that is new."""
    while True:
        engine = pipeline.state.part.engine
        status = _status(replay)
        if engine is not None and engine.replay != status:
            pipeline.announce(replace(engine, replay=status))
        pipeline.announce(pipeline.recorder.status())
        # The line at the top shows speed and pause: who presses a key looks there.
        await clock.sleep(_REPORT_EVERY_S)


def _status(replay: Replay) -> ReplayStatus:
    controls = replay.controls
    return ReplayStatus(
        capture=replay.capture.path.name,
        speed=controls.speed,
        paused=controls.is_paused,
        over=controls.is_over,
    )


def _announce(pipeline: Pipeline, replay: Replay, settings: Settings, clock: Clock) -> None:
    pipeline.announce(
        EngineStatus(
            version=__version__,
            name=settings.server.name,
            environment=settings.server.environment,
            started_ms=clock.now_ms(),
            state=EngineState.RUNNING,
            replay=_status(replay),
            configuration=fingerprint(settings),
        )
    )
