"""The command line: what was asked becomes an exit code."""

import sys
from contextlib import suppress
from importlib import import_module

import click

from rtp_tui.cli import exit_codes
from rtp_tui.cli.collector import collect_as_usual
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, global_options
from rtp_tui.cli.streams import let_go
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.text import safe

COMMANDS = {
    "config": "config",
    "status": "status",
    "stats": "stats",
    "verify": "verify",
    "start": "control",
    "stop": "control",
    "restart": "control",
    "reload": "control",
    "refresh": "refresh",
    "instruments": "instruments",
    "recompute": "recompute",
    "jobs": "jobs",
    "breakers": "breakers",
    "clients": "clients",
    "cache": "cache",
    "gaps": "gaps",
    "quality": "quality",
    "portfolios": "portfolios",
    "watchlists": "watchlists",
    "movers": "movers",
    "treasury": "treasury",
    "alerts": "alerts",
    "db": "db",
    "signals": "signals",
    "backtest": "backtest",
    "drill": "drill",
    "filings": "filings",
    "incident": "incident",
    "indicators": "indicators",
    "levels": "levels",
    "report": "report",
    "export": "export",
    "chart": "chart",
    "watch": "watch",
    "web": "web",
    "record": "record",
    "replay": "replay",
    "simulate": "simulate",
    "completions": "completions",
    "token": "tokens",
}
"""Commands by name, and the file of this folder that each is in."""


class Commands(click.Group):
    """The commands, each imported when it is asked for: the console does not wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, for help and completion."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"rtp_tui.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, invoke_without_command=True)
@global_options(shown=True)
@click.option("--demo", is_flag=True, help="Run on the built-in simulated exchange: no network, no keys.")
@click.option("--serve", is_flag=True, help="Run without a console, with REST and WebSocket.")
@click.option("--connect", metavar="URL", help="Attach the console to a running server.")
@click.pass_context
def rtp_tui(context: click.Context, demo: bool, serve: bool, connect: str | None) -> int:
    """Real-time market data in the terminal: prices, freshness, health and feeds.

    Without a command the console starts, with its engine. Every option but --demo, --serve and --connect
    may also follow a command.
    """
    if context.invoked_subcommand is None:
        from rtp_tui.cli.launch import launch  # heavy: the other commands do not need it

        return launch(context.ensure_object(GlobalOptions), demo=demo, serve=serve, connect=connect)
    collect_as_usual()
    if demo or serve or connect:
        raise click.UsageError(f"--demo, --serve and --connect do not go with {context.invoked_subcommand}.")
    return exit_codes.OK


def run(arguments: list[str] | None = None) -> int:
    """Run the command line of this process and return its exit code."""
    try:
        code = _outcome(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = exit_codes.FAILURE
    except OSError as error:
        code = _say(f"rtp-tui: {error}", exit_codes.CANNOT_WRITE)
    let_go()
    return code


def _outcome(arguments: list[str] | None) -> int:
    try:
        code = rtp_tui.main(arguments, prog_name="rtp-tui", standalone_mode=False, obj=GlobalOptions())
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return error.exit_code
    except CommandFailed as error:
        return _say(f"rtp-tui: {error}", error.code)
    except ConfigurationInvalid as error:
        return _say(str(error), exit_codes.BAD_CONFIGURATION)
    except (click.Abort, KeyboardInterrupt):
        return exit_codes.INTERRUPTED
    return int(code or 0)


def _say(message: str, code: int) -> int:
    """Say it on stderr; that nobody listens there does not change the code."""
    with suppress(OSError):
        for line in message.splitlines():
            click.echo(safe(line, 2048), err=True)
    return code
