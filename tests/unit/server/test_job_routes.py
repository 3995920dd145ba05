"""Jobs over HTTP, in front of a scripted engine."""

from typing import Any

import msgspec
import pytest

from rtp_tui.model.commands import ControlJob, Done, JobAction, RemoveJob, SaveJob, TriggerJob
from rtp_tui.model.errors import BadRequest, UnknownJob
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobState, JobStatus, Lateness, Progress, RunDurations
from tests.factories import NOW_MS, a_job, a_run
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.unit.server.asking import asking, read


def an_engine(*jobs: JobStatus) -> ScriptedPipeline:
    return ScriptedPipeline(a_snapshot(jobs=jobs or (a_job(),)))


class PausingEngine(ScriptedPipeline):
    """Tells of a job that it was paused, as an engine does while it carries out the order."""

    async def execute(self, command: Any) -> Any:
        self.emit(a_job(state=JobState.PAUSED))
        return Done(message="crypto-prices is paused")


async def test_a_job_has_the_fields_of_the_contract_under_their_names() -> None:
    job = a_job(
        market="24x7",
        interval_ms=30_000,
        effective_interval_ms=90_000,
        next_run_ms=NOW_MS + 5_000,
        last_run_ms=NOW_MS,
        last_outcome=JobOutcome.TIMED_OUT,
        last_error="took longer than 30 s",
        runs=9,
        successes=5,
        failures=4,
        skipped=3,
        missed=2,
        duration_ms=RunDurations(1.5, 2.5, 3.5),
        lateness_ms=Lateness(4.5, 5.5),
        progress=Progress(3, 7),
    )
    async with asking(an_engine(job)) as client:
        one, everything = read(await client.get("/jobs/crypto-prices")), read(await client.get("/jobs"))
    assert everything == {"jobs": [one], "next_cursor": None}
    assert one == {
        "id": "crypto-prices",
        "name": "Crypto prices",
        "kind": "poll",
        "category": "prices",
        "priority": "high",
        "state": "idle",
        "enabled": True,
        "schedule": "every 30 s",
        "market": "24x7",
        "interval_ms": 30_000,
        "effective_interval_ms": 90_000,
        "rate_reason": "",
        "next_run_ms": NOW_MS + 5_000,
        "last_run_ms": NOW_MS,
        "last_outcome": "timed_out",
        "last_error": "took longer than 30 s",
        "obstacle": "",
        "runs": 9,
        "successes": 5,
        "failures": 4,
        "skipped": 3,
        "missed": 2,
        "duration_ms": {"last": 1.5, "mean": 2.5, "p95": 3.5},
        "lateness_ms": {"last": 4.5, "p95": 5.5},
        "progress": {"done": 3, "expected": 7},
        "removable": False,
        "instruments": [],
        "timeout_ms": None,
    }


async def test_a_tenth_of_a_millisecond_is_as_exact_as_it_gets() -> None:
    job = a_job(duration_ms=RunDurations(0.123456, 2.25, 1e6 / 3), lateness_ms=Lateness(0.04999, None))
    async with asking(an_engine(job)) as client:
        told = read(await client.get("/jobs/crypto-prices"))
    assert told["duration_ms"] == {"last": 0.1, "mean": 2.2, "p95": 333_333.3}
    assert told["lateness_ms"] == {"last": 0.0, "p95": None}


async def test_what_a_job_has_not_done_yet_is_null() -> None:
    async with asking(an_engine()) as client:
        job = read(await client.get("/jobs/crypto-prices"))
    assert (job["last_outcome"], job["next_run_ms"], job["progress"]) == (None, None, None)
    assert job["duration_ms"] == {"last": None, "mean": None, "p95": None}


async def test_jobs_are_listed_a_page_at_a_time() -> None:
    async with asking(an_engine(*(a_job(id=name) for name in "abc"))) as client:
        first = read(await client.get("/jobs", {"limit": 2}))
        second = read(await client.get("/jobs", {"limit": 2, "cursor": first["next_cursor"]}))
    assert [[job["id"] for job in page["jobs"]] for page in (first, second)] == [["a", "b"], ["c"]]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("action", "restarts"), [("trigger", False), ("restart", True)])
async def test_triggering_and_restarting_answer_how_the_run_ended(action: str, restarts: bool) -> None:
    engine = an_engine()
    engine.answers[TriggerJob] = a_run(progress=Progress(7, 7), attempts=2, triggered=True)
    async with asking(engine) as client:
        reply = await client.post(f"/jobs/crypto-prices/{action}")
    assert reply.status == 200
    assert read(reply) == {
        "job": "crypto-prices",
        "outcome": "succeeded",
        "error": None,
        "started_ms": NOW_MS,
        "ended_ms": NOW_MS + 420,
        "duration_ms": 420,
        "progress": {"done": 7, "expected": 7},
        "attempts": 2,
        "triggered": True,
    }
    assert engine.asked == [TriggerJob(job="crypto-prices", restart=restarts)]


