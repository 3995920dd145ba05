"""Settings in, connected parts out: the only file that picks implementations and hands callables across rooms."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui import __version__
from rtp_tui.api.answers import Answers
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.orders import Orders
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.commands import ControlFeed, ControlPipeline, EndProcess, Refresh
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.queries import Explain, GetBars, GetEvents, StateAt
from rtp_tui.monitoring.freshness import FreshnessMonitor
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.monitoring.performance import PerformanceMonitor
from rtp_tui.net.http import HttpClient
from rtp_tui.net.websocket import connect
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.registry import build_sources, simulated_venues
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder

_log = logging.getLogger(__name__)


class Engine(Struct, frozen=True):
    """A connected engine: its door, and what runs it."""

    api: LocalPipeline
    supervisor: Supervisor


@asynccontextmanager
async def assembled(
    settings: Settings,
    clock: Clock,
    *,
    must_serve: bool = False,
    on_listening: Callable[[str], None] = lambda url: None,
) -> AsyncIterator[Engine]:
    """An engine ready to run: its store open and restored, its simulated exchange listening in a demo.

    `on_listening` is told the server's URL. Raises StoreUnusable; with `must_serve` PortInUse and NotLoopback too.
    """
    async with AsyncExitStack() as stack:
        if settings.demo:
            settings = await stack.enter_async_context(_with_simulated_exchange(settings, clock))
        started_ms = clock.now_ms()
        epoch = _base36(started_ms)
        path = history_path(settings)
        recorder = SqliteRecorder(path, settings.storage, clock, epoch=epoch)
        await recorder.open()
        stack.push_async_callback(recorder.close)
        history = SqliteHistory(path)
        stack.push_async_callback(history.close)
        state = PipelineState(settings.instruments)
        pipeline = Pipeline(epoch, state, Processor(settings.instruments), recorder, clock)
        await pipeline.restore(history)
        # The last thing remembered is how everything stood at the end.
        stack.callback(lambda: recorder.add_keyframe(pipeline.snapshot()))
        pipeline.announce(
            EngineStatus(
                version=__version__,
                name=settings.server.name,
                started_ms=started_ms,
                state=EngineState.RUNNING,
                demo=settings.demo,
            )
        )
        calendar = TradingCalendar(settings.markets)
        feeds = await _connected_feeds(settings, pipeline, calendar, clock, stack)
        supervisor = Supervisor(clock, pipeline.announce, record_failure=_log_failure)
        api = LocalPipeline(pipeline, _handlers(pipeline, history, feeds, supervisor.stop), clock)
        _add_parts(supervisor, pipeline, feeds, calendar, clock)
        if must_serve or (settings.server.enabled and settings.features.server):
            _add_server(supervisor, api, settings, clock, pipeline, on_listening, is_required=must_serve)
        yield Engine(api, supervisor)


def _log_failure(part: str, error: Exception) -> None:
    _log.error("part %s failed", part, exc_info=error)


def history_path(settings: Settings) -> Path:
    """Where the history file is."""
    return Path(settings.storage.path) if settings.storage.path else Path(settings.data_dir) / "history.db"


def _add_parts(
    supervisor: Supervisor,
    pipeline: Pipeline,
    feeds: Mapping[str, StreamingFeed],
    calendar: TradingCalendar,
    clock: Clock,
) -> None:
    """The parts in the order in which they start; they stop in the reverse order."""
    state, announce = pipeline.state, pipeline.announce
    freshness = FreshnessMonitor(state, calendar, clock, announce)
    health = HealthMonitor(state, clock, announce)
    performance = PerformanceMonitor(
        pipeline.processor, lambda: (state.seq, pipeline.bus.overruns), clock, announce
    )
    supervisor.add("store", pipeline.write, stop_within_s=5.0)
    supervisor.add("bars", pipeline.close_bars, after=("store",))
    supervisor.add("keyframes", pipeline.keep_keyframes, after=("store",))
    for name, feed in feeds.items():
        supervisor.add(f"feed {name}", feed.run, after=("store", "bars"))
    supervisor.add("freshness", freshness.run)
    supervisor.add("performance", performance.run)
    supervisor.add("store status", partial(_report_store, pipeline, clock), after=("store",))
    supervisor.add("health", health.run, after=("freshness", "performance"))


async def _report_store(pipeline: Pipeline, clock: Clock) -> None:
    while True:
        pipeline.announce(pipeline.recorder.status())
        await clock.sleep(1.0)


def _add_server(
    supervisor: Supervisor,
    api: LocalPipeline,
    settings: Settings,
    clock: Clock,
    pipeline: Pipeline,
    on_listening: Callable[[str], None],
    *,
    is_required: bool,
) -> None:
    """The part that serves others; where it is required, a port that cannot be had is an error now."""
    from rtp_tui.server.app import Server  # heavy: a console without a server does not load it

    server = Server(
        api,
        settings.server,
        clock,
        version=__version__,
        on_status=pipeline.announce,
        on_listening=on_listening,
    )
    if is_required:
        server.open()
    supervisor.add("server", server.run, after=("store",))


def _handlers(
    pipeline: Pipeline,
    history: SqliteHistory,
    feeds: Mapping[str, StreamingFeed],
    end_process: Callable[[], None],
) -> Handlers:
    answers = Answers(pipeline, history, partial(_raw_frame, feeds))
    orders = Orders(pipeline, feeds, end_process)
    handlers = Handlers()
    handlers.answer(GetBars, answers.bars)
    handlers.answer(Explain, answers.explain)
    handlers.answer(StateAt, answers.state_at)
    handlers.answer(GetEvents, answers.events)
    handlers.carry_out(ControlPipeline, orders.control_pipeline)
    handlers.carry_out(ControlFeed, orders.control_feed)
    handlers.carry_out(Refresh, orders.refresh)
    handlers.carry_out(EndProcess, orders.end_process)
    return handlers


def _raw_frame(
    feeds: Mapping[str, StreamingFeed], instrument: InstrumentId, feed_name: str
) -> tuple[str, int] | None:
    feed = feeds.get(feed_name.partition(":")[0])
    frame = feed.raw(instrument) if feed is not None else None
    return (frame.text, frame.received_ms) if frame is not None else None


async def _connected_feeds(
    settings: Settings,
    pipeline: Pipeline,
    calendar: TradingCalendar,
    clock: Clock,
    stack: AsyncExitStack,
) -> dict[str, StreamingFeed]:
    """One feed for each provider that prices an instrument; an instrument's first feed is the one used."""
    clients: list[HttpClient] = []

    def http_at(base_url: str) -> HttpClient:
        client = HttpClient(settings.net, clock, base_url=base_url)
        clients.append(client)
        return client

    sources = build_sources(settings.sources, clock, http_at)
    for client in clients:
        await stack.enter_async_context(client)
    feeds = {}
    for name, source in sources.items():
        subscriptions = tuple(_subscriptions(settings.instruments, name))
        if subscriptions:
            feeds[name] = StreamingFeed(
                name,
                source,
                source,
                subscriptions,
                clock=clock,
                connect=partial(
                    connect, clock=clock, settings=settings.net, max_bytes=source.max_frame_bytes
                ),
                accept=pipeline.accept,
                announce=pipeline.announce,
                keep_backfill=pipeline.keep_backfill,
                in_session=partial(_is_in_session, pipeline.state, calendar, clock),
            )
    return feeds


