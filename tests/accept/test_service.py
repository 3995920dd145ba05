"""The engine as a service: what it tells its service manager, and how it is reloaded, ended and begun again."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.accept.consoles import console
from tests.accept.planted_block import STANDS_S
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.accept.service_manager import ServiceManager, a_service_manager
from tests.accept.venues import PROVIDERS

pytestmark = pytest.mark.accept

WATCHDOG_S = 1.0
GOING_AWAY = 1001
UNREACHABLE, IN_USE, CANNOT_CREATE = 69, 75, 73


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return configure(tmp_path / "config.toml")


def configure(path: Path, *, top: str = "", tables: str = "") -> Path:
    """One instrument and nobody to ask for its price: nothing leaves the machine."""
    off = "".join(f"[sources.{provider}]\nenabled = false\n" for provider in PROVIDERS)
    path.write_text(f'{top}{off}{tables}[[instruments]]\nid = "crypto:SOL"\nfeeds = ["coingecko:solana"]\n')
    return path


@contextmanager
def engine_of(tmp_path: Path, path: Path, *more: str, listens: bool = True) -> Iterator[Running]:
    arguments = ("--serve", "--port", "0", "--config", str(path), "--data-dir", str(tmp_path / "d"))
    with served(tmp_path / "home", *arguments, *more, listens=listens) as engine:
        yield engine


@pytest.fixture
def engine(tmp_path: Path, path: Path) -> Iterator[Running]:
    with engine_of(tmp_path, path) as running:
        yield running


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceManager]:
    with a_service_manager() as (listening, address):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG_S * 1e6)))
        yield listening


def is_ready(message: dict[str, str]) -> bool:
    return message.get("READY") == "1"


def command(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*RTP_TUI, *arguments, "--data-dir", str(tmp_path / "d")],
        env=clean_environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def reload(engine: Running) -> str:
    """What it says of a SIGHUP."""
    before = len(engine.said)
    engine.process.send_signal(signal.SIGHUP)
    return wait_for(lambda: engine.said[before:] if "SIGHUP: " in engine.said[before:] else "")


def test_a_service_manager_hears_of_readiness_reloads_and_the_end(
    manager: ServiceManager, tmp_path: Path, path: Path
) -> None:
    with engine_of(tmp_path, path) as engine:
        ready = manager.wait_for(is_ready)
        assert "clients" in ready["STATUS"]
        assert engine.get("/livez").status_code == 200
        parts = engine.get("/status").json()["parts"]
        assert {part["state"] for part in parts} <= {"ok", "stopped"}
        manager.wait_for(lambda message: "WATCHDOG" in message)

        reload(engine)
        reloading = manager.wait_for(lambda message: message.get("RELOADING") == "1")
        assert 0 < int(reloading["MONOTONIC_USEC"]) <= time.monotonic() * 1e6
        assert "nothing changed" in manager.wait_for(is_ready)["STATUS"]

        configure(path, tables='[storage]\nbar_retention = "1y"\n')
        reload(engine)
        manager.wait_for(lambda message: message.get("RELOADING") == "1")
        assert "clients" in manager.wait_for(is_ready)["STATUS"]

        path.write_text("nonsense = 1\n")
        reload(engine)
        manager.wait_for(lambda message: message.get("RELOADING") == "1")
        assert "kept as it was" in manager.wait_for(is_ready)["STATUS"]

        assert engine.end() == 0
        manager.wait_for(lambda message: message.get("STOPPING") == "1")


def test_the_watchdog_starves_while_the_loop_stands(
    manager: ServiceManager, tmp_path: Path, path: Path
) -> None:
    log = tmp_path / "stderr.txt"
    arguments = ["--serve", "--port", "0", "--config", str(path), "--data-dir", str(tmp_path / "d")]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "tests.accept.planted_block", *arguments],
            env=clean_environment(tmp_path),
            stderr=stderr,
        ) as process,
    ):
        try:
            manager.wait_for(is_ready)
            asked = time.monotonic()
            process.send_signal(signal.SIGUSR1)
            silences_s = silences(manager, asked)
            while max(silences_s, default=0.0) < STANDS_S * 0.9 or max(silences_s[-2:]) >= STANDS_S * 0.9:
                assert time.monotonic() < asked + PATIENCE_S, "it starves once, and is fed again afterwards"
                manager.read(0.5)
                silences_s = silences(manager, asked)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def silences(manager: ServiceManager, since_s: float) -> list[float]:
    """How long the watchdog was not fed each time."""
    return [later - earlier for earlier, later in pairwise([since_s, *manager.pings()])]


async def test_a_reload_that_changes_nothing_keeps_everybody_connected(engine: Running) -> None:
    async with connect(engine.url.replace("http", "ws") + "/ws") as socket:
        await socket.recv()
        assert "nothing changed; tokens and certificate are read again" in reload(engine)
        answer = await asyncio.to_thread(httpx.post, f"{engine.url}/reload", timeout=PATIENCE_S)
        assert (answer.status_code, answer.json()["state"]) == (202, "running")
        assert "nothing changed" in answer.json()["message"]
        await (await socket.ping())
    assert engine.said.count("listening on") == 1


async def test_a_reload_of_the_log_keeps_everybody_connected(
    engine: Running, path: Path, tmp_path: Path
) -> None:
    async with connect(engine.url.replace("http", "ws") + "/ws") as socket:
        await socket.recv()
        configure(path, top=f'log_level = "debug"\nlog_format = "json"\nlog_file = "{tmp_path / "log"}"\n')
        assert "the log is written as configured now" in reload(engine)
        await (await socket.ping())
    assert engine.get("/config").json()["log_level"] == "debug"
    (tmp_path / "log").rename(tmp_path / "log.1")
    reload(engine)
    wait_for((tmp_path / "log").exists)
    assert engine.end() == 0
    lines = (tmp_path / "log").read_text().splitlines() + (tmp_path / "log.1").read_text().splitlines()
    assert lines
    assert all(json.loads(line)["ts_ms"] for line in lines)


class Knocking(threading.Thread):
    """Asks again and again with a connection of its own each; how long each answer took, and what went wrong."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.took_s: list[float] = []
        self.errors: list[httpx.TransportError] = []
        self._url = url
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.is_set():
            began = time.monotonic()
            try:
                httpx.get(f"{self._url}/livez", timeout=PATIENCE_S)
            except httpx.TransportError as error:
                self.errors.append(error)
            self.took_s.append(time.monotonic() - began)
            time.sleep(0.005)

    def end(self) -> None:
        self._is_over.set()
        self.join(PATIENCE_S)


