"""The served demo killed twenty times at random instants: nothing committed is lost, nothing is there twice."""

import random
import sqlite3
import time
from functools import partial
from pathlib import Path

import pytest

from tests.accept.running import Running, served, wait_for

pytestmark = pytest.mark.accept

KILLS = 20
SIGKILL = 9


def test_a_killed_engine_loses_nothing_that_was_committed_and_doubles_no_bar(tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    directory = tmp_path / "d"
    stored: dict[str, int] = {"ticks": 0, "bars": 0}
    for number in range(KILLS):
        home = tmp_path / str(number)
        with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(directory)) as demo:
            wait_for(partial(has_stored, demo))
            time.sleep(rng.uniform(0.0, 1.5))
            stored = demo.get("/stats").json()["stored"]
            demo.process.send_signal(SIGKILL)
            demo.process.wait()
        found = contents(directory / "history.db")

        assert found["is_sound"], f"seed {seed}, kill {number}"
        assert found["ticks"] >= stored["ticks"], f"seed {seed}, kill {number}"
        assert found["bars"] >= stored["bars"], f"seed {seed}, kill {number}"
        assert found["newest_seq"] >= 1
        assert found["doubled_bars"] == 0, f"seed {seed}, kill {number}"
        assert found["doubled_trades"] == 0, f"seed {seed}, kill {number}"


def has_stored(demo: Running) -> bool:
    return bool(demo.get("/stats").json()["stored"]["ticks"])


def contents(path: Path) -> dict[str, int]:
    """What is in the file, counted by nothing but SQLite."""
    doubled_bars = "SELECT count(*) FROM (SELECT 1 FROM bars GROUP BY instrument_id, timeframe, open_ms HAVING count(*) > 1)"
    doubled_trades = (
        "SELECT count(*) FROM (SELECT 1 FROM ticks WHERE sequence IS NOT NULL"
        " GROUP BY instrument_id, feed_id, sequence, event_ms HAVING count(*) > 1)"
    )
    with sqlite3.connect(path) as connection:
        return {
            "is_sound": connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok",
            "ticks": connection.execute("SELECT count(*) FROM ticks").fetchone()[0],
            "bars": connection.execute("SELECT count(*) FROM bars").fetchone()[0],
            "newest_seq": connection.execute("SELECT max(seq) FROM events").fetchone()[0],
            "doubled_bars": connection.execute(doubled_bars).fetchone()[0],
            "doubled_trades": connection.execute(doubled_trades).fetchone()[0],
        }
