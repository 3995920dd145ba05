"""An engine that is stopped for a while and continued, killed while it copies its history, or finds that damaged."""

import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.raw_clients import Witness
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.accept.venues import Venue, instruments, sources, write_configuration

pytestmark = pytest.mark.accept

STOPPED_S = float(os.environ.get("RTP_STOPPED_S", "12"))
POLLED_EVERY_S = 2.0
BTC, SOL = "crypto:BTC", "crypto:SOL"
JOBS = '[[jobs]]\nid = "crypto-prices"\ninterval = "2s"\nmax_retries = 0\n'


class Stopped:
    """A venue each for what is streamed and what is asked, both of which go on, and the engine that is stopped."""

    def __init__(self, engine: Running) -> None:
        self.engine = engine

    def get(self, path: str) -> Any:
        return self.engine.get(path).json()

    def quotes(self) -> dict[str, dict[str, Any]]:
        return {quote["id"]: quote for quote in self.get("/market/latest")["quotes"]}

    def feeds(self) -> dict[str, dict[str, Any]]:
        return {feed["source"]: feed for feed in self.get("/feeds")["feeds"]}

    def job(self) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.get("/jobs")["jobs"] if one["id"] == "crypto-prices")
        return found

    def is_well(self) -> bool:
        quotes = self.quotes()
        return len(quotes) == 2 and all(quote["freshness"] in ("live", "fresh") for quote in quotes.values())


def test_a_process_that_was_stopped_says_so_and_goes_on_with_new_connections(tmp_path: Path) -> None:
    binance, coingecko = Venue("binance", tmp_path), Venue("coingecko", tmp_path)
    try:
        for venue in (binance, coingecko):
            venue.start()
        configuration = write_configuration(
            tmp_path / "config.toml",
            sources({"binance": binance.urls, "coingecko": coingecko.urls}),
            instruments((SOL,)),
            f'[[instruments]]\nid = "{BTC}"\nmarket = "24x7"\nfeeds = ["binance:BTCUSDT"]\n',
            JOBS,
        )
        arguments = (
            "--serve",
            "--port",
            "0",
            "--config",
            str(configuration),
            "--data-dir",
            str(tmp_path / "d"),
        )
        with served(tmp_path, *arguments) as engine:
            world = Stopped(engine)
            wait_for(world.is_well)
            stop_and_continue(world)
    finally:
        binance.kill()
        coingecko.kill()


def stop_and_continue(world: Stopped) -> None:
    runs, reconnects = world.job()["successes"], world.feeds()["binance"]["reconnects"]
    began_ms, stopped_s = time.time() * 1000, time.monotonic()
    world.engine.process.send_signal(signal.SIGSTOP)
    time.sleep(STOPPED_S)
    world.engine.process.send_signal(signal.SIGCONT)
    continued_s = time.monotonic()

    quotes = first_answer(world.engine)
    for quote in quotes:
        is_new = quote["received_ms"] > began_ms + STOPPED_S * 900
        assert is_new or quote["freshness"] not in ("live", "fresh"), quote
    wait_for(lambda: world.get("/stats")["time"]["suspended_s"] > STOPPED_S * 0.8)
    wait_for(lambda: "the process was suspended for" in world.engine.said)
    # A machine that is busy may keep the process from running now and then too, for moments.
    told = world.get("/stats")["time"]
    assert told["suspended_s"] < time.monotonic() - stopped_s
    assert told["longest_stall_s"] < STOPPED_S * 0.8
    assert world.get("/stats")["time"]["clock_steps"] == 0
    wait_for(lambda: world.feeds()["binance"]["reconnects"] > reconnects)
    wait_for(world.is_well)
    since_s = time.monotonic() - continued_s
    assert world.job()["successes"] <= runs + 3 + since_s / POLLED_EVERY_S, "missed turns are not made up for"
    assert world.feeds()["binance"]["reconnects"] <= reconnects + 2, "no storm"
    witness = Witness(world.engine)
    wait_for(lambda: witness.updates > 0)
    witness.end()
    statuses = world.get("/status")["parts"]
    assert all(part["state"] == "ok" and not part["restarts"] for part in statuses), statuses
    assert world.get("/stats")["database"]["ok"]


