"""Things that go wrong with an engine, and what its health and its timeline say of them."""

import sqlite3
import time
from asyncio import Task, TaskGroup
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import TriggerJob
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.queries import GetEvents
from rtp_tui.monitoring.settings import HealthSettings, HealthWeights
from rtp_tui.simulator.faults import Fault
from tests.accept.quick_store import tell_store
from tests.accept.simulated_worlds import SimulatedWorld, renew_key, simulated_world

READY_WITHIN_S, SETTLED_S = 120.0, 16.0
CEASELESS_S = 10_000.0
HOUR_MS = 3_600_000


class SetClock:
    """A clock whose wall can be set, and the rest of which goes on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.set_by_ms = 0
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep
        self.timeout = clock.timeout

    def now_ms(self) -> int:
        return self._clock.now_ms() + self.set_by_ms


class Line(Struct, frozen=True):
    """One event of the timeline, in words."""

    kind: str
    words: str


class Suffered(Struct):
    """What came of an incident."""

    verdicts: list[str]
    """The reasons that health gave while it lasted, oldest first."""
    story: list[Line]
    """Everything since it began."""


class Incident(Struct, frozen=True, kw_only=True):
    """Something that goes wrong, the words in which health is to name it, and what the timeline is to tell, in order."""

    begin: "Act"
    end: "Act"
    named: tuple[str, ...]
    story: tuple[tuple[str, str], ...]
    lasts_s: float = 40.0
    healed_s: float = 60.0
    """So long after it what follows is told."""
    changed: Callable[[Settings], Settings] = lambda settings: settings


class Scene(Struct, frozen=True):
    """Where it happens."""

    world: SimulatedWorld
    clock: SetClock
    running: TaskGroup
    tasks: list[Task[None]] = []


Act = Callable[[Scene], object]


def fault(kind: Fault, venue: str | None = None, retry_after: str = "2") -> Act:
    """Have a venue do something, or all of them."""
    return lambda scene: scene.world.exchange.inject(kind, CEASELESS_S, venue, retry_after=retry_after)


def end_faults(scene: Scene) -> None:
    """Let nothing be wrong any more."""
    scene.world.exchange.end_faults()
    renew_key(scene.world.folder)


def fill_disk(scene: Scene) -> None:
    """Let the history file not grow any more."""
    _tell_store(scene, "max_page_count = 1")


def empty_disk(scene: Scene) -> None:
    """Let it grow again."""
    _tell_store(scene, "max_page_count = 1000000")


def _tell_store(scene: Scene, pragma: str) -> None:
    scene.tasks.append(scene.running.create_task(_awaited(tell_store(scene.world.engine, pragma))))


async def _awaited(waiting: Any) -> None:
    await waiting


def lock_database(scene: Scene) -> None:
    """Let another program hold the history file; a second's wait for it would be many by a fast clock."""
    _tell_store(scene, "busy_timeout = 50")

    async def hold() -> None:
        path = scene.world.folder / "history.db"
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN EXCLUSIVE")
            while True:
                await scene.clock.sleep(1.0)

    scene.tasks.append(scene.running.create_task(hold()))


def let_go(scene: Scene) -> None:
    """End what is held."""
    for task in scene.tasks:
        task.cancel()


def set_clock(scene: Scene) -> None:
    """Set the wall clock an hour ahead."""
    scene.clock.set_by_ms += HOUR_MS


def set_back(scene: Scene) -> None:
    """And back."""
    scene.clock.set_by_ms -= HOUR_MS


def nothing(scene: Scene) -> None:
    """Leave it."""


def trigger_filings(scene: Scene) -> None:
    """Have filings asked for where they cannot be had."""
    scene.world.exchange.inject(Fault.SERVER_ERROR, CEASELESS_S, "sec")
    trigger_again(scene)


def trigger_again(scene: Scene, after_s: float = 0.0) -> None:
    """Have filings asked for."""

    async def ask() -> None:
        await scene.clock.sleep(after_s)
        await scene.world.engine.api.execute(TriggerJob(job="sec-filings"))

    scene.tasks.append(scene.running.create_task(ask()))


