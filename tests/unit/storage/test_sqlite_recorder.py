"""The recorder keeps its word while the disk does not."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars, GetEvents
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.contract import Remembered, StorageSettings, StoreUnusable
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import BTC, ETH, NOW_MS, a_bar, a_feed_status, a_trade
from tests.fakes import FakeClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_MS)


def a_recorder(path: Path, clock: FakeClock, capacity: int = 200_000) -> SqliteRecorder:
    return SqliteRecorder(path, StorageSettings(), clock, "epoch", capacity)


@asynccontextmanager
async def running(recorder: SqliteRecorder) -> AsyncIterator[list[int]]:
    """The recorder at work; the watermarks that it announced."""
    announced: list[int] = []
    await recorder.open()
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(tuple, announced.append))
        try:
            yield announced
        finally:
            closing_down = group.create_task(recorder.close())
            await until(clock_of(recorder), closing_down.done)


def clock_of(recorder: SqliteRecorder) -> FakeClock:
    assert isinstance(recorder._clock, FakeClock)
    return recorder._clock


async def until(clock: FakeClock, is_so: Callable[[], bool]) -> None:
    """Let the clock go on until something is so; its waits are not real, the disk's are."""
    for _ in range(3000):
        if is_so():
            return
        await clock.advance(0.25)
        await asyncio.sleep(0.001)
    raise AssertionError("it never became so")


async def tell(recorder: SqliteRecorder, pragma: str) -> None:
    """Set something of the writing connection that only SQLite itself can show."""
    connection = recorder._file._connection
    assert connection is not None
    await connection.submit(lambda plain: plain.execute(f"PRAGMA {pragma}").fetchall())


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_every_field_of_a_tick_is_stored(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    recorder.add_tick(1, a_trade(bid=1.0, ask=2.0))
    recorder.add_tick(2, a_trade(instrument=ETH, event_ms=None, price=None, size=None, sequence=None))
    await recorder.close()
    stored = rows(
        path,
        "SELECT i.name, f.name, kind, event_ms, received_ms, price, size, sequence, bid, ask, stored_ms FROM ticks"
        " JOIN instruments i ON i.id = instrument_id JOIN feeds f ON f.id = feed_id ORDER BY ticks.id",
    )
    received = NOW_MS + 40
    assert stored == [
        (BTC, "binance:BTCUSDT", 0, NOW_MS, received, 67_830.12, 0.5, 1, 1.0, 2.0, NOW_MS),
        (ETH, "binance:ETHUSDT", 0, None, received, None, None, None, None, None, NOW_MS),
    ]


@pytest.mark.parametrize("count", [1, 9, 10, 249, 250, 251, 1234])
async def test_any_number_of_ticks_is_written_in_order(path: Path, clock: FakeClock, count: int) -> None:
    recorder = a_recorder(path, clock)
    for seq in range(count):
        recorder.add_tick(seq, a_trade(sequence=seq))
    await recorder.close()
    assert rows(path, "SELECT sequence FROM ticks ORDER BY id") == [(seq,) for seq in range(count)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from([BTC, ETH]), st.integers(0, 5), st.integers(1, 99)), max_size=8),
        max_size=6,
    )
)
async def test_of_any_bars_exactly_the_last_of_each_minute_is_left(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[tuple[str, int, int]]]
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.db"
    clock = FakeClock(NOW_MS)
    recorder = a_recorder(path, clock)
    batches = [
        [a_bar(instrument=key, open_ms=minute * 60_000, close=float(close)) for key, minute, close in commit]
        for commit in commits
    ]
    expected = {(bar.instrument, bar.open_ms): bar for batch in batches for bar in batch}
    recorder._take_bars = lambda: batches.pop(0) if batches else ()
    while batches:
        assert await recorder._commit()
    history = SqliteHistory(path)
    found: list[Bar] = []
    if expected:
        for key in (BTC, ETH):
            found += (await history.bars(GetBars(instrument=key))).bars
    assert {(bar.instrument, bar.open_ms): bar for bar in found} == expected
    assert len(found) == len(expected)
    await history.close()
    await recorder.close()