async def test_while_one_engine_follows_another_clients_wait_and_are_not_refused(
    engine: Running, path: Path
) -> None:
    address = engine.url.replace("http", "ws") + "/ws"
    knocking = Knocking(engine.url)
    knocking.start()
    wait_for(lambda: len(knocking.took_s) > 5)
    async with connect(address) as socket:
        configure(path, tables='[storage]\nbar_retention = "1y"\n')
        assert "begins anew" in reload(engine)
        async for _ in socket:
            pass
        assert socket.close_code == GOING_AWAY
        async with connect(address, open_timeout=PATIENCE_S) as again:
            assert json.loads(await again.recv())["type"] == "welcome"
    wait_for(lambda: engine.said.count("listening on") == 2)
    answered = len(knocking.took_s)
    wait_for(lambda: len(knocking.took_s) > answered + 5)
    knocking.end()
    refused = [error for error in knocking.errors if isinstance(error, httpx.ConnectError)]
    print(f"longest wait {max(knocking.took_s):.2f} s of {len(knocking.took_s)}, errors {knocking.errors}")
    assert refused == []
    assert engine.end() == 0


def test_another_port_takes_effect_with_the_next_process_and_is_said_to(tmp_path: Path, path: Path) -> None:
    arguments = ("--serve", "--config", str(configure(path, tables="[server]\nport = 0\n")))
    with served(tmp_path / "home", *arguments, "--data-dir", str(tmp_path / "d")) as engine:
        configure(path, tables="[server]\nport = 1\n")
        assert "server.port takes effect when the process is started again" in reload(engine)
        assert engine.get("/livez").status_code == 200


def test_a_next_engine_that_cannot_begin_leaves_the_one_before(
    engine: Running, path: Path, tmp_path: Path
) -> None:
    configure(path, tables=f'[server]\ntoken_file = "{tmp_path / "nowhere"}"\n')
    reload(engine)
    wait_for(lambda: "goes on with the one before" in engine.said or "kept as it was" in engine.said)
    wait_for(lambda: answers(engine.url))
    assert engine.end() == 0


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=PATIENCE_S).status_code == 200
    except httpx.TransportError:
        return False


