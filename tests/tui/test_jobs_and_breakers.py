"""What the panes of jobs and breakers say."""

from typing import Any

import pytest

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.jobs import JobOutcome, JobState, Progress, RunDurations
from rtp_tui.tui.cells import Tone, shown_columns
from rtp_tui.tui.durations import duration_text, interval_text
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.panes.breakers import Breakers
from rtp_tui.tui.panes.jobs import Jobs
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.scene import Scene
from tests.factories import NOW_MS, a_breaker, a_job
from tests.frozen_jobs import LIMITS
from tests.tui.scenes import a_scene, a_state


def cell(pane: Pane, scene: Scene, key: str, column: str) -> tuple[str, Tone]:
    index = [own.name for own in pane.columns].index(column)
    found = pane.row(scene, key).cells[index]
    return found.text, found.tone


def job_cell(column: str, **changes: Any) -> tuple[str, Tone]:
    return cell(Jobs(), a_scene(a_state(a_job(**changes))), "crypto-prices", column)


def breaker_cell(column: str, now_ms: int = NOW_MS, **changes: Any) -> tuple[str, Tone]:
    scene = a_scene(a_state(a_breaker(**changes)), now_ms=now_ms)
    return cell(Breakers(), scene, "coingecko/prices", column)


@pytest.mark.parametrize("state", list(JobState))
def test_every_job_state_has_a_word_and_a_glyph(state: JobState) -> None:
    assert job_cell("state", state=state)[0] == state.value
    assert job_cell("mark", state=state)[0].strip()


@pytest.mark.parametrize("outcome", list(JobOutcome))
def test_every_outcome_has_words_and_fits_its_column(outcome: JobOutcome) -> None:
    words, _ = job_cell("outcome", last_outcome=outcome)
    assert words == outcome.value.replace("_", " ")
    assert len(words) <= next(column.width for column in Jobs.columns if column.name == "outcome")


@pytest.mark.parametrize("outcome", [JobOutcome.FAILED, JobOutcome.TIMED_OUT])
def test_a_job_whose_last_run_failed_is_a_fault_by_glyph_and_word(outcome: JobOutcome) -> None:
    scene = a_scene(a_state(a_job(last_outcome=outcome, last_error="HTTP 503")))
    assert cell(Jobs(), scene, "crypto-prices", "mark") == ("✖", Tone.BAD)
    assert cell(Jobs(), scene, "crypto-prices", "note") == ("HTTP 503", Tone.WARN)
    assert Jobs().is_fault(scene, "crypto-prices")


def test_a_job_that_somebody_disabled_is_no_fault_but_one_that_cannot_run_is() -> None:
    disabled = {"state": JobState.DISABLED, "enabled": False}
    by_hand = a_scene(a_state(a_job(**disabled, last_outcome=JobOutcome.FAILED, last_error="HTTP 503")))
    misconfigured = a_scene(a_state(a_job(**disabled, last_error="cron: 99 is not an hour")))
    assert not Jobs().is_fault(by_hand, "crypto-prices")
    assert Jobs().is_fault(misconfigured, "crypto-prices")


def test_a_job_with_nothing_to_do_here_says_so_and_is_no_fault() -> None:
    resting = a_scene(a_state(a_job(state=JobState.DISABLED, enabled=False, obstacle="no stocks in dollars")))
    assert not Jobs().is_fault(resting, "crypto-prices")
    assert cell(Jobs(), resting, "crypto-prices", "note") == ("no stocks in dollars", Tone.DIM)


@pytest.mark.parametrize(
    ("interval_ms", "effective_ms", "text"),
    [
        (30_000, 30_000, "30s"),
        (60_000, 180_000, "60s→180s"),
        (60_000, None, "60s"),
        (None, None, "every 30 s"),
    ],
)
def test_a_schedule_shows_the_effective_interval_where_it_differs(
    interval_ms: int | None, effective_ms: int | None, text: str
) -> None:
    assert job_cell("schedule", interval_ms=interval_ms, effective_interval_ms=effective_ms)[0] == text


@pytest.mark.parametrize(
    ("next_run_ms", "text"),
    [
        (None, "–"),
        (NOW_MS - 5, "due"),
        (NOW_MS + 1, "1s"),
        (NOW_MS + 12_000, "10s"),
        (NOW_MS + 247_000, "4m00s"),
    ],
)
def test_the_next_run_is_counted_down(next_run_ms: int | None, text: str) -> None:
    assert job_cell("next", next_run_ms=next_run_ms)[0] == text


def test_a_running_job_tells_how_far_it_is() -> None:
    assert job_cell("progress", state=JobState.RUNNING, progress=Progress(312, 500)) == ("312/500", Tone.INFO)


def test_a_job_that_does_not_run_tells_how_far_its_last_run_came_without_claiming_to_run() -> None:
    assert job_cell("progress", progress=Progress(50, 50)) == ("50/50", Tone.DIM)