def first_answer(engine: Running) -> list[dict[str, Any]]:
    """What REST tells first after the engine goes on."""
    found: list[dict[str, Any]] = httpx.get(engine.url + "/market/latest", timeout=PATIENCE_S).json()[
        "quotes"
    ]
    return found


def test_a_backup_that_is_killed_leaves_nothing_after_the_next_start(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    backups = directory / "backups"
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(directory))
    with served(tmp_path / "1", *arguments) as demo:
        wait_for(lambda: (demo.get("/stats").json()["stored"] or {}).get("ticks"))
        demo.process.kill()
        demo.process.wait()
    enlarge(directory / "history.db", 200_000_000)
    with served(tmp_path / "2", *arguments) as demo:
        assert demo.process.poll() is None
        asking = threading.Thread(target=ask_for_a_backup, args=(demo.url,))
        asking.start()
        wait_for(lambda: list(backups.glob("*.partial")), pause_s=0.001)
        demo.process.kill()
        demo.process.wait()
        asking.join()
    assert list(backups.glob("*.partial"))
    with served(tmp_path / "3", *arguments) as demo:
        wait_for(lambda: demo.get("/stats").json()["database"] is not None)
        assert demo.get("/stats").json()["database"]["ok"]
        wait_for(lambda: not list(backups.glob("*.partial*")))
    assert [path.name for path in directory.glob("*.corrupt-*")] == []


def ask_for_a_backup(url: str) -> None:
    """Which is killed meanwhile."""
    with suppress(httpx.TransportError):
        httpx.post(url + "/jobs/backup/trigger", timeout=PATIENCE_S)


def enlarge(path: Path, size: int) -> None:
    """Make a copy of it take a while."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE padding (x BLOB)")
        for _ in range(size // 1_000_000):
            db.execute("INSERT INTO padding VALUES (zeroblob(1000000))")


@pytest.mark.parametrize("how", ["a page", "first page", "journal"])
def test_a_file_damaged_between_two_runs_is_kept_and_what_is_readable_is_saved(
    tmp_path: Path, how: str
) -> None:
    directory = tmp_path / "d"
    path = directory / "history.db"
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(directory))
    with served(tmp_path / "1", *arguments) as demo:
        wait_for(lambda: (demo.get("/stats").json()["stored"] or {}).get("bars", 0) > 100)
        if how == "journal":
            demo.process.kill()
            demo.process.wait()
        else:
            assert demo.end() == 0
    damage(path, how)
    with served(tmp_path / "2", *arguments) as demo:
        wait_for(lambda: demo.get("/stats").json()["database"] is not None)
        database = demo.get("/stats").json()["database"]
        assert database["ok"]
        asides = list(directory.glob("history.db.corrupt-*[0-9]"))
        if how == "journal":
            assert asides == []
        else:
            assert len(asides) == 1
            assert asides[0].name in database["detail"]
            wait_for(lambda: asides[0].name in demo.said)
            is_saved = "rows of it were saved" in database["detail"]
            assert is_saved == (how != "first page"), database["detail"]
        wait_for(lambda: demo.get("/stats").json()["stored"]["ticks"])
        assert demo.end() == 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def damage(path: Path, how: str) -> None:
    if how == "journal":
        journal = path.with_name("history.db-wal")
        with journal.open("r+b") as file:
            file.seek(32)
            file.write(os.urandom(max(4096, journal.stat().st_size - 32)))
        return
    with path.open("r+b") as file:
        match how:
            case "first page":
                file.write(b"\xa5" * 4096)
            case _:
                file.seek(path.stat().st_size // 4096 // 2 * 4096)
                file.write(b"\xa5" * 4096)


def test_verify_names_what_was_set_aside(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    directory.mkdir()
    (directory / "history.db").write_bytes(b"no database" * 1000)
    with served(tmp_path, "--demo", "--serve", "--port", "0", "--data-dir", str(directory)) as demo:
        wait_for(lambda: demo.get("/stats").json()["database"] is not None)
        ended = subprocess.run(
            [*RTP_TUI, "verify", "--json", "--data-dir", str(directory)],
            env=clean_environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    checks = json.loads(ended.stdout)["checks"]
    told = [check for check in checks if check["level"] != "ok" and "corrupt-" in check["detail"]]
    assert told, checks
