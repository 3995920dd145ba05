"""What goes and what stays."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.gaps import GapState
from rtp_tui.model.market import Bar
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.retention import (
    BAR_BYTES,
    BY_NAME,
    EVENT_BYTES,
    MOST_ROWS,
    REPORTED_MS,
    TICK_BYTES,
    cutoffs,
    keyframes_beyond,
    keyframes_to_drop,
    surplus_ticks,
    trim,
)
from tests.factories import ETH, NOW_MS, a_bar, a_feed_status, a_gap, a_quote_tick, a_run, a_trade

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


def a_long_decimal(instrument: str, open_ms: int, minute: int) -> Bar:
    """A minute as it is in the file: eight bytes a figure."""
    low = 100.1 + minute / 7
    return a_bar(
        instrument=instrument, open_ms=open_ms, open=low, high=low + 1, low=low, close=low, volume=low / 3
    )


def column(connection: sqlite3.Connection, sql: str) -> list[int]:
    return [row[0] for row in connection.execute(sql)]


def test_each_kind_of_row_has_its_own_age() -> None:
    settings = StorageSettings(
        tick_retention_ms=1, bar_retention_ms=2, hour_retention_ms=3, day_retention_ms=4, event_retention_ms=5
    )
    assert msgspec.structs.astuple(cutoffs(settings, 100)) == (99, 98, 97, 96, 95, 100 - REPORTED_MS)
    assert cutoffs(StorageSettings(event_retention_ms=REPORTED_MS + 1), 0).reported_ms == -REPORTED_MS - 1


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
    assert not trim(connection, StorageSettings(), NOW_MS, 100).more
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
    connection.execute("INSERT INTO rolled (instrument_id, to_ms) SELECT id, ? FROM instruments", (NOW_MS,))
    assert trim(connection, StorageSettings(), NOW_MS, 100).rows == {"bars": 2}
    assert column(connection, "SELECT open_ms FROM bars") == [a_bar().open_ms]


def test_minutes_that_are_not_rolled_up_stay_however_old_and_many_they_are(
    connection: sqlite3.Connection,
) -> None:
    batch = Batch()
    batch.take([a_bar(open_ms=minute * 60_000) for minute in range(10)])
    write(connection, batch)
    settings = StorageSettings(bar_max_bytes=1)
    assert trim(connection, settings, NOW_MS, 100).rows == {}
    connection.execute("INSERT INTO rolled (instrument_id, to_ms) SELECT id, 240000 FROM instruments")
    assert trim(connection, settings, NOW_MS, 100).rows == {"bars": 4}
    assert column(connection, "SELECT minutes_from_ms FROM rolled") == [240_000]


def test_the_minutes_stored_first_go_where_there_are_too_many(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.take([a_bar(open_ms=NOW_MS - minute * 60_000) for minute in range(10, 0, -1)])
    write(connection, batch)
    connection.execute("INSERT INTO rolled (instrument_id, to_ms) SELECT id, ? FROM instruments", (NOW_MS,))
    settings = StorageSettings(bar_max_bytes=3 * BAR_BYTES)
    assert trim(connection, settings, NOW_MS, 5).rows == {"bars": 5}
    assert trim(connection, settings, NOW_MS, 5).rows == {"bars": 2}
    assert column(connection, "SELECT open_ms FROM bars") == [NOW_MS - n * 60_000 for n in (3, 2, 1)]


def test_the_size_of_a_minute_is_about_what_is_assumed(connection: sqlite3.Connection) -> None:
    before = column(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0]
    for start in range(0, 2_000, 10):
        batch = Batch()
        batch.take(
            a_long_decimal(f"crypto:C{coin}", NOW_MS + minute * 60_000, minute)
            for coin in range(10)
            for minute in range(start, start + 10)
        )
        write(connection, batch)
    after = column(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0]
    assert (after - before) / 20_000 == pytest.approx(BAR_BYTES, rel=0.25)


def test_hours_and_days_go_by_their_own_age(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.take([a_bar(timeframe=timeframe, open_ms=NOW_MS - 11 * 365 * DAY_MS) for timeframe in ("1h", "1d")])
    write(connection, batch)
    assert trim(connection, StorageSettings(), NOW_MS, 100).rows == {"hours": 1}
    assert column(connection, "SELECT count(*) FROM long_bars WHERE timeframe = '1d'") == [1]


def test_the_oldest_events_go_where_they_are_too_much(connection: sqlite3.Connection) -> None:
    batch = Batch()
    batch.events = [(Event(seq, a_feed_status()), NOW_MS) for seq in range(1, 101)]
    write(connection, batch)
    (mean,) = column(connection, "SELECT avg(length(payload)) FROM events")
    settings = StorageSettings(event_max_bytes=int(40 * (mean + EVENT_BYTES)) + 50)
    while trim(connection, settings, NOW_MS, 25).more:
        pass
    assert column(connection, "SELECT seq FROM events") == list(range(61, 101))


def test_the_size_of_an_event_is_about_what_is_assumed(connection: sqlite3.Connection) -> None:
    before = column(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0]
    for start in range(0, 10_000, 100):
        batch = Batch()
        batch.events = [(Event(start + seq, a_feed_status()), NOW_MS + start + seq) for seq in range(100)]
        write(connection, batch)
    after = column(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0]
    (mean,) = column(connection, "SELECT avg(length(payload)) FROM events")
    assert (after - before) / 10_000 == pytest.approx(mean + EVENT_BYTES, rel=0.2)


def test_keyframes_that_are_too_much_go_but_for_the_newest() -> None:
    sizes = [(1, 50), (2, 50), (3, 50)]
    assert keyframes_beyond(sizes, 150) == ()
    assert keyframes_beyond(sizes, 100) == (1,)
    assert keyframes_beyond(sizes, 0) == (1, 2)
    assert keyframes_beyond([], 0) == ()


def test_no_table_grows_without_bound(connection: sqlite3.Connection) -> None:
    """A new table is to be deleted from by age or size, or has a row for each thing with a name."""
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {str(name) for (name,) in names}
    by_age = {"ticks", "bars", "long_bars", "events", "keyframes"}
    assert {name for name in tables if not name.startswith("sqlite_")} == {
        *by_age,
        *MOST_ROWS,
        *BY_NAME,
    }


def test_a_table_of_small_rows_keeps_the_newest_of_them(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_ROWS, "tallies", 3)
    batch = Batch()
    for minute in range(10):
        batch.add_tally(Tally(60_000, NOW_MS + minute * 60_000, "", "{}"))
    write(connection, batch)
    assert trim(connection, StorageSettings(), NOW_MS, 100).rows == {"tallies": 7}
    assert column(connection, "SELECT start_ms FROM tallies") == [NOW_MS + n * 60_000 for n in (7, 8, 9)]


def test_what_reports_are_made_of_stays_until_the_week_after_is_over(connection: sqlite3.Connection) -> None:
    batch = Batch()
    for days in (14, 16):
        at_ms = NOW_MS - days * DAY_MS
        batch.add_tally(Tally(60_000, at_ms, "", "{}"))
        batch.add_gap(a_gap(at_ms, to_ms=at_ms + 60_000, changed_ms=at_ms, state=GapState.FILLED))
        batch.events += [(Event(20 - days, a_run()), at_ms), (Event(21 - days, a_feed_status()), at_ms)]
    write(connection, batch)
    rows = trim(connection, StorageSettings(event_retention_ms=HOUR_MS), NOW_MS, 100).rows
    assert rows == {"events": 3, "tallies": 1, "gaps": 1}
    assert column(connection, "SELECT seq FROM events") == [6]


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
    assert trim(connection, StorageSettings(), NOW_MS, 10).more
    assert column(connection, "SELECT count(*) FROM ticks") == [15]
    assert trim(connection, StorageSettings(), NOW_MS, 10).more
    assert not trim(connection, StorageSettings(), NOW_MS, 10).more
    assert column(connection, "SELECT count(*) FROM ticks") == [0]


def test_the_file_shrinks_when_rows_go(connection: sqlite3.Connection) -> None:
    write(connection, ticks(*range(5000)), 0)
    before = column(connection, "PRAGMA page_count")[0]
    while trim(connection, StorageSettings(), NOW_MS, 2000).more:
        pass
    assert column(connection, "PRAGMA page_count")[0] < before / 2
