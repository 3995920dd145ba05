"""Reports against a count of our own."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import connect
from typing import Any

import msgspec
import pandas as pd  # type: ignore[import-untyped]
import pytest

from rtp_tui.model.events import Event
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.reports import Report, ReportPeriod
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.reports.periods import NoPeriod
from rtp_tui.reports.reporter import Reporter, World
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryHistory
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.factories import a_feed_status, an_instrument
from tests.fakes import FakeClock
from tests.unit.reports.a_store import DAY_MS, DAY_START_MS, HOUR_MS, MINUTE_MS, NAMES, write_day

DATE = "2026-09-21"
DAILY = ReportPeriod.DAILY


def a_world(**changes: Any) -> World:
    state = PipelineState([an_instrument(name) for name in NAMES])
    feed = a_feed_status(name="binance", state=FeedState.LIVE, expected_ms=1_000)
    state.apply(Event(1, feed))
    values: dict[str, Any] = {"state": state, "open_ms": lambda _market, start_ms, end_ms: end_ms - start_ms}
    return World(**{**values, **changes})


@asynccontextmanager
async def a_reporter(path: Path, now_ms: int, timezone: str = "UTC", **world: Any) -> AsyncIterator[Reporter]:
    history = SqliteHistory(path)
    try:
        yield Reporter(history, a_world(**world), TargetSettings(), timezone, FakeClock(now_ms))
    finally:
        await history.close()


async def the_day(path: Path, now_ms: int = DAY_START_MS + 2 * DAY_MS, **world: Any) -> Report:
    async with a_reporter(path, now_ms, **world) as reporter:
        return await reporter.report(DAILY, DATE)


class NotingHistory(MemoryHistory):
    """Knows how many counts it handed out at most at once."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self.most = 0

    async def tallies(
        self, span_ms: int, since_ms: int, until_ms: int | None = None, limit: int | None = None
    ) -> tuple[Tally, ...]:
        found = await super().tallies(span_ms, since_ms, until_ms, limit)
        self.most = max(self.most, len(found))
        return found


async def test_however_much_was_counted_before_a_period_it_is_not_read() -> None:
    memory = Memory()
    for number in range(3_000):
        minute = Tally(MINUTE_MS, DAY_START_MS - 60 * MINUTE_MS - number * MINUTE_MS, "", "{}")
        memory.tallies[minute.span_ms, minute.start_ms, minute.subject] = minute
    history = NotingHistory(memory)
    reporter = Reporter(history, a_world(), TargetSettings(), "UTC", FakeClock(DAY_START_MS + 2 * DAY_MS))

    report = await reporter.report(DAILY, DATE)

    assert report.known_from_ms == DAY_START_MS
    assert history.most == 1