def test_durations_counts_and_lateness_are_in_the_row() -> None:
    scene = a_scene()
    wanted = {"took": "420ms", "p95": "910ms", "late": "2ms", "runs": "2.41k", "failures": "3", "age": "15s"}
    assert {column: cell(Jobs(), scene, "crypto-prices", column)[0] for column in wanted} == wanted
    assert cell(Jobs(), scene, "stock-prices", "skipped") == ("1", Tone.WARN)
    assert cell(Jobs(), scene, "daily-report", "missed") == ("2", Tone.WARN)


def test_at_120_columns_jobs_still_show_state_outcome_progress_duration_and_what_comes_next() -> None:
    names = {Jobs.columns[index].name for index, _ in shown_columns(Jobs.columns, 72)}
    assert names == {"mark", "job", "state", "progress", "outcome", "age", "took", "next", "schedule"}


def test_the_narrowest_tables_keep_name_state_and_what_comes_next() -> None:
    assert [Jobs.columns[index].name for index, _ in shown_columns(Jobs.columns, 34)] == [
        "mark", "job", "state", "next",
    ]  # fmt: skip
    assert [Breakers.columns[index].name for index, _ in shown_columns(Breakers.columns, 40)] == [
        "mark", "name", "state",
    ]  # fmt: skip


@pytest.mark.parametrize("pane", [Jobs(), Breakers()], ids=lambda pane: str(pane.name))
def test_nothing_looks_well_while_the_engine_is_not_heard(pane: Pane) -> None:
    scene = a_scene(connection=Connection.OFFLINE)
    for row in pane.rows(scene):
        assert row.cells[0].text == "?"
        assert row.cells[2].text == "unknown"
        assert {found.tone for found in row.cells} == {Tone.DIM}
    assert pane.subtitle(scene) == "not known"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BreakerState.CLOSED, "closed"),
        (BreakerState.OPEN, "open"),
        (BreakerState.HALF_OPEN, "half-open"),
        (BreakerState.FORCED_OPEN, "forced open"),
        (BreakerState.FORCED_CLOSED, "forced closed"),
    ],
)
def test_every_breaker_state_has_words_and_a_glyph(state: BreakerState, words: str) -> None:
    assert breaker_cell("state", state=state)[0] == words
    assert breaker_cell("mark", state=state)[0].strip()


def test_an_open_breaker_counts_down_to_its_probe_second_by_second() -> None:
    shown = [
        breaker_cell("state", NOW_MS + passed_ms, state=BreakerState.OPEN, next_probe_ms=NOW_MS + 23_000)[0]
        for passed_ms in (0, 1_000, 22_000, 23_000, 30_000)
    ]
    assert shown == [
        "open, probe in 23s", "open, probe in 22s", "open, probe in 1s", "open, probe due", "open, probe due",
    ]  # fmt: skip


@pytest.mark.parametrize("left_ms", [1, 59_000, 600_000, 3_599_000, 86_000_000, 259_200_000])
def test_a_countdown_is_never_cut(left_ms: int) -> None:
    words, _ = breaker_cell("state", state=BreakerState.OPEN, next_probe_ms=NOW_MS + left_ms)
    assert words.startswith("open, probe ")
    assert len(words) <= next(column.width for column in Breakers.columns if column.name == "state")


def test_a_half_open_breaker_tells_how_many_probes_are_back() -> None:
    assert breaker_cell("state", state=BreakerState.HALF_OPEN, calls=1, limits=LIMITS)[0] == "half-open 1/2"


def test_rates_calls_and_who_waits_are_in_the_row() -> None:
    scene = a_scene()
    wanted = {"failures": "5%", "slow": "0%", "calls": "20", "busy": "3/4 +2", "denied": "0", "retries": "6"}
    assert {column: cell(Breakers(), scene, "twelvedata/price", column)[0] for column in wanted} == wanted
    assert breaker_cell("failures")[0] == "–"
    assert breaker_cell("busy")[0] == "0"


def test_only_a_closed_breaker_is_no_fault() -> None:
    scene = a_scene()
    faults = [key for key in Breakers().keys(scene) if Breakers().is_fault(scene, key)]
    assert faults == ["coingecko/prices", "yahoo/chart", "binance/klines"]


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (None, "–"),
        (0.3, "0ms"),
        (999.4, "999ms"),
        (999.6, "1.0s"),
        (21_400.0, "21s"),
        (600_000.0, "10m"),
        (7.2e6, "2h"),
    ],
)
def test_durations_take_at_most_five_characters(duration_ms: float | None, text: str) -> None:
    assert duration_text(duration_ms) == text


@pytest.mark.parametrize(
    ("interval_ms", "text"),
    [(500, "0.5s"), (180_000, "180s"), (900_000, "15m"), (21_600_000, "6h"), (601_000, "601s")],
)
def test_intervals_read_as_they_are_configured(interval_ms: int, text: str) -> None:
    assert interval_text(interval_ms) == text


def test_values_of_columns_sort_by_what_they_mean() -> None:
    scene = a_scene(a_state(a_job(duration_ms=RunDurations(last=1500.0), next_run_ms=NOW_MS + 5_000)))
    assert Jobs().value(scene, "crypto-prices", "took") == 1.5
    assert Jobs().value(scene, "crypto-prices", "next") == 5.0
