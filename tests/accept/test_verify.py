"""`rtp-tui verify` against engines with planted faults, and against what is left where none runs."""

import asyncio
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.config.settings import Settings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.faults import Fault
from rtp_tui.storage.lock import DataDirectory
from tests.accept.fast_clock import FastClock, run_fast
from tests.accept.incidents import INCIDENTS, Act, Scene, SetClock, fault, nothing
from tests.accept.ports import free_port
from tests.accept.simulated_worlds import KEY, simulated_world

pytestmark = pytest.mark.accept

FACTOR = 8.0
READY_WITHIN_S, SETTLED_S, RIPE_S = 120.0, 16.0, 62.0
REAL_LIMIT_S = 1_200.0
Captured = pytest.CaptureFixture[str]


class Planted(Struct, frozen=True, kw_only=True):
    """A fault, and the check that is to find it."""

    begin: Act
    check: str
    level: str
    detail: str
    advice: str
    changed: Callable[[Settings], Settings] = lambda settings: settings

    @property
    def code(self) -> int:
        return {"ok": 0, "warning": 1, "failure": 2}[self.level]


def lose_secret(scene: Scene) -> None:
    """The provider refuses what it is shown, and the file has no secret any more."""
    fault(Fault.KEY_REJECTED, "twelvedata")(scene)
    (scene.world.folder / KEY).write_text("")


def with_usual_breakers(settings: Settings) -> Settings:
    """Breakers that stay open for half a minute."""
    return replace(settings, policies={})


_NO_CALENDAR = INCIDENTS["no calendar"]
PLANTED = {
    "dead feed": Planted(
        begin=fault(Fault.REFUSE, "binance"),
        check="feed binance",
        level="failure",
        detail="",
        advice="network",
    ),
    "stale data": Planted(
        begin=fault(Fault.BLACK_HOLE, "coinbase"),
        check="prices",
        level="warning",
        detail="1 stale (crypto:SOL)",
        advice="rtp-tui refresh",
    ),
    "full disk": Planted(
        begin=INCIDENTS["full disk"].begin,
        check="store",
        level="failure",
        detail="the disk is full",
        advice="make space",
    ),
    "locked database": Planted(
        begin=INCIDENTS["locked database"].begin,
        check="store",
        level="failure",
        detail="locked",
        advice="end the program that has",
    ),
    "bad key": Planted(
        begin=fault(Fault.KEY_REJECTED, "twelvedata"),
        check="feed twelvedata",
        level="failure",
        detail="key",
        advice="put a key that is valid where [sources.twelvedata]",
    ),
    "no secret": Planted(
        begin=lose_secret,
        check="feed twelvedata",
        level="failure",
        detail="no usable key",
        advice="put a key that is valid",
    ),
    "clock set": Planted(
        begin=INCIDENTS["clock set"].begin, check="clock", level="warning", detail="set once", advice="NTP"
    ),
    "no calendar": Planted(
        begin=_NO_CALENDAR.begin,
        check="calendar",
        level="warning",
        detail="sessions of XQQQ are not known",
        advice="exchange-calendars",
        changed=_NO_CALENDAR.changed,
    ),
    "failing job": Planted(
        begin=INCIDENTS["failing job"].begin,
        check="job sec-filings",
        level="failure",
        detail="failed",
        advice="rtp-tui jobs trigger sec-filings",
    ),
    "open breaker": Planted(
        begin=fault(Fault.SERVER_ERROR, "coingecko"),
        check="breaker coingecko/prices",
        level="failure",
        detail="open",
        advice="rtp-tui breakers reset coingecko/prices",
        changed=with_usual_breakers,
    ),
    "nothing": Planted(begin=nothing, check="store", level="ok", detail="commits", advice=""),
}