def test_after_a_kill_commands_find_nobody_and_the_next_engine_begins(tmp_path: Path, path: Path) -> None:
    word = tmp_path / "d" / "server.json"
    with engine_of(tmp_path, path) as first:
        assert word.stat().st_mode & 0o777 == 0o600
        assert json.loads(word.read_text())["url"] == first.url
        first.process.kill()
        first.process.wait()
    assert word.exists()
    # The number of the dead engine is given to another program, which is alive.
    left = json.loads(word.read_text()) | {"pid": 1}
    word.write_text(json.dumps(left))
    (tmp_path / "d" / "lock").write_text("1\n")
    found = command(tmp_path, "status")
    assert found.returncode == UNREACHABLE
    assert first.url not in found.stderr
    with engine_of(tmp_path, path) as second:
        assert json.loads(word.read_text())["pid"] == second.process.pid
        with engine_of(tmp_path, path, listens=False) as third:
            assert third.process.wait(PATIENCE_S) == IN_USE
            assert str(second.process.pid) in third.said
        assert command(tmp_path, "status").returncode == 0
        assert second.end() == 0
    assert not word.exists()


def test_a_console_that_serves_is_found_by_commands_too(tmp_path: Path, path: Path) -> None:
    configure(path, tables="[server]\nenabled = true\nport = 0\n")
    word = tmp_path / "d" / "server.json"
    with console(
        tmp_path / "home", "--config", str(path), "--data-dir", str(tmp_path / "d"), shows="SOL"
    ) as screen:
        wait_for(word.exists)
        assert command(tmp_path, "status").returncode == 0
        assert command(tmp_path, "stop", "--server").returncode == 0
        assert screen.exit_code() == 0
    assert not word.exists()


def test_stop_server_waits_until_the_process_is_gone(engine: Running, tmp_path: Path) -> None:
    ended = command(tmp_path, "stop", "--server")
    assert ended.returncode == 0
    assert f"process {engine.process.pid}" in ended.stdout
    assert engine.process.wait(PATIENCE_S) == 0
    assert command(tmp_path, "stop", "--server").returncode == UNREACHABLE


def test_the_pipeline_is_ordered_and_the_configuration_read_again_by_command(
    engine: Running, tmp_path: Path, path: Path
) -> None:
    for order in ("stop", "start", "restart", "reload"):
        assert command(tmp_path, order).returncode == 0, order
    path.write_text("nonsense = 1\n")
    refused = command(tmp_path, "reload")
    assert refused.returncode == 1
    assert "nonsense" in refused.stderr


def test_a_backup_has_the_configuration_beside_it(engine: Running, tmp_path: Path, path: Path) -> None:
    done = command(tmp_path, "jobs", "trigger", "backup")
    assert done.returncode == 0, done.stderr
    # The job's own turn may have come meanwhile.
    backups = [*(tmp_path / "d" / "backups").glob("history-*.db")]
    assert path.read_text() in [
        beside.read_text() for backup in backups if (beside := backup.with_suffix(".config.toml")).exists()
    ]


def test_without_a_history_file_it_goes_on_live_and_says_so(tmp_path: Path, path: Path) -> None:
    (tmp_path / "d" / "history.db").mkdir(parents=True)
    with engine_of(tmp_path, path) as engine:
        assert re.search(r"ERROR .*history is kept in memory only: .*history\.db", engine.said)
        database = engine.get("/stats").json()["database"]
        assert "memory only" in json.dumps(database)
        assert engine.end() == 0
    with engine_of(tmp_path, path, "--strict", listens=False) as engine:
        assert engine.process.wait(PATIENCE_S) == CANNOT_CREATE
        assert "history.db" in engine.said


def test_a_log_on_a_full_disk_ends_nothing(tmp_path: Path, path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is absent")
    with engine_of(tmp_path, path, "--log-file", "/dev/full", "--log-level", "debug") as engine:
        wait_for(lambda: "lines of the log are lost" in engine.said)
        reload(engine)
        assert engine.get("/livez").status_code == 200
        assert engine.end() == 0
        assert "Traceback" not in engine.said
        assert engine.said.count("lines of the log are lost") <= 3


@pytest.mark.parametrize("fails", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_within_ten_seconds_with_their_code(engine: Running, fails: int) -> None:
    assert engine.end(fails) == (0 if fails == signal.SIGTERM else 130)
