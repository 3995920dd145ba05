"""`rtp-tui verify`: looks at every part of an engine and says what is wrong and how to mend it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.breakers import BreakerPage
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.job_lines import JobPage
from rtp_tui.cli.options import GlobalOptions, global_options, json_option, loaded
from rtp_tui.cli.output import table, verdict
from rtp_tui.cli.verification import Check, Disk, Found, Level, verified, worst
from rtp_tui.clock import SystemClock
from rtp_tui.server.bodies import HealthBody, QuoteBody
from rtp_tui.server.overview import StatsBody, StatusBody
from rtp_tui.text import safe

if TYPE_CHECKING:
    from rtp_tui.cli.engine import Engine

PROGRESS_SHOWS_AFTER_S = 2.2
"""The engine tells of its store once a second."""

_EXIT_CODES = {Level.OK: 0, Level.WARNING: 1, Level.FAILURE: 2}


@click.command()
@global_options()
@json_option("Print the checks as JSON.")
@click.pass_obj
def verify(options: GlobalOptions, as_json: bool) -> int:
    """Check every part of a running engine; exit code 0 healthy, 1 warnings, 2 failures.

    Where no engine answers, what can be looked at without one: exit code 69.
    """
    from rtp_tui.cli.engine import ask  # heavy: HTTP

    try:
        checks = verified(ask(options, look))
    except CommandFailed as error:
        told = _unanswered(options, error)
        if as_json:
            print_json(told)
        elif len(told) > 1:
            print_checks(told[1:])
        if error.code == exit_codes.FAILURE:
            raise CommandFailed(str(error), _EXIT_CODES[Level.FAILURE]) from None
        raise
    if as_json:
        print_json(checks)
    else:
        print_checks(checks)
    return exit_code(checks)


def _unanswered(options: GlobalOptions, error: CommandFailed) -> list[Check]:
    """What is wrong where nothing answers; where something does but refuses, that alone."""
    reachable = Check("reachable", Level.FAILURE, str(error), "rtp-tui --serve")
    if error.code != exit_codes.UNREACHABLE:
        return [reachable]
    from rtp_tui.cli.surroundings import local_checks  # needs SQLite

    # An engine would listen at the port that was asked; a host may be another machine.
    return [reachable, *local_checks(loaded(options, without=("--host",)).settings, os.environ)]


def exit_code(checks: Sequence[Check]) -> int:
    """What the shell is told."""
    return _EXIT_CODES[worst(checks)]


async def look(engine: "Engine") -> Found:
    """Ask an engine for everything that is judged. Raises CommandFailed."""
    from rtp_tui.cli.engine import decoded  # heavy: HTTP
    from rtp_tui.cli.watching import latest

    earlier = decoded(await engine.get("/stats"), StatsBody)
    if earlier.stored is not None and earlier.stored.pending:
        await SystemClock().sleep(PROGRESS_SHOWS_AFTER_S)
    stats = decoded(await engine.get("/stats"), StatsBody)
    return Found(
        url=engine.address.url,
        own_version=__version__,
        health=decoded(await engine.get("/health"), HealthBody),
        status=decoded(await engine.get("/status"), StatusBody),
        earlier=earlier,
        stats=stats,
        quotes=tuple(decoded(bytes(quote), QuoteBody) for quote in await latest(engine, ())),
        jobs=decoded(await engine.get("/jobs"), JobPage).jobs,
        breakers=decoded(await engine.get("/breakers"), BreakerPage).breakers,
        disk=_disk_of(Path(stats.database.path)) if stats.database else None,
        set_aside=_set_aside(Path(stats.database.path)) if stats.database else (),
    )


def _disk_of(history: Path) -> Disk | None:
    try:
        usage = shutil.disk_usage(history)
    except OSError:
        return None
    return Disk(usage.free, usage.total)


def _set_aside(history: Path) -> tuple[str, ...]:
    try:
        return tuple(path.name for path in history.parent.glob(f"{history.name}.corrupt-*[0-9]"))
    except OSError:
        return ()


def print_checks(checks: Sequence[Check]) -> None:
    """One line a check; what to do stands at its end."""
    table(
        [(verdict(check.level), safe(check.name), safe(check.detail) + _hint(check)) for check in checks],
        indent="",
    )


def _hint(check: Check) -> str:
    return f"  → {safe(check.advice)}" if check.advice else ""


def print_json(checks: Sequence[Check]) -> None:
    """The verdict and all checks."""
    shown = {"status": worst(checks), "checks": checks}
    click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