async def test_a_second_run_finds_what_the_first_wrote(path: Path, clock: FakeClock) -> None:
    for sequence in (1, 2):
        recorder = a_recorder(path, clock)
        recorder.add_tick(sequence, a_trade(sequence=sequence))
        await recorder.close()
        assert recorder.status().ticks_stored == sequence
    assert rows(path, "SELECT count(*) FROM instruments") == [(1,)]


async def test_a_full_disk_is_said_and_what_waits_is_written_when_there_is_room(
    path: Path, clock: FakeClock
) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder) as announced:
        await tell(recorder, "max_page_count = 1")
        for seq in range(1, 2001):
            recorder.add_tick(seq, a_trade(sequence=seq))
        recorder.add_event(Event(2001, a_feed_status()), NOW_MS)
        await until(clock, lambda: not recorder.status().ok)
        assert "disk is full" in recorder.status().detail
        assert recorder.status().pending == 2001
        assert announced == []
        await tell(recorder, "max_page_count = 1000000")
        await until(clock, lambda: recorder.status().ok)
        assert announced == [2001]
        assert recorder.status().dropped == 0
    assert rows(path, "SELECT count(*), count(DISTINCT sequence) FROM ticks") == [(2000, 2000)]


async def test_while_nothing_can_be_written_the_oldest_ticks_go_and_bars_and_events_stay(
    path: Path, clock: FakeClock
) -> None:
    recorder = a_recorder(path, clock, capacity=100)
    changed = [[a_bar(close=1.0)], [a_bar(close=2.0)]]
    async with running(recorder):
        await tell(recorder, "max_page_count = 1")
        recorder._take_bars = lambda: changed.pop(0) if changed else ()
        for seq in range(1, 5001):
            recorder.add_tick(seq, a_trade(sequence=seq))
            if seq <= 150:
                recorder.add_event(Event(seq, a_feed_status()), NOW_MS)
        await until(clock, lambda: not changed)
        for seq in range(5001, 5051):
            recorder.add_tick(seq, a_trade(sequence=seq))
        await until(clock, lambda: recorder.status().pending == 100 + 150 + 1)
        assert recorder.status().dropped == 4950
        await tell(recorder, "max_page_count = 1000000")
        await until(clock, lambda: recorder.status().ok)
    assert rows(path, "SELECT min(sequence), max(sequence), count(*) FROM ticks") == [(4951, 5050, 100)]
    assert rows(path, "SELECT count(*) FROM events") == [(150,)]
    assert rows(path, "SELECT close FROM bars") == [(2.0,)]


