"""Hours and days are stored before their minutes go, and are what the minutes say."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.api.rolled_bars import RolledBars
from rtp_tui.jobs.rollups import SETTLED_MS, Rollups
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import BTC, ETH, a_bar
from tests.fakes import FakeClock

HOUR_MS = 3_600_000
MIDNIGHT_MS = 1_790_000_000_000 // DAY_MS * DAY_MS
OPENS_MS = 3 * HOUR_MS + 45 * MINUTE_MS
"""As in Mumbai."""
SHOPS = SessionSpans(
    MIDNIGHT_MS - 40 * DAY_MS,
    MIDNIGHT_MS + 40 * DAY_MS,
    tuple(
        (MIDNIGHT_MS + day * DAY_MS + OPENS_MS, MIDNIGHT_MS + day * DAY_MS + OPENS_MS + 375 * MINUTE_MS)
        for day in range(-39, 39)
        if day % 7 < 5
    ),
)


def always_open(_market: str, _start_ms: int, _end_ms: int) -> SessionSpans:
    return NOT_KNOWN


def shops(_market: str, _start_ms: int, _end_ms: int) -> SessionSpans:
    return SHOPS


class QuickClock(FakeClock):
    """Does not wait."""

    sleeps_at_once = False

    async def sleep(self, seconds: float) -> None:
        if not self.sleeps_at_once:
            await super().sleep(seconds)


class Kept:
    """A store with what rolls it up and what reads it, at the start of a day."""

    def __init__(
        self, path: Path, clock: QuickClock, sessions: SessionSpans, limits: StorageSettings
    ) -> None:
        self.clock = clock
        self.recorder = SqliteRecorder(path, limits, clock, "epoch")
        self.history = SqliteHistory(path, clock=clock)
        sessions_of = always_open if sessions is NOT_KNOWN else shops
        self.rollups = Rollups(
            self.recorder, self.history, lambda _: "market", sessions_of, limits.bar_retention_ms, clock
        )
        self.rollups_of_strangers = Rollups(
            self.recorder, self.history, lambda _: None, sessions_of, limits.bar_retention_ms, clock
        )
        self.door = RolledBars(self.history.bars, self.history.bars, sessions_of, clock, self.history.rolled)

    async def write(self, *bars: Bar) -> None:
        batch = Batch()
        batch.take(bars)
        await self.recorder._file.write(batch)

    async def catch_up(self) -> None:
        self.clock.sleeps_at_once = True
        await self.rollups.catch_up()

    async def stored(self, timeframe: str) -> list[Bar]:
        return list(
            (await self.history.bars(GetBars(instrument=BTC, timeframe=timeframe, limit=10_000))).bars
        )

    async def asked(self, timeframe: str, limit: int = 10_000) -> list[Bar]:
        found: list[Bar] = []
        query = GetBars(instrument=BTC, timeframe=timeframe, limit=limit)
        while True:
            page = await self.door.page(query, "market")
            assert len(page.bars) <= limit
            found += page.bars
            if page.next_cursor is None:
                return found
            query = replace(query, cursor=page.next_cursor)


@asynccontextmanager
async def kept(
    folder: Path,
    at_ms: int,
    sessions: SessionSpans = NOT_KNOWN,
    limits: StorageSettings = StorageSettings(),  # noqa: B008 - frozen
) -> AsyncIterator[Kept]:
    store = Kept(folder / "history.db", QuickClock(at_ms), sessions, limits)
    await store.recorder.open()
    try:
        yield store
    finally:
        await store.recorder.close()
        await store.history.close()


def minutes(start_ms: int, count: int, step: int = 1) -> list[Bar]:
    return [
        a_bar(
            open_ms=start_ms + n * step * MINUTE_MS,
            open=100.0 + n % 7,
            high=110.0 + n % 11,
            low=90.0 - n % 13,
            close=100.0 + n % 5,
            volume=float(n % 17),
            trades=n % 19,
        )
        for n in range(count)
    ]


def by_hand(parts: Sequence[Bar], timeframe: str, sessions: SessionSpans, now_ms: int) -> list[Bar]:
    return rolled_up(parts, timeframe, BarGrid(TIMEFRAMES_MS[timeframe], sessions), now_ms)


async def test_a_day_is_stored_once_it_is_over_and_settled(tmp_path: Path) -> None:
    day = minutes(MIDNIGHT_MS, 1440)
    async with kept(tmp_path, MIDNIGHT_MS + DAY_MS + SETTLED_MS - 1) as store:
        await store.write(*day)
        await store.catch_up()
        assert await store.stored("1d") == []
    async with kept(tmp_path, MIDNIGHT_MS + DAY_MS + SETTLED_MS) as store:
        await store.catch_up()
        now_ms = store.clock.now_ms()
        assert await store.stored("1d") == by_hand(day, "1d", NOT_KNOWN, now_ms)
        assert await store.stored("1h") == by_hand(day, "1h", NOT_KNOWN, now_ms)
        assert store.rollups.stored == 25
        await store.catch_up()
        assert store.rollups.stored == 25


async def test_what_is_stored_answers_and_the_rest_is_rolled_up_and_nobody_sees_where_one_ends(
    tmp_path: Path,
) -> None:
    parts = minutes(MIDNIGHT_MS, 2 * 1440 + 500)
    async with kept(tmp_path, MIDNIGHT_MS + 2 * DAY_MS + 500 * MINUTE_MS) as store:
        await store.write(*parts)
        await store.catch_up()
        for timeframe in ("1h", "1d"):
            expected = by_hand(parts, timeframe, NOT_KNOWN, store.clock.now_ms())
            assert await store.asked(timeframe) == expected
            assert await store.asked(timeframe, limit=7) == expected
        assert len(await store.stored("1d")) == 2


async def test_a_minute_that_is_written_again_makes_its_day_again(tmp_path: Path) -> None:
    parts = minutes(MIDNIGHT_MS, 3 * 1440)
    async with kept(tmp_path, MIDNIGHT_MS + 4 * DAY_MS) as store:
        await store.write(*parts)
        await store.catch_up()
        revised = replace(parts[2000], high=500.0, revision=1)
        await store.write(revised)
        parts[2000] = revised
        expected = by_hand(parts, "1d", NOT_KNOWN, store.clock.now_ms())
        assert await store.asked("1d") == expected, "before it is stored again"
        await store.catch_up()
        assert await store.stored("1d") == await store.asked("1d") == expected


async def test_hours_and_days_outlive_their_minutes(tmp_path: Path) -> None:
    parts = minutes(MIDNIGHT_MS, 4 * 1440)
    limits = StorageSettings(bar_retention_ms=2 * DAY_MS - HOUR_MS // 2)
    async with kept(tmp_path, MIDNIGHT_MS + 5 * DAY_MS, limits=limits) as store:
        await store.write(*parts)
        expected = {
            timeframe: by_hand(parts, timeframe, NOT_KNOWN, store.clock.now_ms())
            for timeframe in ("1h", "1d")
        }
        await store.recorder.trim()
        assert len(await store.stored("1m")) == len(parts), "nothing goes that is not rolled up"
        await store.catch_up()
        trimmed = await store.recorder.trim()
        left = await store.stored("1m")
        assert trimmed.rows == {"bars": len(parts) - len(left)}
        assert left[0].open_ms == MIDNIGHT_MS + 3 * DAY_MS + HOUR_MS // 2
        for timeframe, bars in expected.items():
            assert await store.asked(timeframe) == bars

        await store.write(replace(left[0], high=900.0, revision=1))
        await store.catch_up()
        assert await store.asked("1d") == expected["1d"], "a day that has lost minutes is not made anew"


async def test_days_are_those_of_the_market(tmp_path: Path) -> None:
    parts = [
        bar
        for day in range(10)
        if day % 7 < 5
        for bar in [
            *minutes(MIDNIGHT_MS + day * DAY_MS + OPENS_MS, 376),
            *minutes(MIDNIGHT_MS + day * DAY_MS + OPENS_MS + 12 * HOUR_MS, 30),
        ]
    ]
    async with kept(tmp_path, MIDNIGHT_MS + 20 * DAY_MS, SHOPS) as store:
        await store.write(*parts)
        await store.catch_up()
        for timeframe in ("1h", "1d"):
            expected = by_hand(parts, timeframe, SHOPS, store.clock.now_ms())
            assert await store.stored(timeframe) == expected
            assert await store.asked(timeframe) == expected
        assert len(await store.stored("1d")) == 8


async def test_an_instrument_whose_sessions_nobody_knows_waits_until_its_minutes_are_to_go(
    tmp_path: Path,
) -> None:
    limits = StorageSettings(bar_retention_ms=3 * DAY_MS)
    async with kept(tmp_path, MIDNIGHT_MS + 2 * DAY_MS, limits=limits) as store:
        store.clock.sleeps_at_once = True
        await store.write(*minutes(MIDNIGHT_MS, 1440))
        await store.rollups_of_strangers.catch_up()
        assert await store.stored("1d") == []
    async with kept(tmp_path, MIDNIGHT_MS + 4 * DAY_MS, limits=limits) as store:
        store.clock.sleeps_at_once = True
        await store.rollups_of_strangers.catch_up()
        assert len(await store.stored("1d")) == 1


async def test_an_order_makes_them_again(tmp_path: Path) -> None:
    async with kept(tmp_path, MIDNIGHT_MS + 5 * DAY_MS) as store:
        await store.write(*minutes(MIDNIGHT_MS, 3 * 1440))
        await store.catch_up()
        before = await store.stored("1h")
        assert await store.rollups.redo(BTC, MIDNIGHT_MS + DAY_MS + 1) == 50
        assert await store.rollups.redo(ETH, 0) == 0
        assert await store.stored("1h") == before


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.permutations(range(12)),
    st.lists(st.integers(0, 11), max_size=4),
    st.sampled_from([NOT_KNOWN, SHOPS]),
)
async def test_however_minutes_come_and_whenever_they_are_rolled_up_the_bars_are_the_same(
    order: list[int], rolled_after: list[int], sessions: SessionSpans
) -> None:
    parts = minutes(MIDNIGHT_MS + OPENS_MS - HOUR_MS, 360, step=13)
    pieces = [parts[n * 30 : (n + 1) * 30] for n in range(12)]
    with TemporaryDirectory() as folder:
        async with kept(Path(folder), MIDNIGHT_MS + 9 * DAY_MS, sessions) as store:
            for number in order:
                await store.write(*pieces[number])
                if number in rolled_after:
                    await store.catch_up()
            await store.catch_up()
            for timeframe in ("1h", "1d"):
                expected = by_hand(parts, timeframe, sessions, store.clock.now_ms())
                assert await store.stored(timeframe) == expected
                assert await store.asked(timeframe, limit=5) == expected


@pytest.mark.parametrize("sessions", [NOT_KNOWN, SHOPS])
@given(at_ms=st.integers(MIDNIGHT_MS - 60 * DAY_MS, MIDNIGHT_MS + 60 * DAY_MS))
def test_stretches_follow_one_another_and_no_bar_reaches_over_an_end(
    sessions: SessionSpans, at_ms: int
) -> None:
    day, hour = BarGrid(DAY_MS, sessions), BarGrid(HOUR_MS, sessions)
    start_ms, end_ms = day.stretch_at(at_ms)
    assert start_ms <= at_ms < end_ms
    assert day.stretch_at(start_ms) == day.stretch_at(end_ms - 1) == (start_ms, end_ms)
    assert day.stretch_at(end_ms)[0] == end_ms
    for grid in (day, hour):
        span = grid.span_at(at_ms)
        assert span is None or start_ms <= span[0] < span[1] <= end_ms
