"""`rtp-tui jobs`: what runs when, how it went, and orders to it."""

from collections.abc import Callable
from typing import TypeVar

import click
import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.duration import DURATION
from rtp_tui.cli.job_lines import JobPage, print_jobs, print_run
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import raw_json
from rtp_tui.cli.paths import segment
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome
from rtp_tui.server.job_bodies import RunBody

RUN_ENDS_WITHIN_S = 3600.0
"""A run has a timeout of its own; this one only ends a command that nobody will answer."""

CommandT = TypeVar("CommandT", bound=Callable[..., object])
_ID = click.argument("job", metavar="ID")


@click.group(invoke_without_command=True)
@global_options()
@json_option()
@click.pass_context
def jobs(context: click.Context, as_json: bool) -> int:
    """List the jobs of a running engine, change them, and order them about."""
    if context.invoked_subcommand is None:
        return _list(context.ensure_object(GlobalOptions), as_json=as_json)
    return exit_codes.OK


@jobs.command("list")
@global_options()
@json_option()
@click.pass_obj
def list_jobs(options: GlobalOptions, as_json: bool) -> int:
    """List all jobs: what they do, when, and how it went."""
    return _list(options, as_json=as_json)


def _list(options: GlobalOptions, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP
    from rtp_tui.clock import SystemClock

    body = ask(options, lambda engine: engine.get("/jobs"))
    if as_json:
        raw_json(body)
    else:
        print_jobs(decoded(body, JobPage).jobs, SystemClock().now_ms())
    return exit_codes.OK


def _split(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> list[str] | None:
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    return names or None


def _job_fields(command: CommandT) -> CommandT:
    """The options that say what a job is; one that is not given stays as it is."""
    for option in reversed(
        (
            click.option("--kind", help="What it does: poll, cleanup, backup, report, ..."),
            click.option(
                "--instruments", multiple=True, callback=_split, metavar="ID,...", help="Or class:*, or *."
            ),
            click.option("--interval", "interval_ms", type=DURATION, help="Run it this often."),
            click.option("--cron", metavar="EXPRESSION", help="Run it at these times."),
            click.option("--timezone", metavar="ZONE", help="Where --cron tells the time."),
            click.option("--after-close", metavar="MARKET", help="Run it when this market has closed."),
            click.option("--enabled/--disabled", default=None, help="Whether its schedule counts."),
            click.option("--max-retries", type=click.IntRange(0), help="Attempts after the first."),
            click.option("--timeout", "timeout_ms", type=DURATION, help="How long a run may take."),
            click.option("--priority", type=click.Choice([one.value for one in Priority])),
            click.option("--category", help="What it is listed under."),
        )
    ):
        command = option(command)
    return command


@jobs.command()
@global_options()
@json_option()
@_ID
@_job_fields
@click.pass_obj
def add(options: GlobalOptions, /, job: str, as_json: bool, **fields: object) -> int:
    """Add a job."""
    body = msgspec.json.encode({"id": job, **_given(fields)})
    return _saved(options, "POST", "/jobs", body, as_json=as_json)


@jobs.command("set")
@global_options()
@json_option()
@_ID
@_job_fields
@click.pass_obj
def change(options: GlobalOptions, /, job: str, as_json: bool, **fields: object) -> int:
    """Change a job in what is named."""
    given = _given(fields)
    if not given:
        raise click.UsageError("Say what to change, for example --interval 30s.")
    return _saved(options, "PATCH", _path(job), msgspec.json.encode(given), as_json=as_json)


def _given(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _saved(options: GlobalOptions, method: str, path: str, body: bytes, *, as_json: bool) -> int:
    from rtp_tui.cli.engine import decoded, order  # heavy: HTTP
    from rtp_tui.clock import SystemClock
    from rtp_tui.server.job_bodies import JobBody

    answer = order(
        options, lambda engine: engine.post(path, body) if method == "POST" else engine.patch(path, body)
    )
    if as_json:
        raw_json(answer)
    else:
        print_jobs((decoded(answer, JobBody),), SystemClock().now_ms())
    return exit_codes.OK


@jobs.command()
@global_options()
@json_option()
@_ID
@click.pass_obj
def remove(options: GlobalOptions, job: str, as_json: bool) -> int:
    """Remove a job that was added; a default job is disabled."""
    from rtp_tui.cli.answer import tell_done  # heavy: HTTP
    from rtp_tui.cli.engine import order

    return tell_done(order(options, lambda engine: engine.delete(_path(job))), as_json=as_json)


def _add_run(name: str, text: str) -> None:
    @jobs.command(name, help=text)
    @global_options()
    @json_option()
    @_ID
    @click.pass_obj
    def run(options: GlobalOptions, job: str, as_json: bool) -> int:
        from rtp_tui.cli.engine import decoded, order  # heavy: HTTP

        answer = order(options, lambda engine: engine.post(_path(job, name)), within_s=RUN_ENDS_WITHIN_S)
        ended = decoded(answer, RunBody)
        if as_json:
            raw_json(answer)
        else:
            print_run(ended)
        return exit_codes.OK if ended.outcome is JobOutcome.SUCCEEDED else exit_codes.FAILURE


def _add_control(name: str, text: str) -> None:
    @jobs.command(name, help=text)
    @global_options()
    @json_option()
    @_ID
    @click.pass_obj
    def control(options: GlobalOptions, job: str, as_json: bool) -> int:
        from rtp_tui.cli.answer import tell_done  # heavy: HTTP
        from rtp_tui.cli.engine import order

        return tell_done(order(options, lambda engine: engine.post(_path(job, name))), as_json=as_json)


def _path(job: str, action: str = "") -> str:
    return f"/jobs/{segment(job)}" + (f"/{action}" if action else "")


for _name, _text in (
    ("trigger", "Run a job now and wait for its end; exit code 0 where it succeeded."),
    ("restart", "Run a job now, and cancel a run that is under way first."),
):
    _add_run(_name, _text)

for _name, _text in (
    ("pause", "Let a job's schedule pass until it is resumed."),
    ("resume", "Go on after a pause."),
    ("cancel", "Cancel the run that is under way."),
    ("enable", "Let a job's schedule count."),
    ("disable", "Take a job off its schedule."),
):
    _add_control(_name, _text)