async def test_another_programs_lock_delays_and_loses_nothing(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        await tell(recorder, "busy_timeout = 5")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            recorder.add_tick(1, a_trade(sequence=1))
            await until(clock, lambda: not recorder.status().ok)
            assert "locked" in recorder.status().detail
            recorder.add_tick(2, a_trade(sequence=2))
            other.execute("ROLLBACK")
        await until(clock, lambda: recorder.status().committed_seq == 2 and recorder.status().ok)
    assert rows(path, "SELECT sequence FROM ticks ORDER BY id") == [(1,), (2,)]


async def test_waits_grow_while_writing_fails(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        await tell(recorder, "max_page_count = 1")
        for seq in range(1000):
            recorder.add_tick(seq, a_trade())
        begun = clock.monotonic()
        await until(clock, lambda: recorder._record.failures >= 5)
        assert clock.monotonic() - begun >= 0.25 + 0.5 + 1 + 2
        await tell(recorder, "max_page_count = 1000000")


async def test_a_number_too_large_for_the_file_costs_its_own_tick_only(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=2**63))
        recorder.add_tick(2, a_trade(sequence=2**63 - 1))
        await until(clock, lambda: recorder.status().committed_seq == 2)
        assert recorder.status().dropped == 1
        assert recorder.status().ok
    assert rows(path, "SELECT sequence FROM ticks") == [(2**63 - 1,)]


async def test_a_bar_that_is_no_number_costs_itself_only(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    changed = [[a_bar(close=float("nan")), a_bar(instrument=ETH)]]
    async with running(recorder):
        await asyncio.sleep(0)
        recorder._take_bars = lambda: changed.pop() if changed else ()
        await until(clock, lambda: recorder.status().commits == 1)
        assert (recorder.status().dropped, recorder.status().ok) == (1, True)
    assert rows(path, "SELECT count(*) FROM bars") == [(1,)]


async def test_a_file_removed_while_in_use_is_begun_anew_and_said(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    history = SqliteHistory(path)
    async with running(recorder):
        recorder.add_event(Event(1, a_feed_status()), NOW_MS)
        await until(clock, lambda: recorder.status().committed_seq == 1)
        assert len((await history.events(GetEvents())).events) == 1
        path.unlink()  # noqa: ASYNC240
        recorder.add_event(Event(2, a_feed_status(name="kraken")), NOW_MS)
        await until(clock, lambda: recorder.status().committed_seq == 2)
        assert "removed" in recorder.status().detail
        found = (await history.events(GetEvents())).events
        assert ["kraken" in event.payload for event in found] == [True]
    await history.close()


async def test_damage_found_while_writing_sets_the_file_aside_and_loses_nothing_that_waits(
    path: Path, clock: FakeClock
) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        await tell(recorder, "wal_checkpoint(TRUNCATE)")
        await tell(recorder, "shrink_memory")
        damage(path)
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: recorder.status().committed_seq == 2)
        assert recorder.status().ok
        assert f"{path.name}.corrupt-" in recorder.status().detail
    assert rows(path, "SELECT sequence FROM ticks") == [(2,)]


async def test_what_is_in_memory_is_given_to_a_file_that_is_begun_anew(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    held = Remembered([a_bar(close=1.0), a_bar(open_ms=0)], Snapshot(epoch="e", seq=7, at_ms=NOW_MS))
    changed = [[a_bar(close=2.0)]]
    await recorder.open()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            recorder.run(lambda: changed.pop() if changed else (), lambda seq: None, lambda: held)
        )
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        assert rows(path, "SELECT count(*) FROM keyframes") == [(0,)]
        path.unlink()  # noqa: ASYNC240
        changed.append([a_bar(close=3.0)])
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: recorder.status().commits >= 3)
        closing_down = group.create_task(recorder.close())
        await until(clock, closing_down.done)
    assert rows(path, "SELECT sequence FROM ticks") == [(2,)]
    assert rows(path, "SELECT seq FROM keyframes") == [(7,)]
    assert rows(path, "SELECT count(*) FROM bars") == [(2,)]


@pytest.mark.parametrize("content", [b"", b"overwritten" * 1000])
async def test_a_file_overwritten_while_in_use_is_noticed_though_its_first_page_is_in_memory(
    path: Path, clock: FakeClock, content: bytes
) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        path.write_bytes(content)  # noqa: ASYNC240
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: recorder.status().committed_seq == 2)
        assert "damaged" in recorder.status().detail
    assert (2,) in rows(path, "SELECT sequence FROM ticks")


