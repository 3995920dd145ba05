"""What is left after kill -9 at any instant, and after a disk that was full."""

import asyncio
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import PIPE

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.migrate import Migration, migrate
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.accept.running import PATIENCE_S
from tests.factories import a_trade

pytestmark = pytest.mark.accept

ROOT = Path(__file__).parents[2]
ROUNDS = 20
MINUTE = 100


def killed_while_recording(path: Path, first: int, after_s: float) -> int:
    """Kill a recording process so long after its first commit; the newest watermark that it announced."""
    command = [sys.executable, "-m", "tests.accept.recording_process", str(path), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        announced = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        lines = [announced, *process.stdout.read().splitlines(keepends=True)]
    return max(int(line) for line in lines if line.endswith("\n"))


def one(connection: sqlite3.Connection, sql: str, *parameters: int) -> tuple[int, ...]:
    row: tuple[int, ...] = connection.execute(sql, parameters).fetchone()
    return row


def check(path: Path, first: int, announced: int) -> int:
    """Everything announced is there, once, and bars agree with their ticks; the newest number stored."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        newest, distinct, count = one(
            db,
            "SELECT max(sequence), count(DISTINCT sequence), count(*) FROM ticks WHERE sequence >= ?",
            first,
        )
        assert newest >= announced
        assert (distinct, count) == (newest - first + 1, newest - first + 1)
        assert one(db, "SELECT count(*) FROM events WHERE seq >= ?", first) == ((newest - first) // 10 + 1,)
        assert one(
            db, "SELECT count(*) - count(DISTINCT instrument_id || timeframe || open_ms) FROM bars"
        ) == (0,)
        disagreeing = db.execute(
            "SELECT minute, made, trades FROM (SELECT sequence / ? AS minute, count(*) AS made FROM ticks"
            " GROUP BY 1) LEFT JOIN bars ON open_ms = minute * 60000 WHERE made IS NOT trades",
            (MINUTE,),
        ).fetchall()
        assert disagreeing == []
        return newest


def test_everything_announced_survives_kill_9_at_any_instant(tmp_path: Path) -> None:
    seed = int(os.environ.get("RTP_SEED", time.time_ns() % 10**6))
    print(f"RTP_SEED={seed}")
    waits = random.Random(seed)
    path, first = tmp_path / "history.db", 0
    for _ in range(ROUNDS):
        announced = killed_while_recording(path, first, waits.uniform(0, 0.5))
        newest = check(path, first, announced)
        first = (newest // MINUTE + 1) * MINUTE
    assert first >= ROUNDS * MINUTE


SLOW_STEP = (
    "CREATE TABLE half_done (x);\n"
    "INSERT INTO half_done WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000000)"
    " SELECT x FROM n;\n"
)


def test_a_migration_that_is_killed_never_happened(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    first = Migration(1, "CREATE TABLE kept (x);\nINSERT INTO kept VALUES (7);\n")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, [first])
    migrating = (
        "import sqlite3; from rtp_tui.storage.migrate import Migration, migrate\n"
        f"db = sqlite3.connect({str(path)!r}, isolation_level=None); print('begun', flush=True)\n"
        f"migrate(db, [Migration(2, {SLOW_STEP!r})])\n"
    )
    with subprocess.Popen([sys.executable, "-c", migrating], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.7)
        assert process.poll() is None
        process.kill()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert one(db, "PRAGMA user_version") == (1,)
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("kept",)]
        assert migrate(db, [first, Migration(2, "CREATE TABLE more (x);\n")]) == 2


async def test_a_disk_that_takes_no_more_bytes_is_said_and_recovered_from(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    recorder = SqliteRecorder(path, StorageSettings(), SystemClock(), "full")
    await recorder.open()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(tuple, lambda seq: None))
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
            for seq in range(1, 20_001):
                recorder.add_tick(seq, a_trade(sequence=seq))
            await until(lambda: not recorder.status().ok)
            assert "disk" in recorder.status().detail
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        await until(lambda: recorder.status().ok)
        await recorder.close()
    assert recorder.status().dropped == 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert one(db, "SELECT count(*), count(DISTINCT sequence) FROM ticks") == (20_000, 20_000)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, ten seconds at most."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - a status is asked for, nothing announces it
            await asyncio.sleep(0.02)
