"""A served engine whose history file is locked, full, overwritten and removed while prices go on."""

import os
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.accept.raw_clients import Witness
from tests.accept.running import PATIENCE_S, Running, served, wait_for

pytestmark = pytest.mark.accept

LOCKED_S = float(os.environ.get("RTP_LOCKED_S", "5"))
MANY_UPDATES = 50


class World:
    """The engine, its file, and a WebSocket client that looks on."""

    def __init__(self, engine: Running, path: Path, log: Path) -> None:
        self.engine = engine
        self.path = path
        self.log = log
        self.witness = Witness(engine)

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = self.engine.get("/stats").json()
        return found

    def is_ok(self) -> bool:
        return bool(self.stats()["database"]["ok"])

    def detail(self) -> str:
        return str(self.stats()["database"]["detail"])

    def seq(self) -> int:
        return int(self.stats()["stored"]["committed_seq"])

    def health(self) -> str:
        parts = self.engine.get("/health").json()["parts"]
        return next(str(part["reason"]) for part in parts if part["name"] == "resources")

    def wait_until_well(self) -> None:
        """The file is written, and everything that waited has been."""
        wait_for(lambda: self.is_ok() and self.stats()["stored"]["pending"] < 5_000)
        seq = self.seq()
        wait_for(lambda: self.seq() > seq)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as db:
            return db.execute(sql).fetchall()

    def asides(self) -> list[Path]:
        return sorted(self.path.parent.glob("history.db.corrupt-*[0-9]"))

    def assert_live(self) -> None:
        """Prices went on for whoever watched."""
        updates = self.witness.updates
        wait_for(lambda: self.witness.updates > updates + MANY_UPDATES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("world")
    log = home / "engine.log"
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(home / "d"), "--log-file", str(log))
    with served(home, *arguments) as engine:
        running = World(engine, home / "d" / "history.db", log)
        try:
            wait_for(lambda: running.stats()["database"] is not None)
            running.wait_until_well()
            yield running
        finally:
            running.witness.end()


def assert_nothing_is_there_twice(world: World) -> None:
    assert world.rows("PRAGMA integrity_check") == [("ok",)]
    doubled = "SELECT count(*) - count(DISTINCT instrument_id || timeframe || open_ms) FROM bars"
    assert world.rows(doubled) == [(0,)]


def test_a_full_disk_is_said_and_prices_go_on_until_there_is_room(world: World) -> None:
    world.wait_until_well()
    dropped = world.stats()["stored"]["dropped"]
    pid = world.engine.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        wait_for(lambda: not world.is_ok())
        assert "disk" in world.detail()
        wait_for(lambda: "the store fails" in world.health() and "disk" in world.health())
        assert not world.engine.get("/readyz").is_success or "disk" in world.engine.get("/readyz").text
        seq, pending = world.seq(), world.stats()["stored"]["pending"]
        wait_for(lambda: world.stats()["stored"]["pending"] > pending)
        assert world.seq() == seq
        world.assert_live()
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    wait_for(lambda: world.is_ok() and world.seq() > seq)
    world.wait_until_well()
    assert world.stats()["stored"]["dropped"] == dropped
    wait_for(lambda: "the store fails" not in world.health())
    assert world.engine.process.poll() is None
    assert_nothing_is_there_twice(world)


def test_another_programs_lock_delays_and_loses_nothing(world: World) -> None:
    world.wait_until_well()
    dropped = world.stats()["stored"]["dropped"]
    with closing(sqlite3.connect(world.path, isolation_level=None, timeout=PATIENCE_S)) as other:
        stalls = world.stats()["time"]["stalls"]
        other.execute("BEGIN EXCLUSIVE")
        seq = world.seq()
        wait_for(lambda: not world.is_ok())
        assert "locked" in world.detail()
        time.sleep(LOCKED_S)
        world.assert_live()
        assert world.seq() <= seq + 5_000
        assert world.stats()["time"]["stalls"] == stalls, "a second's wait for the lock holds the loop"
        other.execute("ROLLBACK")
    wait_for(lambda: world.is_ok() and world.seq() > seq)
    world.wait_until_well()
    assert world.stats()["stored"]["dropped"] == dropped
    assert_nothing_is_there_twice(world)


@pytest.mark.parametrize("how", ["first page", "zero length", "other file"])
def test_a_file_that_is_overwritten_while_in_use_is_kept_and_a_new_one_begun(world: World, how: str) -> None:
    world.wait_until_well()
    asides = len(world.asides())
    size = world.path.stat().st_size
    match how:
        case "first page":
            with world.path.open("r+b") as file:
                file.write(b"\xa5" * 4096)
        case "zero length":
            with world.path.open("r+b") as file:
                file.truncate(0)
        case _:
            world.path.write_bytes(b"somebody's notes " * (size // 17))
    wait_for(lambda: len(world.asides()) > asides)
    wait_for(lambda: "damaged" in world.detail() and world.is_ok())
    world.assert_live()
    assert_new_file_knows_what_was_in_memory(world)
    wait_for(lambda: world.asides()[-1].name in world.log.read_text())


def test_a_file_that_is_deleted_while_in_use_is_begun_anew(world: World) -> None:
    world.wait_until_well()
    for path in world.path.parent.glob("history.db*"):
        if "corrupt" not in path.name:
            path.unlink()
    wait_for(world.path.exists)
    wait_for(lambda: "removed" in world.detail() and world.is_ok())
    world.assert_live()
    assert_new_file_knows_what_was_in_memory(world)


def assert_new_file_knows_what_was_in_memory(world: World) -> None:
    """Every instrument's last quote, and the bars that were stored before."""
    world.wait_until_well()
    instruments = len(world.engine.get("/market/latest").json()["quotes"])

    def is_handed_over() -> bool:
        (quotes,) = world.rows("SELECT count(*) FROM quotes")[0]
        (bars,) = world.rows("SELECT count(DISTINCT instrument_id) FROM bars WHERE closed")[0]
        return bool(quotes >= instruments and bars > instruments / 2)

    wait_for(is_handed_over)
    assert_nothing_is_there_twice(world)
    assert world.engine.get("/events?limit=5").is_success