async def test_damage_that_a_reader_meets_is_looked_into(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    history = SqliteHistory(path, doubt=recorder.doubt)
    async with running(recorder):
        for seq in range(1, 501):
            recorder.add_event(Event(seq, a_feed_status()), NOW_MS)
        await until(clock, lambda: recorder.status().committed_seq == 500)
        await tell(recorder, "wal_checkpoint(TRUNCATE)")
        damage(path)
        with pytest.raises(StoreUnusable, match="damaged"):
            await history.events(GetEvents(limit=1000))
        await until(clock, lambda: "corrupt-" in recorder.status().detail)
        recorder.add_event(Event(501, a_feed_status()), NOW_MS)
        await until(clock, lambda: recorder.status().committed_seq == 501)
        await history.events(GetEvents())
    await history.close()


async def test_a_doubt_about_a_sound_file_changes_nothing(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        recorder.doubt()
        await until(clock, lambda: not recorder._is_doubted)
        assert (recorder.status().ok, recorder.status().detail) == (True, "")
    assert rows(path, "SELECT sequence FROM ticks") == [(1,)]


async def test_a_journal_removed_while_in_use_is_written_back(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        path.with_name("history.db-wal").unlink()
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: recorder.status().committed_seq == 2)
        assert "journal" in recorder.status().detail
    assert rows(path, "SELECT sequence FROM ticks") == [(1,), (2,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_file_made_read_only_is_said_and_written_when_it_may_be_again(
    path: Path, clock: FakeClock
) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        await tell(recorder, "query_only = ON")
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: not recorder.status().ok)
        assert "read-only" in recorder.status().detail
        await tell(recorder, "query_only = OFF")
        await until(clock, lambda: recorder.status().ok)
    assert rows(path, "SELECT sequence FROM ticks") == [(1,)]


async def test_a_place_that_is_gone_is_said_and_used_when_it_is_back(path: Path, clock: FakeClock) -> None:
    directory = path.parent / "d"
    recorder = a_recorder(directory / "history.db", clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        directory.rename(path.parent / "elsewhere")
        directory.touch()
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: not recorder.status().ok)
        assert str(directory) in recorder.status().detail
        directory.unlink()
        await until(clock, lambda: recorder.status().ok)
    assert rows(directory / "history.db", "SELECT sequence FROM ticks") == [(2,)]


async def test_a_clock_that_was_set_ahead_deletes_nothing(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder):
        recorder.add_tick(1, a_trade(sequence=1))
        await until(clock, lambda: recorder.status().committed_seq == 1)
        clock.step(20 * 365 * 86_400)
        await until(clock, lambda: clock.monotonic() > 1200)
        recorder.add_tick(2, a_trade(sequence=2))
        await until(clock, lambda: recorder.status().committed_seq == 2)
    assert rows(path, "SELECT sequence FROM ticks") == [(1,), (2,)]


async def test_bars_and_events_have_a_bound_too(path: Path, clock: FakeClock) -> None:
    batch = Batch()
    batch.take(a_bar(open_ms=number * 60_000) for number in range(5))
    batch.events = [(Event(seq, a_feed_status()), seq) for seq in range(5)]
    assert batch.give_up_surplus(3) == 4
    assert [key[2] for key in batch.bars] == [120_000, 180_000, 240_000]
    assert [at_ms for _, at_ms in batch.events] == [2, 3, 4]


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xff" * 4096 * 10)


async def test_what_is_stored_is_known_before_the_first_commit(path: Path, clock: FakeClock) -> None:
    first = a_recorder(path, clock)
    first.add_tick(1, a_trade())
    await first.close()
    second = a_recorder(path, clock)
    await second.open()
    assert second.status().ticks_stored == 1
    assert second.status().size_bytes > 0
    await second.close()


async def test_old_rows_go_while_it_runs(path: Path, clock: FakeClock) -> None:
    recorder = SqliteRecorder(path, StorageSettings(tick_retention_ms=60_000), clock, "epoch")
    async with running(recorder):
        for seq in range(1, 5001):
            recorder.add_tick(seq, a_trade(sequence=seq))
        await until(clock, lambda: recorder.status().committed_seq == 5000)
        assert recorder.status().ticks_stored == 5000
        await until(clock, lambda: clock.now_ms() > NOW_MS + 200_000)
        recorder.add_tick(5001, a_trade(sequence=5001))
        await until(clock, lambda: recorder.status().committed_seq == 5001)
        assert recorder.status().ticks_stored == 1


async def test_a_cancelled_run_leaves_nothing_half_written(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    await recorder.open()
    for seq in range(1, 3001):
        recorder.add_tick(seq, a_trade(sequence=seq))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(recorder.run(tuple, lambda seq: None))
        while not recorder._writing:  # noqa: ASYNC110 - the very first instant is meant
            await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()
    assert recorder.status().committed_seq == 3000
    await recorder.close()
    assert rows(path, "SELECT count(*) FROM ticks") == [(3000,)]


async def test_what_cannot_be_written_at_the_end_is_counted(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    await recorder.open()
    await tell(recorder, "max_page_count = 1")
    for seq in range(1000):
        recorder.add_tick(seq, a_trade())
    async with asyncio.TaskGroup() as group:
        closing_down = group.create_task(recorder.close())
        await until(clock, closing_down.done)
    assert (recorder.status().dropped, recorder.status().pending, recorder.status().ok) == (1000, 0, False)


async def test_nothing_is_written_where_nothing_came(path: Path, clock: FakeClock) -> None:
    recorder = a_recorder(path, clock)
    async with running(recorder) as announced:
        await clock.advance(5)
    assert (announced, recorder.status().commits) == ([], 0)
