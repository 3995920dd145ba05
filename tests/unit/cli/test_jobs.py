"""`rtp-tui jobs` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.job_lines import print_jobs, print_run
from rtp_tui.cli.main import run
from rtp_tui.model.commands import ControlJob, Done, JobAction, RemoveJob, SaveJob, TriggerJob
from rtp_tui.model.errors import BadRequest, UnknownJob
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobState, Progress, RunDurations
from rtp_tui.server.job_bodies import job_body, run_body
from tests.factories import NOW_MS, a_job, a_run
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("arguments", [["jobs"], ["jobs", "list"]])
def test_jobs_are_listed_one_below_the_other(arguments: list[str], capsys: Captured) -> None:
    asked = Asked(*arguments, snapshot=a_snapshot(jobs=(a_job(), a_job(id="backup", schedule="0 6 * * *"))))

    lines = capsys.readouterr().out.splitlines()
    assert asked.code == exit_codes.OK
    assert [line.split()[0] for line in lines] == ["JOB", "crypto-prices", "backup"]
    assert len({line.index(word) for line, word in zip(lines, ("WHEN", "every", "0 6"), strict=True)}) == 1


@pytest.mark.parametrize("arguments", [["jobs", "--json"], ["jobs", "list", "--json"]])
def test_json_is_the_engines_own_list(arguments: list[str], capsys: Captured) -> None:
    Asked(*arguments, snapshot=a_snapshot(jobs=(a_job(),)))

    told = json.loads(capsys.readouterr().out)
    assert (told["jobs"][0]["id"], told["next_cursor"]) == ("crypto-prices", None)


def test_a_line_tells_when_how_often_and_how_it_went(capsys: Captured) -> None:
    job = a_job(
        state=JobState.RUNNING,
        next_run_ms=NOW_MS + 12_000,
        last_run_ms=NOW_MS - 18_000,
        last_outcome=JobOutcome.FAILED,
        last_error="HTTP 503\x1b[2J",
        runs=9,
        failures=4,
        skipped=1,
        missed=2,
        duration_ms=RunDurations(last=420.0),
    )

    print_jobs((job_body(job),), NOW_MS)

    _, line = capsys.readouterr().out.splitlines()
    assert line.split() == [
        "crypto-prices", "running", "every", "30", "s", "12s", "failed", "18s", "0.4s", "9", "4", "3", "HTTP", "503",
    ]  # fmt: skip


@pytest.mark.parametrize(("action", "restarts"), [("trigger", False), ("restart", True)])
@pytest.mark.parametrize(
    ("outcome", "code"), [(JobOutcome.SUCCEEDED, exit_codes.OK), (JobOutcome.TIMED_OUT, exit_codes.FAILURE)]
)
def test_the_end_of_a_run_is_told_and_is_the_exit_code(
    action: str, restarts: bool, outcome: JobOutcome, code: int, capsys: Captured
) -> None:
    asked = Asked("jobs", action, "crypto-prices", answers={TriggerJob: a_run(outcome=outcome)})

    assert asked.code == code
    assert asked.orders == [TriggerJob(job="crypto-prices", restart=restarts)]
    assert capsys.readouterr().out == f"crypto-prices: {outcome} in 0.4s\n"


def test_a_run_tells_its_progress_its_attempts_and_its_error(capsys: Captured) -> None:
    print_run(run_body(a_run(progress=Progress(3, 7), attempts=2, error="HTTP 503")))

    assert capsys.readouterr().out == "crypto-prices: succeeded in 0.4s, 3 of 7, 2 attempts, HTTP 503\n"


@pytest.mark.parametrize("action", list(JobAction))
def test_an_order_is_given_and_its_answer_told(action: JobAction, capsys: Captured) -> None:
    asked = Asked("jobs", action, "own job?", answers={ControlJob: Done(message="so be it")})

    assert (asked.code, asked.orders) == (exit_codes.OK, [ControlJob(job="own job?", action=action)])
    assert capsys.readouterr().out == "so be it\n"


def test_a_job_is_added_with_all_that_it_can_have(capsys: Captured) -> None:
    fields = (
        "--kind poll --instruments crypto:*,stocks:TCS --instruments fx:EURUSD --interval 30s --timeout 10s"
    )
    more = "--max-retries 1 --priority low --category own --disabled"

    asked = Asked("jobs", "add", "mine", *fields.split(), *more.split(), answers={SaveJob: a_job(id="mine")})

    assert asked.code == exit_codes.OK
    assert asked.orders == [
        SaveJob(
            id="mine",
            adds=True,
            kind="poll",
            instruments=("crypto:*", "stocks:TCS", "fx:EURUSD"),
            interval_ms=30_000,
            timeout_ms=10_000,
            max_retries=1,
            priority=Priority.LOW,
            category="own",
            enabled=False,
        )
    ]
    assert capsys.readouterr().out.splitlines()[1].startswith("mine ")


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        (
            ("--cron", "0 6 * * *", "--timezone", "Asia/Kolkata"),
            {"cron": "0 6 * * *", "timezone": "Asia/Kolkata"},
        ),
        (("--after-close", "XNYS"), {"after_close": "XNYS"}),
        (("--enabled",), {"enabled": True}),
    ],
)
def test_a_job_is_changed_in_what_is_named_alone(given: tuple[str, ...], saved: dict[str, Any]) -> None:
    asked = Asked("jobs", "set", "backup", *given, answers={SaveJob: a_job(id="backup")})

    assert asked.orders == [SaveJob(id="backup", **saved)]


def test_a_job_is_removed(capsys: Captured) -> None:
    asked = Asked("jobs", "remove", "mine", "--json", answers={RemoveJob: Done(message="mine is removed")})

    assert (asked.code, asked.orders) == (exit_codes.OK, [RemoveJob(job="mine")])
    assert json.loads(capsys.readouterr().out)["message"] == "mine is removed"


@pytest.mark.parametrize(
    "arguments",
    [
        ["jobs", "set", "x"],
        ["jobs", "set", "x", "--interval", "30"],
        ["jobs", "set", "x", "--interval", "0s"],
        ["jobs", "set", "x", "--max-retries", "-1"],
        ["jobs", "add"],
        ["jobs", "trigger"],
        ["jobs", "explode", "x"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: list[str]) -> None:
    assert run(arguments) == exit_codes.USAGE


def test_a_refusal_is_told_in_the_engines_words(capsys: Captured) -> None:
    unknown = Asked("jobs", "trigger", "nope", answers={TriggerJob: UnknownJob("no job 'nope'")})
    bad = Asked("jobs", "set", "x", "--cron", "bad", answers={SaveJob: BadRequest("cron: 'bad' has 1 field")})

    assert (unknown.code, bad.code) == (exit_codes.FAILURE, exit_codes.FAILURE)
    assert capsys.readouterr().err == "rtp-tui: no job 'nope'\nrtp-tui: cron: 'bad' has 1 field\n"


ORDERS = [
    ["jobs", "trigger", "x"],
    ["jobs", "pause", "x"],
    ["jobs", "remove", "x"],
    ["jobs", "add", "x", "--kind", "poll"],
    ["jobs", "set", "x", "--disabled"],
    ["breakers", "reset", "a/b"],
    ["refresh"],
    ["stop"],
]


@pytest.mark.parametrize("arguments", ORDERS)
def test_a_read_only_server_refuses_and_the_command_says_so(arguments: list[str], capsys: Captured) -> None:
    asked = Asked(*arguments, read_only=True)

    assert (asked.code, asked.orders) == (exit_codes.NOT_ALLOWED, [])
    assert "does not take commands" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", ORDERS)
def test_a_read_only_command_line_does_not_even_ask(arguments: list[str], capsys: Captured) -> None:
    assert run([*arguments, "--read-only", "--port", "1"]) == exit_codes.NOT_ALLOWED
    assert "read_only" in capsys.readouterr().err
