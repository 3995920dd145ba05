"""The engine: every part picked, connected, and given to the supervisor in the order of the flow."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

from msgspec import Struct

from rtp_tui import __version__
from rtp_tui.api.answers import Answers
from rtp_tui.api.clients import Clients, Followed
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.orders import Orders
from rtp_tui.assemble.demo import with_simulated_exchange
from rtp_tui.assemble.feeds import Feeds, connected_feeds
from rtp_tui.assemble.jobs import carry_out_jobs, scheduled_jobs
from rtp_tui.assemble.watching import add_watching, guarding_policies, health_monitor
from rtp_tui.clock import Clock
from rtp_tui.config.document import document
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.commands import (
    ControlBreaker,
    ControlFeed,
    ControlPipeline,
    Done,
    EndProcess,
    Refresh,
    ReloadConfiguration,
)
from rtp_tui.model.errors import Failed
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.queries import Explain, GetBars, GetEvents, StateAt
from rtp_tui.monitoring.calendar_horizon import KnownSessions
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.resilience.guards import Guards
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.calendars import Calendars, subprocess_build
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.secrets import Secrets
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder

_log = logging.getLogger(__name__)


async def _no_reload() -> Done:
    raise Failed("this engine reads its configuration at the start: end it and start it again")


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the process around an engine gives it."""

    on_listening: Callable[[str], None] = lambda url: None
    """Told the server's URL."""
    must_serve: bool = False
    """A server that cannot have its port is an error at the start."""
    reload: Callable[[], Awaitable[Done]] = _no_reload
    """Reads the configuration again. Raises Refused when it cannot be used."""
    configuration: Path | None = None
    """The file that was read, for backups."""


class Engine(Struct, frozen=True):
    """A connected engine: its door, and what runs it."""

    api: LocalPipeline
    supervisor: Supervisor