class Worlds:
    """Engines in a thread of their own, each with its fault, which has lasted for a while."""

    def __init__(self, folder: Path) -> None:
        self.ports: dict[str, int] = {}
        self._folder = folder
        self._ripe = threading.Event()
        self._over = asyncio.Event()
        self._failed: BaseException | None = None

    def __enter__(self) -> "Worlds":
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ripe.wait(REAL_LIMIT_S)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            run_fast(self._live())
        except BaseException as error:  # noqa: BLE001 - told where the thread is waited for
            self._failed = error
            self._ripe.set()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        clock = FastClock(FACTOR)
        ripe = [asyncio.Event() for _ in PLANTED]
        async with asyncio.TaskGroup() as group:
            passing = group.create_task(clock.run())
            engines = [
                group.create_task(self._suffer(name, one, clock, event))
                for (name, one), event in zip(PLANTED.items(), ripe, strict=True)
            ]
            await asyncio.gather(*(event.wait() for event in ripe))
            clock.speed_up(1.0)
            self._ripe.set()
            await asyncio.gather(*engines)
            passing.cancel()

    async def _suffer(self, name: str, one: Planted, clock: FastClock, ripe: asyncio.Event) -> None:
        own = SetClock(clock)

        def note_port(url: str) -> None:
            self.ports[name] = int(url.rpartition(":")[2])

        def serving(settings: Settings) -> Settings:
            return one.changed(replace(settings, server=ServerSettings(enabled=True, port=0)))

        around = Surroundings(on_listening=note_port)
        folder = self._folder / name.replace(" ", "-")
        async with simulated_world(folder, own, serving, around) as world, asyncio.TaskGroup() as running:
            scene = Scene(world, own, running)
            assert await world.until(world.is_fed, READY_WITHIN_S)
            await own.sleep(SETTLED_S)
            one.begin(scene)
            await own.sleep(RIPE_S)
            ripe.set()
            await self._over.wait()
            clock.speed_up(FACTOR)
            for task in scene.tasks:
                task.cancel()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with Worlds(tmp_path_factory.mktemp("worlds")) as running:
        yield running


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_with_what_to_do(name: str, worlds: Worlds, capsys: Captured) -> None:
    one = PLANTED[name]
    code = run(["verify", "--json", "--port", str(worlds.ports[name])])
    checks = json.loads(capsys.readouterr().out)["checks"]
    found = [check for check in checks if check["name"] == one.check]
    assert [(check["level"], one.detail in check["detail"]) for check in found[:1]] == [(one.level, True)], (
        checks
    )
    assert one.advice in found[0]["advice"], found
    assert code >= one.code, checks


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data directory and a configuration that watches one coin, and a port that is free."""
    port = free_port()
    (tmp_path / "data").mkdir()
    (tmp_path / "config.toml").write_text(
        f'data_dir = "{tmp_path / "data"}"\n'
        f"[server]\nport = {port}\n"
        f'[sources.twelvedata]\napi_keys = ["file:{tmp_path / "key"}"]\n'
        '[[instruments]]\nid = "stocks:MSFT"\nfeeds = ["twelvedata:MSFT"]\n'
    )
    (tmp_path / "key").write_text("k")
    (tmp_path / "key").chmod(0o600)
    return tmp_path


def told_of(place: Path, capsys: Captured) -> dict[str, tuple[str, str, str]]:
    """What is told where no engine runs, by check."""
    code = run(["verify", "--json", "--config", str(place / "config.toml")])
    assert code == exit_codes.UNREACHABLE
    checks = json.loads(capsys.readouterr().out)["checks"]
    return {one["name"]: (one["level"], one["detail"], one["advice"]) for one in checks}


def test_without_an_engine_all_that_is_well_is_said(place: Path, capsys: Captured) -> None:
    told = told_of(place, capsys)
    assert {name for name, (level, _, _) in told.items() if level == "failure"} == {"reachable"}
    assert {"data directory", "history", "secrets", "port"} <= told.keys()


def test_without_an_engine_a_secret_that_cannot_be_read_is_named(place: Path, capsys: Captured) -> None:
    (place / "key").unlink()
    level, detail, advice = told_of(place, capsys)["secret of twelvedata"]
    assert (level, "holds no secret" in detail) == ("failure", True)
    assert f"write the secret into {place / 'key'}" in advice


def test_without_an_engine_a_port_that_somebody_has_is_named(place: Path, capsys: Captured) -> None:
    text = (place / "config.toml").read_text()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        (place / "config.toml").write_text(text.replace(text.split("port = ")[1].split("\n")[0], str(port)))
        told = told_of(place, capsys)
    assert told["port"][0] == "failure"
    assert "set server.port" in told["port"][2]


def test_an_engine_that_has_the_directory_and_does_not_answer_is_named(place: Path, capsys: Captured) -> None:
    with DataDirectory(place / "data").locked():
        level, detail, advice = told_of(place, capsys)["data directory"]
    assert level == "failure"
    assert "does not answer" in detail
    assert "rtp-tui stop" in advice


def test_without_an_engine_a_history_that_is_locked_or_damaged_is_named(
    place: Path, capsys: Captured
) -> None:
    path = place / "data" / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN EXCLUSIVE")
        level, detail, advice = told_of(place, capsys)["history"]
        assert (level, "locked" in detail, "end the program" in advice) == ("failure", True, True)
    path.write_bytes(b"no database at all, whatever it is called" * 100)
    level, _, advice = told_of(place, capsys)["history"]
    assert (level, "start the engine" in advice) == ("failure", True)