def _subscriptions(instruments: tuple[Instrument, ...], provider: str) -> list[Subscription]:
    found = []
    for instrument in instruments:
        name, _, symbol = instrument.feeds[0].partition(":")
        if name == provider:
            found.append(Subscription(instrument.id, symbol))
    return found


def _is_in_session(
    state: PipelineState, calendar: TradingCalendar, clock: Clock, instrument: InstrumentId
) -> bool:
    known = state.market.instruments.get(instrument)
    return known is not None and calendar.session(known.market, clock.now_ms()).is_open


@asynccontextmanager
async def _with_simulated_exchange(settings: Settings, clock: Clock) -> AsyncIterator[Settings]:
    """Settings that point at a simulated exchange of this process, with the demo's instruments and markets."""
    from rtp_tui.simulator.demo import demo_instruments  # heavy: only a demo loads the simulator
    from rtp_tui.simulator.exchange import SimulatedExchange  # heavy: likewise

    exchange = SimulatedExchange(clock)
    async with exchange.listening():
        markets = {
            market.name: MarketSettings(
                timezone=market.timezone, open=market.open, close=market.close, weekdays=market.weekdays
            )
            for market in exchange.markets
        }
        yield replace(
            settings,
            instruments=demo_instruments(),
            markets=markets,
            sources=simulated_venues(settings.sources, exchange.ws_url, exchange.rest_url),
        )


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