@asynccontextmanager
async def assembled(
    settings: Settings,
    clock: Clock,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> AsyncIterator[Engine]:
    """An engine ready to run: its store open and restored, its simulated exchange listening in a demo.

    Raises StoreUnusable; where it must serve PortInUse and NotLoopback too.
    """
    async with AsyncExitStack() as stack:
        if settings.demo:
            settings = await stack.enter_async_context(with_simulated_exchange(settings, clock))
        epoch = _base36(clock.now_ms())
        recorder = SqliteRecorder(history_path(settings), settings.storage, clock, epoch=epoch)
        await recorder.open()
        stack.push_async_callback(recorder.close)
        history = SqliteHistory(history_path(settings))
        stack.push_async_callback(history.close)
        state = PipelineState(settings.instruments)
        pipeline = Pipeline(epoch, state, Processor(settings.instruments), recorder, clock)
        await pipeline.restore(history)
        # The last thing remembered is how everything stood at the end.
        stack.callback(lambda: recorder.add_keyframe(pipeline.snapshot()))
        pipeline.announce(_status(settings, clock))
        calendar = TradingCalendar(settings.markets)
        guards = Guards(clock, pipeline.announce, classify, Random(), guarding_policies(settings))
        secrets = Secrets(os.environ)
        feeds = await connected_feeds(settings, pipeline, calendar, guards, clock, secrets.reveal, stack)

        def markets() -> frozenset[str]:
            return frozenset({*(i.market for i in settings.instruments), *scheduler.closes()})

        def known_sessions() -> KnownSessions:
            return KnownSessions(calendar.horizons(markets()), calendars.failure)

        health = health_monitor(settings, pipeline, known_sessions, clock)
        scheduler = await scheduled_jobs(
            settings, pipeline, history, feeds, calendar, health, clock, around.configuration
        )
        calendars = _calendars(settings, calendar, markets, clock)
        calendars.load()
        supervisor = Supervisor(clock, pipeline.announce, record_failure=_log_failure)
        handlers = Handlers()
        _answer(handlers, pipeline, history, feeds)
        _carry_out(handlers, pipeline, feeds, guards, supervisor.stop, around.reload)
        carry_out_jobs(handlers, settings, scheduler)
        api = LocalPipeline(pipeline, handlers, clock)
        add = supervisor.add
        add("store", pipeline.write, stop_within_s=5.0)
        add("bars", pipeline.close_bars, after=("store",))
        add("keyframes", pipeline.keep_keyframes, after=("store",))
        add("calendars", calendars.run)
        add("guards", guards.run)
        for name, feed in feeds.all().items():
            add(f"feed {name}", feed.run, after=("store", "bars"))
        if settings.features.scheduler:
            add("jobs", scheduler.run, after=("store", "guards"))
        add("store status", partial(_report_store, pipeline, clock), after=("store",))
        add_watching(supervisor, settings, pipeline, calendar, health, clock)
        served: Followed | None = None
        if settings.features.server and (around.must_serve or settings.server.enabled):
            served = _add_server(supervisor, api, settings, clock, pipeline, around)
        elif around.must_serve:
            _log.warning("nothing is served: the server is switched off (features.server)")
        Clients(served).take_over(handlers)
        yield Engine(api, supervisor)


def history_path(settings: Settings) -> Path:
    """Where the history file is."""
    return Path(settings.storage.path) if settings.storage.path else Path(settings.data_dir) / "history.db"


def _status(settings: Settings, clock: Clock) -> EngineStatus:
    return EngineStatus(
        version=__version__,
        name=settings.server.name,
        started_ms=clock.now_ms(),
        state=EngineState.RUNNING,
        demo=settings.demo,
    )


def _calendars(
    settings: Settings, calendar: TradingCalendar, markets: Callable[[], frozenset[str]], clock: Clock
) -> Calendars:
    """The part that keeps exchanges' sessions known, for the markets that instruments and jobs name."""

    def names() -> frozenset[str]:
        return calendar.exchanges(markets())

    return Calendars(
        Path(settings.data_dir) / "calendars.json", names, subprocess_build(clock), calendar.use, clock
    )


def _answer(handlers: Handlers, pipeline: Pipeline, history: SqliteHistory, feeds: Feeds) -> None:
    answers = Answers(pipeline, history, partial(_raw_frame, feeds.all()))
    handlers.answer(GetBars, answers.bars)
    handlers.answer(Explain, answers.explain)
    handlers.answer(StateAt, answers.state_at)
    handlers.answer(GetEvents, answers.events)


def _carry_out(
    handlers: Handlers,
    pipeline: Pipeline,
    feeds: Feeds,
    guards: Guards,
    end_process: Callable[[], None],
    reload: Callable[[], Awaitable[Done]],
) -> None:
    orders = Orders(pipeline, feeds.all(), end_process, reload)
    handlers.carry_out(ControlPipeline, orders.control_pipeline)
    handlers.carry_out(ControlFeed, orders.control_feed)
    handlers.carry_out(Refresh, orders.refresh)
    handlers.carry_out(EndProcess, orders.end_process)
    handlers.carry_out(ReloadConfiguration, orders.reload_configuration)
    handlers.carry_out(ControlBreaker, guards.control)


def _raw_frame(
    feeds: Mapping[str, StreamingFeed | PollingFeed], instrument: InstrumentId, feed_name: str
) -> tuple[str, int] | None:
    feed = feeds.get(feed_name.partition(":")[0])
    frame = feed.raw(instrument) if feed is not None else None
    return (frame.text, frame.received_ms) if frame is not None else None


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
    around: Surroundings,
) -> Followed:
    from rtp_tui.server.app import Server  # heavy: a console without a server does not load it

    server = Server(
        api,
        settings.server,
        clock,
        version=__version__,
        on_status=pipeline.announce,
        on_clients=pipeline.announce,
        on_listening=around.on_listening,
        config=partial(document, settings),
    )
    if around.must_serve:
        server.open()
    supervisor.add("server", server.run, after=("store",))
    return server


def _log_failure(part: str, error: Exception) -> None:
    _log.error("part %s failed", part, exc_info=error)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