def mend_filings(scene: Scene) -> None:
    """Have them asked for again where they can be had, and the breaker lets it through."""
    scene.world.exchange.end_faults()
    trigger_again(scene, 40.0)


def hold_loop(scene: Scene) -> None:
    """Let something hold the loop again and again."""

    async def hold() -> None:
        while True:
            await scene.clock.sleep(0.3)
            time.sleep(1.2)  # noqa: ASYNC251 - it is what is wrong

    scene.tasks.append(scene.running.create_task(hold()))


def with_strange_market(settings: Settings) -> Settings:
    """One more instrument, of an exchange that nobody knows."""
    strange = Instrument(id=InstrumentId("stocks:ODD"), name="Odd", feeds=("twelvedata:AAPL",), market="XQQQ")
    return replace(settings, instruments=(*settings.instruments, strange))


def without_resources(settings: Settings) -> Settings:
    """A clock that runs faster than the machine makes each of its pauses as many times longer: they may outweigh a job."""
    return replace(settings, health=HealthSettings(weights=HealthWeights(resources=0)))


def begin_long_ago(scene: Scene) -> None:
    """Have had a quarter of an hour to learn of sessions."""
    engine = scene.world.state.part.engine
    assert engine is not None
    early = replace(engine, started_ms=engine.started_ms - HOUR_MS // 4)
    scene.world.engine.pipeline.announce(early)


async def suffer(incident: Incident, folder: Path, clock: Clock) -> Suffered:
    """One engine, from well to well again."""
    own = SetClock(clock)

    async with simulated_world(folder, own, incident.changed) as world, TaskGroup() as running:
        scene = Scene(world, own, running)
        assert await world.until(world.is_fed, READY_WITHIN_S), world.state.feed.feeds
        await own.sleep(SETTLED_S)
        before = await _newest(world)
        incident.begin(scene)
        verdicts = await _verdicts(world, incident.lasts_s)
        incident.end(scene)
        await own.sleep(incident.healed_s)
        let_go(scene)
        return Suffered(verdicts, await _story(world, before))


async def _verdicts(world: SimulatedWorld, lasts_s: float) -> list[str]:
    """What health says while something lasts, each once."""
    until_s, told = world.clock.monotonic() + lasts_s, list[str]()
    while world.clock.monotonic() < until_s:
        report = world.state.quality.health
        if report is not None and (not told or report.reason != told[-1]):
            told.append(report.reason)
        await world.clock.sleep(0.25)
    return told


async def _newest(world: SimulatedWorld) -> int:
    newest, cursor = 0, None
    while True:
        page = await world.engine.api.query(GetEvents(limit=1000, cursor=cursor))
        newest = max([newest, *(event.id for event in page.events)])
        cursor = page.next_cursor
        if cursor is None:
            return newest


async def _story(world: SimulatedWorld, before: int) -> list[Line]:
    lines, cursor = list[Line](), None
    while True:
        page = await world.engine.api.query(GetEvents(limit=1000, cursor=cursor))
        lines += [_line(event.payload) for event in page.events if event.id > before]
        cursor = page.next_cursor
        if cursor is None:
            return lines


def _line(payload: str) -> Line:
    told = msgspec.json.decode(payload)
    kind = told.pop("type", "")
    return Line(kind, _words(kind, told))


def _words(kind: str, told: dict[str, Any]) -> str:
    names = {
        "feed": ("name", "state", "error"),
        "alert": ("rule", "subject", "state"),
        "health": ("status", "reason"),
        "log": ("source", "message"),
        "store": ("ok", "detail"),
        "breaker": ("name", "state"),
        "job_run": ("job", "outcome", "error"),
        "job": ("id", "last_outcome"),
        "freshness": ("instrument", "freshness", "reason"),
        "part": ("name", "state"),
        "gap": ("instrument", "state"),
    }.get(kind, ())
    return " ".join(str(told.get(name)) for name in names) if names else str(told)[:200]


_STREAM_DOWN = (
    ("feed", "binance reconnecting"),
    ("health", "connections: 1 of 4 feeds not connected: binance"),
    ("alert", "stream-down binance firing"),
    ("alert", "stream-down binance resolved"),
)
_STORE_FAILS = (("store", "False"), ("health", "the store fails"), ("store", "True"))
INCIDENTS: dict[str, Incident] = {
    "venue outage": Incident(
        begin=fault(Fault.REFUSE, "binance"),
        end=end_faults,
        named=("connections: 1 of 4", "binance"),
        story=_STREAM_DOWN,
    ),
    "stall": Incident(
        begin=fault(Fault.BLACK_HOLE, "binance"),
        end=end_faults,
        named=("connections: 1 of 4", "binance"),
        story=_STREAM_DOWN,
        lasts_s=60.0,
    ),
    "rate limit": Incident(
        begin=fault(Fault.RATE_LIMIT, "coingecko", "20"),
        end=end_faults,
        named=("connections: 1 of 4", "coingecko"),
        story=(
            ("feed", "coingecko reconnecting 429"),
            ("health", "connections: 1 of 4 feeds not connected: coingecko (429"),
            ("alert", "service-down coingecko firing"),
            ("alert", "service-down coingecko resolved"),
        ),
        lasts_s=50.0,
    ),
    "bad key": Incident(
        begin=fault(Fault.KEY_REJECTED, "twelvedata"),
        end=end_faults,
        named=("connections: 1 of 4", "twelvedata", "key"),
        story=(
            ("feed", "twelvedata reconnecting 401"),
            ("health", "connections: 1 of 4 feeds not connected: twelvedata (401"),
            ("alert", "secret-expired twelvedata resolved"),
        ),
    ),
    "full disk": Incident(
        begin=fill_disk, end=empty_disk, named=("the store fails", "the disk is full"), story=_STORE_FAILS
    ),
    "locked database": Incident(
        begin=lock_database,
        end=let_go,
        named=("the store fails", "another program keeps the history file locked"),
        story=_STORE_FAILS,
    ),
    "clock set": Incident(
        begin=set_clock,
        end=set_back,
        named=("the clock jumped",),
        story=(
            ("log", "time the clock was set ahead by 3600 s"),
            ("health", "not heard since the clock jumped"),
            ("log", "time the clock was set back by 3600 s"),
        ),
        lasts_s=4.0,
    ),
    "network cut": Incident(
        begin=fault(Fault.REFUSE),
        end=end_faults,
        named=("no fresh price in an open session; connections: 4 of 4",),
        story=(
            ("feed", "reconnecting"),
            ("health", "connections: "),
            ("alert", "stream-down"),
            ("health", "no fresh price in an open session; connections: 4 of 4"),
            ("alert", "pipeline-down  firing"),
            ("alert", "pipeline-down  resolved"),
        ),
        lasts_s=55.0,
    ),
    "no calendar": Incident(
        begin=begin_long_ago,
        end=nothing,
        named=("sessions of XQQQ are not known: exchange-calendars has no XQQQ",),
        story=(("health", "sessions of XQQQ are not known"),),
        changed=with_strange_market,
    ),
    "failing job": Incident(
        changed=without_resources,
        begin=trigger_filings,
        end=mend_filings,
        named=("jobs: ", "sec-filings failed"),
        story=(
            ("job_run", "sec-filings failed"),
            ("health", "sec-filings failed"),
            ("job_run", "sec-filings succeeded"),
        ),
    ),
}
"""By a clock that is faster than the machine's."""
HELD_LOOP = Incident(
    begin=hold_loop,
    end=let_go,
    named=("the loop lags",),
    story=(("log", "loop stood still"), ("health", "the loop lags")),
    lasts_s=14.0,
    healed_s=1.0,
)
"""By the machine's own."""
