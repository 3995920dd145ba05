"""Jobs run at their turns, once at a time, and do what their operator asks."""

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.commands import ControlJob, JobAction, RemoveJob, SaveJob, TriggerJob
from rtp_tui.model.errors import BadRequest, Failed, Unavailable, UnknownJob
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobRemoved, JobState, JobStatus, Progress
from rtp_tui.scheduling.settings import JobSettings, MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from tests.factories import NOW_MS, an_instrument
from tests.fakes import FakeClock, settle
from tests.scheduled import Scheduled, a_job

DAY_MS = 86_400_000


def at(text: str) -> int:
    """UTC, as `2026-03-06 14:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def control(job: str, action: JobAction) -> ControlJob:
    return ControlJob(job=job, action=action)


# --- turns


async def test_a_job_runs_an_interval_apart_and_says_when_next() -> None:
    async with Scheduled(a_job()).running() as it:
        await it.clock.advance(45)
        times = it.work.times("work")
        status = it.status("work")

    assert [round(later - earlier, 6) for earlier, later in itertools.pairwise(times)] == [10.0] * (
        len(times) - 1
    )
    assert len(times) == 4 or len(times) == 5
    assert status.next_run_ms == pytest.approx(NOW_MS + (times[-1] + 10 - 1000) * 1000, abs=2)
    assert (status.runs, status.successes, status.schedule) == (len(times), len(times), "every 10 s")
    assert status.last_outcome is JobOutcome.SUCCEEDED


async def test_a_cron_job_runs_at_its_time_of_day() -> None:
    clock = FakeClock(at("2026-03-07 04:00"))
    job = a_job(cron="30 2 * * *", timezone="America/New_York")
    async with Scheduled(job, clock=clock).running() as it:
        await it.clock.advance(3 * 86_400)
        began = [datetime.fromtimestamp(run.started_ms / 1000, UTC) for run in it.runs("work")]

    # On 2026-03-08 New York has no 02:30.
    assert [f"{run:%d %H:%M}" for run in began] == ["07 07:30", "08 07:00", "09 06:30"]


async def test_a_job_runs_after_each_close_of_its_market() -> None:
    hours = MarketSettings(timezone="America/New_York", open="09:30", close="16:00")
    clock = FakeClock(at("2026-03-06 14:00"))
    calendar = TradingCalendar({"ny": hours})
    async with Scheduled(a_job(after_close="ny"), clock=clock, calendar=calendar).running() as it:
        await it.clock.advance(4 * 86_400)
        began = [datetime.fromtimestamp(run.started_ms / 1000, UTC) for run in it.runs("work")]

    assert [f"{run:%d %H:%M}" for run in began] == ["06 21:00", "09 20:00"]


async def test_a_close_that_becomes_known_later_is_not_forgotten() -> None:
    clock = FakeClock(at("2026-03-06 14:00"))
    calendar = Switchable()
    async with Scheduled(a_job(after_close="ny"), clock=clock, calendar=calendar).running() as it:
        assert it.status("work").next_run_ms is None
        await it.clock.advance(600)
        calendar.inner = TradingCalendar({"ny": MarketSettings(open="09:00", close="16:00")})
        await it.clock.advance(120)
        told = [said for said in it.said if isinstance(said, JobStatus) and said.id == "work"]
        assert told[-1].next_run_ms == pytest.approx(at("2026-03-06 16:00"), abs=60_000)
        await it.clock.advance(2 * 3600)

        assert it.status("work").runs == 1


class Switchable(TradingCalendar):
    """A calendar that comes to know its markets."""

    def __init__(self) -> None:
        super().__init__({})
        self.inner = TradingCalendar({})

    def session(self, market: str, now_ms: int):  # type: ignore[no-untyped-def]
        return self.inner.session(market, now_ms)


async def test_lateness_is_from_when_a_run_was_due_to_when_it_began() -> None:
    async with Scheduled(a_job("one"), a_job("two"), max_running=1).running() as it:
        it.work.takes_s = 20
        await it.clock.advance(35)
        late = [it.status(job).lateness_ms.last for job in ("one", "two")]

    assert min(filter(None, late)) > 0 or 0.0 in late
    assert max(value or 0.0 for value in late) > 5_000


# --- the market's hours


OFFICE = MarketSettings(timezone="UTC", open="09:00", close="17:00")
IBM = an_instrument("stocks:IBM", market="office")
COIN = an_instrument("crypto:BTC", market="24x7")


@pytest.mark.parametrize(
    ("moment", "interval_s"),
    [("2026-03-06 10:00", 60), ("2026-03-06 18:00", 180), ("2026-03-07 10:00", 300)],
)
async def test_a_markets_hours_stretch_the_interval(moment: str, interval_s: int) -> None:
    job = a_job(interval_ms=60_000, instruments=("stocks:*",))
    calendar = TradingCalendar({"office": OFFICE})
    clock = FakeClock(at(moment))
    async with Scheduled(job, clock=clock, calendar=calendar, instruments=(IBM,)).running() as it:
        await it.clock.advance(1000)
        times = it.work.times("work")
        status = it.status("work")

    assert {round(later - earlier) for earlier, later in itertools.pairwise(times)} == {interval_s}
    assert (status.interval_ms, status.effective_interval_ms) == (60_000, interval_s * 1000)
    assert status.market == "office"


async def test_a_job_does_not_sleep_past_the_open() -> None:
    job = a_job(interval_ms=60_000, instruments=("stocks:*",))
    clock = FakeClock(at("2026-03-06 08:50"))
    calendar = TradingCalendar({"office": OFFICE})
    async with Scheduled(job, clock=clock, calendar=calendar, instruments=(IBM,)).running() as it:
        await it.clock.advance(1000)
        times = [at_s - 1000 - 600 for at_s in it.work.times("work")]

    first_after_open = min(at_s for at_s in times if at_s >= 0)
    assert first_after_open <= 60


async def test_a_run_is_of_those_instruments_whose_market_needs_it() -> None:
    job = a_job(interval_ms=60_000, instruments=("*",))
    clock = FakeClock(at("2026-03-06 18:00"))
    calendar = TradingCalendar({"office": OFFICE})
    async with Scheduled(job, clock=clock, calendar=calendar, instruments=(IBM, COIN)).running() as it:
        await it.clock.advance(190)
        asked = [settings.instruments for settings in it.work.settings]
        run = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work")))
        await settle()
        await run
        by_hand = it.work.settings[-1].instruments

    assert asked == [("*",), ("crypto:BTC",), ("crypto:BTC",), ("*",)]
    assert by_hand == ("*",)


# --- runs


async def test_a_run_that_takes_longer_than_its_interval_skips_turns_and_never_overlaps() -> None:
    async with Scheduled(a_job(timeout_ms=10_000)).running() as it:
        it.work.takes_s = 9.9
        await it.clock.advance(40)
        assert it.status("work").skipped == 0
    async with Scheduled(a_job("one"), a_job("two"), max_running=1).running() as it:
        it.work.takes_s = 9.9
        await it.clock.advance(100)
        skipped = sum(it.status(job).skipped for job in ("one", "two"))

    assert it.work.overlaps == 0
    assert skipped > 5
    assert JobOutcome.SKIPPED in it.outcomes("one") + it.outcomes("two")


async def test_a_run_that_takes_too_long_is_timed_out() -> None:
    async with Scheduled(a_job(timeout_ms=2_000)).running() as it:
        it.work.takes_s = 5
        await it.clock.advance(15)
        status = it.status("work")

    assert set(it.outcomes("work")) == {JobOutcome.TIMED_OUT}
    assert status.failures == len(it.outcomes("work"))
    assert status.last_error == "took longer than 2 s"


async def test_a_run_that_fails_is_tried_again_after_a_growing_wait() -> None:
    job = a_job(max_retries=2, interval_ms=60_000)
    async with Scheduled(job).running() as it:
        it.work.failures = [RuntimeError("one"), RuntimeError("two")]
        await it.clock.advance(30)
        times = it.work.times("work")
        [run] = it.runs("work")

    assert [round(later - earlier, 3) for earlier, later in itertools.pairwise(times)] == [0.5, 1.0]
    assert (run.outcome, run.attempts, run.error) == (JobOutcome.SUCCEEDED, 3, None)


async def test_a_run_fails_with_the_last_error_once_its_retries_are_spent() -> None:
    async with Scheduled(a_job(max_retries=1, interval_ms=60_000)).running() as it:
        it.work.failures = [RuntimeError("one"), RuntimeError("two\x1b[2J")]
        await it.clock.advance(30)
        [run] = it.runs("work")

    assert (run.outcome, run.attempts) == (JobOutcome.FAILED, 2)
    assert run.error is not None
    assert run.error.startswith("two")
    assert "\x1b" not in run.error
    assert it.status("work").last_error == run.error


async def test_a_bug_in_a_job_leaves_its_traceback_in_the_log_and_what_a_provider_did_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Scheduled(a_job(max_retries=0, interval_ms=10_000)).running() as it:
        it.work.failures = [RuntimeError("no route"), KeyError("price")]
        await it.clock.advance(30)

    [logged] = caplog.records
    assert logged.getMessage() == "job work failed"
    assert logged.exc_info is not None
    assert isinstance(logged.exc_info[1], KeyError)


async def test_what_cannot_pass_is_not_tried_again() -> None:
    job = a_job(max_retries=5, interval_ms=60_000)

    def may_pass(error: Exception) -> bool:
        return not isinstance(error, PermissionError)

    async with Scheduled(job, is_retryable=may_pass).running() as it:
        it.work.failures = [PermissionError("denied")]
        await it.clock.advance(30)
        [run] = it.runs("work")

    assert (run.outcome, run.attempts) == (JobOutcome.FAILED, 1)


async def test_a_run_whose_time_is_over_while_it_waits_to_try_again_says_what_failed() -> None:
    async with Scheduled(a_job(max_retries=5, timeout_ms=2_000)).running() as it:
        it.work.failures = [RuntimeError("no answer")] * 3
        await it.clock.advance(9)
        [run] = it.runs("work")

    assert (run.outcome, run.error) == (JobOutcome.TIMED_OUT, "took longer than 2 s; before that: no answer")


async def test_a_clock_that_is_set_forward_is_noticed_within_a_minute() -> None:
    clock = FakeClock(at("2026-03-06 02:00"))
    async with Scheduled(a_job(cron="0 8 * * *"), clock=clock).running() as it:
        await it.clock.advance(10)
        it.clock.step(6 * 3600 - 10)
        await it.clock.advance(61)

        assert it.status("work").runs == 1
        assert 0 <= (it.status("work").lateness_ms.last or 0) <= 61_000


async def test_a_runners_own_timeout_error_is_a_failure_like_any_other() -> None:
    async with Scheduled(a_job(interval_ms=60_000)).running() as it:
        it.work.failures = [TimeoutError()]
        await it.clock.advance(30)

    assert it.outcomes("work") == [JobOutcome.FAILED]
    assert it.status("work").last_error == "TimeoutError"


async def test_progress_is_shown_while_a_run_goes_on_and_kept_with_its_end() -> None:
    async with Scheduled(a_job()).running() as it:
        it.work.takes_s = 3
        await it.clock.advance(10)
        shown = [said.progress for said in it.said if isinstance(said, JobStatus) and said.progress]

    assert Progress(0, 2) in shown
    assert it.runs("work")[0].progress == Progress(2, 2)
    assert it.status("work").progress == Progress(2, 2)


async def test_few_run_at_once_and_the_urgent_go_first() -> None:
    ranks = {"low": Priority.LOW, "medium": Priority.MEDIUM, "high": Priority.HIGH}
    jobs = [
        a_job(f"{rank}-{number}", priority=priority, interval_ms=500_000)
        for number in range(4)
        for rank, priority in ranks.items()
    ]
    async with Scheduled(*jobs, max_running=2).running() as it:
        it.work.takes_s = 20
        await it.clock.advance(10)  # all are due by now, and two of them run
        first = len(it.work.began)
        await it.clock.advance(200)

    assert it.work.most_running == 2
    later = [job.partition("-")[0] for job, _ in it.work.began[first:12]]
    assert later == sorted(later, key=["high", "medium", "low"].index)


# --- by hand


async def test_a_trigger_runs_now_and_answers_how_it_ended() -> None:
    async with Scheduled(a_job(interval_ms=3_600_000)).running() as it:
        await it.clock.advance(20)
        it.work.takes_s = 2
        asked = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work")))
        await it.clock.advance(1)
        assert not asked.done()
        assert it.status("work").state is JobState.RUNNING
        await it.clock.advance(1)
        run = await asked

    assert (run.outcome, run.triggered) == (JobOutcome.SUCCEEDED, True)
    assert run.ended_ms - run.started_ms == 2000


async def test_a_job_that_runs_is_not_run_twice_but_waited_for() -> None:
    async with Scheduled(a_job(interval_ms=3_600_000)).running() as it:
        it.work.takes_s = 4
        asked = [asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work"))) for _ in range(3)]
        await it.clock.advance(5)
        runs = [await answer for answer in asked]

    assert runs[0] == runs[1] == runs[2]
    assert len(it.work.times("work")) <= 2


async def test_one_who_no_longer_waits_does_not_end_the_run() -> None:
    async with Scheduled(a_job(interval_ms=3_600_000)).running() as it:
        it.work.takes_s = 4
        asked = [asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work"))) for _ in range(2)]
        await it.clock.advance(1)
        asked[0].cancel()
        await it.clock.advance(5)

        assert (await asked[1]).outcome is JobOutcome.SUCCEEDED


@pytest.mark.parametrize("action", [JobAction.PAUSE, JobAction.DISABLE])
async def test_a_job_that_is_paused_or_disabled_runs_by_hand_only(action: JobAction) -> None:
    async with Scheduled(a_job()).running() as it:
        done = await it.scheduler.control(control("work", action))
        await it.clock.advance(100)
        assert it.work.began == []
        assert it.status("work").next_run_ms is None

        run = await it.scheduler.trigger(TriggerJob(job="work"))

    assert run.outcome is JobOutcome.SUCCEEDED
    assert done.affected == ("work",)
    assert it.status("work").state.value in done.message


@pytest.mark.parametrize(
    ("stop", "go"), [(JobAction.PAUSE, JobAction.RESUME), (JobAction.DISABLE, JobAction.ENABLE)]
)
async def test_a_job_that_is_let_go_on_runs_again_without_making_up_for_anything(
    stop: JobAction, go: JobAction
) -> None:
    async with Scheduled(a_job()).running() as it:
        await it.scheduler.control(control("work", stop))
        await it.clock.advance(1000)
        await it.scheduler.control(control("work", go))
        await it.clock.advance(10)

    assert it.status("work").runs == 1
    assert it.status("work").missed == 0


async def test_a_run_can_be_cancelled() -> None:
    async with Scheduled(a_job(interval_ms=3_600_000)).running() as it:
        it.work.takes_s = 60
        asked = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work")))
        await it.clock.advance(1)
        done = await it.scheduler.control(control("work", JobAction.CANCEL))
        run = await asked
        nothing = await it.scheduler.control(control("work", JobAction.CANCEL))

    assert run.outcome is JobOutcome.CANCELLED
    assert done.message == "the run of work is cancelled"
    assert nothing.message == "work is not running"
    assert it.status("work").state is JobState.IDLE


async def test_a_run_that_waits_for_its_place_can_be_cancelled_too() -> None:
    async with Scheduled(a_job("one"), a_job("two"), max_running=1).running() as it:
        it.work.takes_s = 5
        asked = [asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job=job))) for job in ("one", "two")]
        await settle()
        await it.scheduler.control(control("two", JobAction.CANCEL))
        waited = await asked[1]
        await it.clock.advance(6)

        assert (await asked[0]).outcome is JobOutcome.SUCCEEDED
        assert waited.outcome is JobOutcome.CANCELLED


async def test_a_run_that_is_cancelled_at_once_leaves_its_place() -> None:
    async with Scheduled(a_job(), max_running=1).running() as it:
        asked = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work")))
        stopped = asyncio.ensure_future(it.scheduler.control(control("work", JobAction.CANCEL)))
        await settle()

        assert (await asked).outcome is JobOutcome.CANCELLED
        assert (await stopped).affected == ("work",)
        assert (await it.scheduler.trigger(TriggerJob(job="work"))).outcome is JobOutcome.SUCCEEDED


async def test_a_restart_cancels_the_run_and_begins_another() -> None:
    async with Scheduled(a_job(interval_ms=3_600_000)).running() as it:
        it.work.takes_s = 60
        first = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="work")))
        await it.clock.advance(1)
        it.work.takes_s = 0
        run = await it.scheduler.trigger(TriggerJob(job="work", restart=True))

    assert (await first).outcome is JobOutcome.CANCELLED
    assert run.outcome is JobOutcome.SUCCEEDED
    assert it.work.overlaps == 0


async def test_stopping_the_scheduler_cancels_what_runs_and_what_waits() -> None:
    it = Scheduled(a_job("one"), a_job("two"), max_running=1)
    async with it.running():
        it.work.takes_s = 60
        asked = [asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job=job))) for job in ("one", "two")]
        await it.clock.advance(1)

    assert [(await answer).outcome for answer in asked] == [JobOutcome.CANCELLED] * 2
    assert it.work.running == []
    with pytest.raises(Unavailable, match="stopped"):
        await it.scheduler.trigger(TriggerJob(job="one"))


async def test_a_scheduler_can_be_run_again() -> None:
    it = Scheduled(a_job())
    async with it.running():
        await it.clock.advance(25)
    before = it.status("work").runs
    await it.clock.advance(1000)
    async with it.running():
        await it.clock.advance(25)

    assert it.status("work").runs > before
    assert it.status("work").missed == 1


# --- adding, changing, removing


async def test_a_job_can_be_added_changed_and_removed_and_that_is_remembered() -> None:
    async with Scheduled().running() as it:
        added = await it.scheduler.save(SaveJob(id="mine", adds=True, kind="filings", interval_ms=5_000))
        await it.clock.advance(20)
        changed = await it.scheduler.save(SaveJob(id="mine", cron="0 6 * * *", timezone="Asia/Kolkata"))
        remembered = it.remembered[-1]
        done = await it.scheduler.remove(RemoveJob(job="mine"))

    assert (added.schedule, added.removable, added.enabled) == ("every 5 s", True, True)
    assert len(it.work.times("mine")) >= 3
    assert (changed.schedule, changed.interval_ms) == ("0 6 * * * Asia/Kolkata", None)
    assert remembered == (JobSettings(id="mine", kind="filings", cron="0 6 * * *", timezone="Asia/Kolkata"),)
    assert it.remembered[-1] == ()
    assert done.affected == ("mine",)
    assert JobRemoved(id="mine") in it.said
    with pytest.raises(UnknownJob):
        await it.scheduler.remove(RemoveJob(job="mine"))


async def test_what_is_remembered_makes_the_same_jobs_at_the_next_start() -> None:
    async with Scheduled(a_job()).running() as it:
        await it.scheduler.save(SaveJob(id="mine", adds=True, kind="filings", interval_ms=5_000))
        await it.scheduler.save(SaveJob(id="work", interval_ms=20_000))
        await it.scheduler.control(control("work", JobAction.DISABLE))
        before = [replace(status, next_run_ms=None) for status in it.scheduler.statuses()]
        again = Scheduled(a_job(), changes=it.remembered[-1])

    after = [
        replace(status, next_run_ms=None, effective_interval_ms=None) for status in again.scheduler.statuses()
    ]
    assert after == [replace(status, effective_interval_ms=None) for status in before]
    assert again.status("work").state is JobState.DISABLED


async def test_a_job_of_the_configuration_can_only_be_disabled() -> None:
    async with Scheduled(a_job()).running() as it:
        with pytest.raises(BadRequest, match="disable it instead"):
            await it.scheduler.remove(RemoveJob(job="work"))


async def test_removing_a_job_ends_its_run() -> None:
    async with Scheduled().running() as it:
        await it.scheduler.save(SaveJob(id="mine", adds=True, kind="filings", interval_ms=60_000))
        it.work.takes_s = 50
        asked = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="mine")))
        await it.clock.advance(1)
        await it.scheduler.remove(RemoveJob(job="mine"))

        assert (await asked).outcome is JobOutcome.CANCELLED
        assert isinstance(it.said[-1], JobRemoved)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": "Bad Id!"}, "id: "),
    ({"id": "work"}, "id: there is a job work already"),
    ({"kind": "filing"}, "kind: filing is not one of filings"),
    ({"kind": None}, "kind: nothing is not one of"),
    ({"interval_ms": 0}, "interval_ms: 0 is not between"),
    ({"interval_ms": -5}, "interval_ms: "),
    ({"interval_ms": 10**15}, "interval_ms: "),
    ({"interval_ms": None}, "interval_ms: a job has one schedule, this has none"),
    ({"cron": "0 6 * * *"}, "cron: a job has one schedule"),
    ({"interval_ms": None, "cron": "often"}, "cron: "),
    ({"interval_ms": None, "cron": "61 * * * *"}, "cron: "),
    ({"interval_ms": None, "cron": "0 0 31 2 *"}, "cron: "),
    ({"interval_ms": None, "cron": "0 6 * * *", "timezone": "Mars/Base"}, "timezone: "),
    ({"interval_ms": None, "cron": "0 6 * * *", "timezone": "../../etc"}, "timezone: "),
    ({"interval_ms": None, "after_close": ""}, "after_close: "),
    ({"interval_ms": None, "after_close": "24x7"}, "after_close: "),
    ({"timeout_ms": 6_000}, "timeout_ms: 6 s is longer than the interval of 5 s"),
    ({"timeout_ms": 0}, "timeout_ms: "),
    ({"max_retries": -1}, "max_retries: "),
    ({"max_retries": 10**6}, "max_retries: "),
    ({"instruments": ("crypto:NONE",)}, 'instruments: "crypto:NONE" names no instrument'),
    ({"instruments": ("forex:*",)}, "instruments: "),
]


@pytest.mark.parametrize(("fields", "words"), BAD)
async def test_what_cannot_be_a_job_is_refused_by_the_name_of_its_field(
    fields: dict[str, Any], words: str
) -> None:
    good: dict[str, Any] = {"id": "mine", "adds": True, "kind": "filings", "interval_ms": 5_000}
    async with Scheduled(a_job()).running() as it:
        with pytest.raises(BadRequest) as refused:
            await it.scheduler.save(SaveJob(**{**good, **fields}))

    assert refused.value.message.startswith(words)
    assert it.remembered == []
    assert [status.id for status in it.scheduler.statuses()] == ["sec-filings", "work"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "filing"},
        {"interval_ms": 0},
        {"cron": "often"},
        {"cron": "0 6 * * *", "interval_ms": 5_000},
        {"after_close": "24x7"},
        {"timezone": "Mars/Base"},
        {"timeout_ms": 6_000},
        {"max_retries": -1},
        {"instruments": ("crypto:NONE",)},
    ],
)
async def test_a_change_that_would_make_no_job_leaves_it_as_it_was(change: dict[str, Any]) -> None:
    async with Scheduled(a_job(interval_ms=5_000)).running() as it:
        before = it.status("work")
        with pytest.raises(BadRequest, match=next(iter(change))):
            await it.scheduler.save(SaveJob(id="work", **change))

        assert it.status("work") == before
        assert it.remembered == []


@pytest.mark.parametrize(("fields", "words"), [row for row in BAD if "id" not in row[0]])
def test_a_configured_job_that_cannot_run_is_listed_with_the_reason(
    fields: dict[str, Any], words: str
) -> None:
    it = Scheduled(replace(a_job(interval_ms=5_000), **fields))

    status = it.status("work")
    assert (status.state, status.enabled) == (JobState.DISABLED, False)
    assert status.last_error is not None
    assert status.last_error.startswith(words)


async def test_a_configured_job_that_cannot_run_does_not_until_it_is_mended() -> None:
    async with Scheduled(a_job(interval_ms=0)).running() as it:
        await it.clock.advance(100)
        with pytest.raises(BadRequest, match="interval_ms"):
            await it.scheduler.trigger(TriggerJob(job="work"))
        with pytest.raises(BadRequest, match="interval_ms"):
            await it.scheduler.control(control("work", JobAction.ENABLE))
        assert it.work.began == []

        mended = await it.scheduler.save(SaveJob(id="work", interval_ms=5_000))
        await it.clock.advance(6)

    assert mended.enabled
    assert it.status("work").runs >= 1


async def test_commands_on_unknown_jobs_are_refused() -> None:
    async with Scheduled().running() as it:
        for refused in (
            it.scheduler.trigger(TriggerJob(job="nope")),
            it.scheduler.control(control("nope", JobAction.PAUSE)),
            it.scheduler.save(SaveJob(id="nope", interval_ms=1000)),
            it.scheduler.remove(RemoveJob(job="nope")),
        ):
            with pytest.raises(UnknownJob, match="nope"):
                await refused


# --- time that nobody saw


async def test_a_suspend_makes_no_burst_and_counts_once() -> None:
    jobs = [a_job(f"job-{number}", interval_ms=1_000) for number in range(50)]
    async with Scheduled(*jobs).running() as it:
        await it.clock.advance(10)
        before = len(it.work.began)
        it.clock.step(3600)  # the wall clock went on, the monotonic one stood still
        await it.clock.advance(2)

    assert len(it.work.began) - before <= 2 * 50 + 50
    assert {it.status(job.id).missed for job in jobs} == {1}


async def test_a_stopped_process_makes_no_burst_and_counts_once() -> None:
    jobs = [a_job(f"job-{number}", interval_ms=1_000) for number in range(50)]
    async with Scheduled(*jobs).running() as it:
        await it.clock.advance(10)
        before = len(it.work.began)
        it.clock.freeze(60)
        await it.clock.advance(1.0)

    assert len(it.work.began) - before <= 2 * 50
    assert {it.status(job.id).missed for job in jobs} <= {0, 1}
    assert sum(it.status(job.id).missed for job in jobs) > 40


async def test_a_turn_that_an_earlier_run_did_not_see_is_missed_once_and_made_up_for_once() -> None:
    clock = FakeClock(at("2026-03-06 08:00"))
    it = Scheduled(a_job(cron="0 3 * * *"), clock=clock)
    it.scheduler.restore([replace(it.status("work"), next_run_ms=at("2026-03-06 03:00"))])
    async with it.running():
        await it.clock.advance(3600)
        status = it.status("work")

    assert (status.missed, status.runs) == (1, 1)
    assert status.next_run_ms == at("2026-03-07 03:00")


async def test_a_clock_that_is_set_back_an_hour_does_not_repeat_a_turn() -> None:
    clock = FakeClock(at("2026-03-06 02:50"))
    async with Scheduled(a_job(cron="0 3 * * *"), clock=clock).running() as it:
        await it.clock.advance(1200)
        it.clock.step(-3600)
        await it.clock.advance(7200)

        assert it.status("work").runs == 1
        assert it.status("work").next_run_ms == at("2026-03-07 03:00")


async def test_nothing_is_said_of_a_job_after_it_was_removed() -> None:
    async with Scheduled().running() as it:
        await it.scheduler.save(SaveJob(id="mine", adds=True, kind="filings", interval_ms=60_000))

        async def stubborn() -> None:
            try:
                await it.clock.sleep(100)
            except asyncio.CancelledError:
                await it.clock.sleep(20)

        it.work.hook = stubborn
        asked = asyncio.ensure_future(it.scheduler.trigger(TriggerJob(job="mine")))
        await it.clock.advance(1)
        removed = asyncio.ensure_future(it.scheduler.remove(RemoveJob(job="mine")))
        await it.clock.advance(30)
        with pytest.raises(Failed, match="did not end within 5 s"):
            await removed
        await asked

    last = max(number for number, said in enumerate(it.said) if isinstance(said, JobRemoved))
    assert not [said for said in it.said[last:] if isinstance(said, JobStatus)]


async def test_statistics_go_on_over_a_restart() -> None:
    it = Scheduled(a_job())
    async with it.running():
        it.work.takes_s = 2
        await it.clock.advance(35)
        it.work.failures = [RuntimeError("no")]
        await it.clock.advance(10)
    before = it.status("work")
    again = Scheduled(a_job(), clock=FakeClock((before.last_run_ms or 0) + 3_600_000))
    again.scheduler.restore([before, replace(before, id="gone")])

    assert replace(again.status("work"), effective_interval_ms=10_000) == before
    async with again.running():
        await again.clock.advance(1)
        assert again.status("work").missed == before.missed + 1
        await again.clock.advance(20)

    assert again.status("work").runs == before.runs + 2


@given(
    st.lists(st.integers(500, 30_000), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.sampled_from(("wait", "step", "freeze")), st.floats(0, 90), st.floats(-7200, 90_000)),
        min_size=1,
        max_size=8,
    ),
    st.floats(0, 3),
)
@settings(max_examples=20, deadline=None)
def test_whatever_the_clocks_do_runs_never_overlap_burst_or_are_early(
    intervals: list[int], events: list[tuple[str, float, float]], takes_s: float
) -> None:
    jobs = [a_job(f"job-{number}", interval_ms=ms) for number, ms in enumerate(intervals)]
    jobs.append(a_job("daily", cron="*/10 * * * *"))

    async def live() -> Scheduled:
        async with Scheduled(*jobs).running() as it:
            it.work.takes_s = takes_s
            for event, seconds, step_s in events:
                if event == "step":
                    it.clock.step(step_s)
                elif event == "freeze":
                    it.clock.freeze(seconds)
                await it.clock.advance(min(seconds, 10))
        return it

    it = asyncio.run(live())
    assert it.work.overlaps == 0
    for number, interval_ms in enumerate(intervals):
        times = it.work.times(f"job-{number}")
        # A turn that is late is followed by the next on time: two may be close, three may not.
        gaps = [later - earlier for earlier, later in zip(times, times[2:], strict=False)]
        assert all(gap >= interval_ms / 1000 - 1e-6 for gap in gaps)
    assert len(it.work.times("daily")) <= 2 * len(events)
    for said in it.said:
        if isinstance(said, JobStatus):
            assert (said.lateness_ms.last or 0) >= 0
            assert (said.duration_ms.last or 0) >= 0