@pytest.mark.parametrize("action", list(JobAction))
async def test_an_order_is_accepted_and_answered_with_the_job(action: JobAction) -> None:
    engine = an_engine()
    engine.answers[ControlJob] = Done(message="so be it")
    async with asking(engine) as client:
        reply = await client.post(f"/jobs/crypto-prices/{action}")
    assert reply.status == 202
    assert (read(reply)["id"], read(reply)["message"]) == ("crypto-prices", "so be it")
    assert engine.asked == [ControlJob(job="crypto-prices", action=action)]


async def test_the_answer_to_an_order_tells_what_the_job_is_now() -> None:
    async with asking(PausingEngine(a_snapshot(jobs=(a_job(),)))) as client:
        reply = read(await client.post("/jobs/crypto-prices/pause"))
    assert (reply["state"], reply["message"]) == ("paused", "crypto-prices is paused")


async def test_a_job_is_added_with_all_that_it_can_have() -> None:
    engine = an_engine()
    engine.answers[SaveJob] = a_job(id="mine", removable=True)
    order = {
        "id": "mine",
        "kind": "poll",
        "instruments": ["crypto:*"],
        "interval_ms": 15_000,
        "cron": "*/5 * * * *",
        "timezone": "Asia/Kolkata",
        "after_close": "XNYS",
        "enabled": False,
        "max_retries": 1,
        "timeout_ms": 10_000,
        "priority": "low",
        "category": "own",
    }
    async with asking(engine) as client:
        reply = await client.post("/jobs", msgspec.json.encode(order))
    assert (reply.status, read(reply)["id"], read(reply)["removable"]) == (201, "mine", True)
    assert engine.asked == [
        SaveJob(
            id="mine",
            adds=True,
            kind="poll",
            instruments=("crypto:*",),
            interval_ms=15_000,
            cron="*/5 * * * *",
            timezone="Asia/Kolkata",
            after_close="XNYS",
            enabled=False,
            max_retries=1,
            timeout_ms=10_000,
            priority=Priority.LOW,
            category="own",
        )
    ]


async def test_a_job_is_changed_in_what_is_named_and_removed() -> None:
    engine = an_engine()
    engine.answers[SaveJob] = a_job(interval_ms=60_000)
    engine.answers[RemoveJob] = Done(message="crypto-prices is disabled: it is one of the defaults")
    async with asking(engine) as client:
        changed = await client.patch("/jobs/crypto-prices", b'{"interval_ms":60000,"cron":null}')
        removed = await client.delete("/jobs/crypto-prices")
    assert (changed.status, read(changed)["interval_ms"]) == (200, 60_000)
    assert (removed.status, "one of the defaults" in read(removed)["message"]) == (200, True)
    assert engine.asked == [SaveJob(id="crypto-prices", interval_ms=60_000), RemoveJob(job="crypto-prices")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"interval_ms":"30s"}', "interval_ms: "),
        (b'{"priority":"urgent"}', "priority: "),
        (b'{"instruments":["a",1]}', "instruments[1]: "),
        (b'{"intervall_ms":1}', "intervall_ms"),
        (b"", ""),
        (b"[]", ""),
        (b'{"id":"\xff"}', ""),
    ],
)
async def test_a_body_that_is_no_job_is_a_bad_request_that_names_the_field(body: bytes, field: str) -> None:
    engine = an_engine()
    async with asking(engine) as client:
        reply = await client.patch("/jobs/crypto-prices", body)
    problem = read(reply)
    assert (reply.status, problem["code"]) == (400, "bad_request")
    assert field in problem["detail"]
    assert engine.asked == []


async def test_a_new_job_needs_an_id() -> None:
    async with asking(an_engine()) as client:
        reply = await client.post("/jobs", b'{"kind":"poll"}')
    assert (reply.status, "`id`" in read(reply)["detail"]) == (400, True)


async def test_what_the_engine_refuses_keeps_its_code() -> None:
    engine = an_engine()
    engine.answers = dict.fromkeys((TriggerJob, ControlJob, RemoveJob), UnknownJob("no job x"))
    engine.answers[SaveJob] = BadRequest("interval: must be at least 1 s")
    async with asking(engine) as client:
        replies = [
            await client.get("/jobs/x"),
            await client.post("/jobs/x/trigger"),
            await client.post("/jobs/x/pause"),
            await client.delete("/jobs/x"),
            await client.patch("/jobs/x", b"{}"),
            await client.post("/jobs/x/explode"),
        ]
    assert [(reply.status, read(reply)["code"]) for reply in replies] == [
        (404, "unknown_job"),
        (404, "unknown_job"),
        (404, "unknown_job"),
        (404, "unknown_job"),
        (400, "bad_request"),
        (404, "not_found"),
    ]


async def test_a_read_only_server_shows_jobs_and_takes_no_orders() -> None:
    engine = an_engine()
    async with asking(engine, read_only=True) as client:
        replies = [
            await client.post("/jobs", b'{"id":"x"}'),
            await client.patch("/jobs/crypto-prices", b"{}"),
            await client.delete("/jobs/crypto-prices"),
            await client.post("/jobs/crypto-prices/trigger"),
            await client.post("/jobs/crypto-prices/pause"),
        ]
        assert (await client.get("/jobs")).status == 200
    assert {(reply.status, read(reply)["code"]) for reply in replies} == {(403, "read_only")}
    assert engine.asked == []
