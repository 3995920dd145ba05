"""What goes and what stays."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event, Snapshot
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.retention import TICK_BYTES, cutoffs, keyframes_to_drop, surplus_ticks, trim
from tests.factories import ETH, NOW_MS, a_bar, a_feed_status, a_quote_tick, a_trade

SECOND_MS = 1000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_writer(tmp_path / "history.db", NOW_MS).connection
    yield connection
    connection.close()


def write(connection: sqlite3.Connection, batch: Batch, stored_ms: int = NOW_MS) -> None:
    BatchWriter(connection, "epoch").write(batch, stored_ms)


def ticks(*sequences: int) -> Batch:
    batch = Batch()
    batch.ticks.extend(a_trade(sequence=sequence) for sequence in sequences)
    return batch


def column(connection: sqlite3.Connection, sql: str) -> list[int]:
    return [row[0] for row in connection.execute(sql)]


def test_each_kind_of_row_has_its_own_age() -> None:
    settings = StorageSettings(tick_retention_ms=1, bar_retention_ms=2, event_retention_ms=3)
    bounds = cutoffs(settings, 100)
    assert (bounds.ticks_ms, bounds.bars_ms, bounds.events_ms) == (99, 98, 97)


@pytest.mark.parametrize(
    ("stored", "max_bytes", "surplus"), [(0, 0, 0), (5, 10 * TICK_BYTES, 0), (9, 4 * TICK_BYTES, 5)]
)
def test_ticks_above_the_size_are_surplus(stored: int, max_bytes: int, surplus: int) -> None:
    assert surplus_ticks(stored, max_bytes) == surplus


def test_keyframes_are_all_kept_for_two_hours_and_one_a_minute_for_a_day() -> None:
    taken = range(NOW_MS - 30 * HOUR_MS, NOW_MS, 10 * SECOND_MS)
    kept = sorted(set(taken) - set(keyframes_to_drop(taken, NOW_MS)))
    dense = [moment for moment in kept if moment >= NOW_MS - 2 * HOUR_MS]
    thin = [moment for moment in kept if moment < NOW_MS - 2 * HOUR_MS]
    assert len(dense) == 720
    assert len(thin) == 22 * 60 + 1
    assert thin[0] >= NOW_MS - DAY_MS


def test_the_newest_keyframe_is_kept_however_old() -> None:
    assert keyframes_to_drop([1, 2], NOW_MS) == (1,)
    assert keyframes_to_drop([], NOW_MS) == ()


@given(st.lists(st.integers(NOW_MS - 2 * DAY_MS, NOW_MS), max_size=60, unique=True).map(sorted))
def test_thinning_what_was_thinned_drops_nothing_more(taken: list[int]) -> None:
    kept = sorted(set(taken) - set(keyframes_to_drop(taken, NOW_MS)))
    assert keyframes_to_drop(kept, NOW_MS) == ()


def test_ticks_go_by_when_they_were_stored(connection: sqlite3.Connection) -> None:
    write(connection, ticks(1, 2), NOW_MS - DAY_MS - 1)
    write(connection, ticks(3), NOW_MS)
    assert not trim(connection, StorageSettings(), NOW_MS, 100)
    assert column(connection, "SELECT sequence FROM ticks") == [3]


def test_the_oldest_ticks_go_where_there_are_too_many(connection: sqlite3.Connection) -> None:
    write(connection, ticks(*range(10)))
    trim(connection, StorageSettings(tick_max_bytes=3 * TICK_BYTES), NOW_MS, 100)
    assert column(connection, "SELECT sequence FROM ticks") == [7, 8, 9]


def test_the_size_of_a_tick_is_about_what_is_assumed(connection: sqlite3.Connection) -> None:
    batch = Batch()
    for number in range(10_000):
        batch.ticks.append(a_trade(sequence=10**9 + number, price=100 + number / 7))
        batch.ticks.append(a_quote_tick(bid=100 + number / 7, ask=101 + number / 7))
    write(connection, batch)
    pages = connection.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    assert pages[0] / 20_000 == pytest.approx(TICK_BYTES, rel=0.2)


def test_old_bars_go_and_others_of_the_same_instrument_stay(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.take([a_bar(open_ms=60_000), a_bar(open_ms=120_000, instrument=ETH), a_bar()])
    write(connection, batch)
    trim(connection, StorageSettings(), NOW_MS, 100)
    assert column(connection, "SELECT open_ms FROM bars") == [a_bar().open_ms]


def test_events_go_after_seven_days(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.events = [(Event(1, a_feed_status()), NOW_MS - 7 * DAY_MS - 1), (Event(2, a_feed_status()), NOW_MS)]
    write(connection, batch)
    trim(connection, StorageSettings(), NOW_MS, 100)
    assert column(connection, "SELECT seq FROM events") == [2]


def test_keyframes_are_thinned_in_the_file(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.keyframes = [Snapshot(epoch="epoch", seq=seq, at_ms=seq) for seq in (1, 2)]
    write(connection, batch)
    trim(connection, StorageSettings(), NOW_MS, 100)
    assert column(connection, "SELECT seq FROM keyframes") == [2]


def test_one_go_is_bounded_and_says_when_more_is_left(connection: sqlite3.Connection) -> None:
    write(connection, ticks(*range(25)), 0)
    assert trim(connection, StorageSettings(), NOW_MS, 10)
    assert column(connection, "SELECT count(*) FROM ticks") == [15]
    assert trim(connection, StorageSettings(), NOW_MS, 10)
    assert not trim(connection, StorageSettings(), NOW_MS, 10)
    assert column(connection, "SELECT count(*) FROM ticks") == [0]


def test_the_file_shrinks_when_rows_go(connection: sqlite3.Connection) -> None:
    write(connection, ticks(*range(5000)), 0)
    before = column(connection, "PRAGMA page_count")[0]
    while trim(connection, StorageSettings(), NOW_MS, 2000):
        pass
    assert column(connection, "PRAGMA page_count")[0] < before / 2
