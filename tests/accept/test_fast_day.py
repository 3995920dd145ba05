"""Some minutes around a midnight, sixty times as fast: counted right, rolled up, within bounds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.fast_day import HOUR_MS, LIMITS, fast_day
from rtp_tui.storage.retention import TICK_BYTES
from tests.accept.fast_clock import run_fast

pytestmark = pytest.mark.accept


def test_a_midnight_is_rolled_up_and_nothing_is_lost_or_counted_twice(tmp_path: Path) -> None:
    found = run_fast(fast_day(tmp_path, hours=0.3, before_midnight_share=0.2))
    print(found)
    assert found.dropped == 0
    assert found.ticks_accepted > 0
    assert abs(found.counted_ticks - found.ticks_accepted) <= 0.02 * found.ticks_accepted
    assert found.ticks_stored <= LIMITS.tick_max_bytes // TICK_BYTES
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        days = connection.execute("SELECT count(*) FROM long_bars WHERE timeframe = '1d'").fetchone()[0]
        spans = connection.execute(
            "SELECT max(b.open_ms) - min(b.open_ms) FROM bars b GROUP BY b.instrument_id"
        ).fetchall()
    assert days == 3, "yesterday of three instruments"
    assert all(span <= LIMITS.bar_retention_ms + HOUR_MS // 4 for (span,) in spans)