def frame(path: Path, query: str) -> pd.DataFrame:
    connection = connect(path)
    try:
        return pd.read_sql_query(query, connection)
    finally:
        connection.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_figures_are_those_of_an_independent_count(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "h.db"
    write_day(path, seed=seed)
    report = await the_day(path)
    tallies = frame(path, "SELECT * FROM tallies")
    inside = tallies[(tallies.start_ms >= DAY_START_MS) & (tallies.start_ms < DAY_START_MS + DAY_MS)]
    minutes = pd.DataFrame(map(json.loads, inside[inside.span_ms == MINUTE_MS].counts))
    one = report.figures
    assert (one.ticks, one.errors, one.bars) == (minutes.ticks.sum(), minutes.errors.sum(), 1440 * 5)
    assert one.minutes_with_data == (minutes.ticks > 0).sum()
    assert one.uptime_pct == pytest.approx(100 * (minutes.ticks > 0).sum() / 1440, abs=0.001)
    rate = minutes.errors.sum() / (minutes.ticks.sum() + minutes.errors.sum())
    assert one.error_rate_pct == pytest.approx(100 * rate, abs=0.001)

    bars = frame(path, "SELECT i.name, b.open_ms FROM bars b JOIN instruments i ON i.id = b.instrument_id")
    bars = bars[(bars.open_ms >= DAY_START_MS) & (bars.open_ms < DAY_START_MS + DAY_MS)]
    counted = bars.groupby("name").size()
    found = {each.subject: each for each in report.instruments}
    for name in NAMES[:-1]:
        # A single minute without a bar is excused by nothing where a feed speaks every second.
        assert (found[name].bars_there, found[name].bars_due) == (counted[name], 1440)
    assert (found[NAMES[-1]].bars_there, found[NAMES[-1]].bars_due) == (0, 1440)
    assert (one.bars_there, one.bars_due) == (len(bars), 6 * 1440)

    hours = inside[(inside.span_ms == HOUR_MS) & (inside.subject == "binance")]
    crossed = sum(json.loads(counts)["rejected"]["crossed"] for counts in hours.counts)
    assert [each.subject for each in report.sources] == ["binance"]
    assert (report.sources[0].errors, report.sources[0].observed) == (crossed, 24_000)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_alerts_gaps_and_jobs_are_those_of_an_independent_count(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "h.db"
    write_day(path, seed=seed)
    report = await the_day(path)
    alerts = pd.DataFrame(map(json.loads, frame(path, "SELECT payload FROM alerts").payload))
    alerts = alerts[(alerts.fired_ms >= DAY_START_MS) & (alerts.fired_ms < DAY_START_MS + DAY_MS)]
    assert report.alerts.fired == len(alerts)
    assert {each.rule: each.fired for each in report.alerts.by_rule} == dict(alerts.groupby("rule").size())
    took = (alerts.acknowledged_ms - alerts.fired_ms).dropna()
    assert report.alerts.acknowledged == len(took)
    assert report.alerts.mean_ms_to_acknowledge == pytest.approx(took.mean(), abs=0.1)
    assert report.alerts.mean_ms_to_resolve == 90_000

    gaps = frame(path, "SELECT * FROM gaps")
    gaps = gaps[(gaps.found_ms >= DAY_START_MS) & (gaps.found_ms < DAY_START_MS + DAY_MS)]
    filled = gaps[gaps.state == "filled"]
    assert (report.gaps.found, report.gaps.filled) == (len(gaps), len(filled))
    assert report.gaps.mean_recovery_ms == pytest.approx(
        (filled.changed_ms - filled.found_ms).mean(), abs=0.1
    )

    runs = pd.DataFrame(map(json.loads, frame(path, "SELECT payload FROM events").payload))
    runs = runs[(runs.started_ms >= DAY_START_MS) & (runs.started_ms < DAY_START_MS + DAY_MS)]
    runs = runs[runs.outcome != "skipped"]
    means = (runs.ended_ms - runs.started_ms).groupby(runs.job).mean().sort_values(ascending=False)
    assert [each.job for each in report.jobs] == list(means.index)
    assert [each.mean_ms for each in report.jobs] == pytest.approx(list(means), abs=0.1)
    assert sum(each.failures for each in report.jobs) == (runs.outcome == "failed").sum()


async def test_a_week_adds_up_its_days(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    async with a_reporter(path, DAY_START_MS + 9 * DAY_MS) as reporter:
        week = await reporter.report(ReportPeriod.WEEKLY, DATE)
        days = [await reporter.report(DAILY, f"2026-09-{day}") for day in range(21, 28)]
    assert week.from_ms == DAY_START_MS
    assert week.figures.ticks == sum(day.figures.ticks or 0 for day in days)
    assert week.figures.bars_there == sum(day.figures.bars_there or 0 for day in days)
    assert week.alerts.fired == sum(day.alerts.fired for day in days)
    assert week.gaps.found == sum(day.gaps.found for day in days)


async def test_an_empty_day_is_a_valid_report_that_says_so() -> None:
    reporter = Reporter(
        MemoryHistory(Memory()), a_world(), TargetSettings(), "UTC", FakeClock(DAY_START_MS + 2 * DAY_MS)
    )
    report = await reporter.report(DAILY, DATE)
    assert report.known_from_ms is None
    assert report.not_known[0].startswith("nothing was counted")
    assert set(msgspec.structs.asdict(report.figures).values()) == {None}
    assert (report.alerts.fired, report.gaps.found, report.jobs, report.signals.given) == (0, 0, (), 0)
    assert {one.met for one in report.targets} == {None}


async def test_a_day_whose_beginning_is_not_known_says_since_when_it_is(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    began_ms = DAY_START_MS + 10 * HOUR_MS
    write_day(path, begins_ms=began_ms)
    report = await the_day(path)
    assert report.known_from_ms == began_ms
    assert "counting began at 2026-09-21 10:00:00" in report.not_known[0]
    assert any("of 5 instruments the beginning" in words for words in report.not_known)
    first = next(one for one in report.instruments if one.subject == NAMES[0])
    assert first.bars_due is not None
    assert 14 * 60 - 5 <= first.bars_due <= 14 * 60
    assert report.figures.uptime_pct == pytest.approx(
        100 * (report.figures.minutes_with_data or 0) / (14 * 60), abs=0.001
    )


async def test_a_day_on_which_no_engine_ran_was_not_up(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    async with a_reporter(path, DAY_START_MS + 9 * DAY_MS) as reporter:
        report = await reporter.report(DAILY, "2026-09-24")
    assert (report.figures.uptime_pct, report.figures.coverage_pct) == (0.0, 0.0)
    assert report.figures.ticks is None


async def test_a_day_that_is_not_over_is_judged_up_to_now(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    report = await the_day(path, DAY_START_MS + 6 * HOUR_MS + 15_000)
    assert not report.is_over
    assert {one.bars_due for one in report.instruments} == {360}
    assert "the end: the period is not over" in report.not_known


async def test_what_was_counted_and_is_not_stored_yet_goes_before_what_is(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    before = (await the_day(path)).figures.ticks
    newer = (
        Tally(MINUTE_MS, DAY_START_MS, "", '{"ticks":1000000}'),
        Tally(MINUTE_MS, DAY_START_MS - MINUTE_MS, "", '{"ticks":7}'),
    )
    after = (await the_day(path, not_stored_yet=lambda: newer)).figures.ticks
    assert before is not None
    assert after is not None
    assert 999_950 <= after - before <= 1_000_000


async def test_minutes_out_of_session_are_not_due(tmp_path: Path) -> None:
    def eight_hours(_market: str, start_ms: int, end_ms: int) -> int:
        opens_ms = DAY_START_MS + 8 * HOUR_MS
        return max(0, min(end_ms, opens_ms + 8 * HOUR_MS) - max(start_ms, opens_ms))

    path = tmp_path / "h.db"
    write_day(path)
    report = await the_day(path, open_ms=eight_hours)
    assert {one.bars_due for one in report.instruments} == {480}


async def test_where_sessions_or_feeds_are_not_known_no_coverage_is_claimed(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    nothing: Callable[[str, int, int], int] = lambda *_: 0  # noqa: E731
    without_feeds = PipelineState([an_instrument(name) for name in NAMES])
    for world in ({"open_ms": nothing}, {"state": without_feeds}):
        report = await the_day(path, **world)
        assert report.figures.coverage_pct is None
        assert {one.coverage_pct for one in report.instruments} == {None}


async def test_by_the_clock_of_another_desk_the_day_is_another(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    write_day(path)
    async with a_reporter(path, DAY_START_MS + 2 * DAY_MS, "Asia/Kolkata") as reporter:
        report = await reporter.report(DAILY, DATE)
    assert report.from_ms == DAY_START_MS - 5 * HOUR_MS - HOUR_MS // 2
    assert any("half hours" in words for words in report.not_known)


async def test_a_date_still_to_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoPeriod):
        await the_day(tmp_path / "h.db", DAY_START_MS - DAY_MS)
