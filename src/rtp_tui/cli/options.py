"""The options that every command takes, before and after its name, and the settings they lead to."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from rtp_tui import __version__
from rtp_tui.config.desks import DESK_NAMES
from rtp_tui.config.load import LoadedSettings, SettingsSources, load_settings

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class GlobalOptions(Struct):
    """What was given on the command line; the last one counts. None: not given."""

    config: Path | None = None
    desk: str | None = None
    data_dir: str | None = None
    host: str | None = None
    port: int | None = None
    token_file: str | None = None
    read_only: bool | None = None
    theme: str | None = None
    ascii: bool | None = None
    strict: bool | None = None
    log_level: str | None = None
    log_file: str | None = None

    def flags(self) -> dict[str, object]:
        """Those that set a key, by the name of the flag."""
        given: dict[str, object | None] = {
            "--data-dir": self.data_dir,
            "--host": self.host,
            "--port": self.port,
            "--token-file": self.token_file,
            "--read-only": self.read_only,
            "--theme": self.theme,
            "--ascii": self.ascii,
            "--strict": self.strict,
            "--log-level": self.log_level,
            "--log-file": self.log_file,
        }
        return {flag: value for flag, value in given.items() if value is not None}


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None and parameter.name:
        setattr(context.ensure_object(GlobalOptions), parameter.name, value)


def _forbid_color(context: click.Context, parameter: click.Parameter, value: bool | None) -> None:
    """The console's library reads this variable when it is imported, later."""
    if value:
        os.environ["NO_COLOR"] = "1"


_LEVELS = click.Choice(["debug", "info", "warning", "error", "critical"], case_sensitive=False)


def global_options(*, shown: bool = False) -> Callable[[CommandT], CommandT]:
    """Give a command the options of all commands; `shown` lists them in its help."""
    common: dict[str, Any] = {"expose_value": False, "callback": _remember, "hidden": not shown}
    options = (
        click.option(
            "--config", type=click.Path(path_type=Path), help="Read this configuration file.", **common
        ),
        click.option(
            "--desk", type=click.Choice(DESK_NAMES), help="Use a ready-made configuration.", **common
        ),
        click.option("--data-dir", metavar="DIR", help="Keep history and lock here.", **common),
        click.option("--host", help="Listen, or look for an engine, at this address.", **common),
        click.option("--port", type=click.IntRange(0, 65535), help="… and at this port.", **common),
        click.option("--token-file", metavar="FILE", help='Lines "SCOPE TOKEN [NAME]".', **common),
        click.option("--read-only", is_flag=True, default=None, help="Take no commands.", **common),
        click.option("--theme", help="Colours of the console.", **common),
        click.option("--ascii", is_flag=True, default=None, help="Show nothing but ASCII.", **common),
        click.option(
            "--strict", is_flag=True, default=None, help="Start only with a sound history file.", **common
        ),
        click.option("--log-level", type=_LEVELS, help="How much is logged.", **common),
        click.option("--log-file", metavar="FILE", help="Log to this file.", **common),
        click.option(
            "--no-color",
            is_flag=True,
            help="Do without colours.",
            **{**common, "callback": _forbid_color},
        ),
        click.version_option(__version__, message="rtp-tui %(version)s"),
        click.help_option("--help", "-h"),
    )

    def decorate(command: CommandT) -> CommandT:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def json_option(help: str = "Print the engine's answer.") -> Callable[[CommandT], CommandT]:  # noqa: A002 - click's word
    """Give a command `--json`, which it takes as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=help)


def loaded(options: GlobalOptions, *, without: tuple[str, ...] = ()) -> LoadedSettings:
    """The effective settings, warnings said on stderr. Raises ConfigurationInvalid."""
    flags = {flag: value for flag, value in options.flags().items() if flag not in without}
    return said(load_settings(sources_of(options, flags)))


def sources_of(options: GlobalOptions, flags: Mapping[str, object]) -> SettingsSources:
    """Where to look for settings. Raises UsageError where both a file and a desk are named."""
    if options.config is not None and options.desk is not None:
        raise click.UsageError("--config and --desk exclude each other.")
    return SettingsSources(file=options.config, desk=options.desk or "", environment=os.environ, flags=flags)


def said(settings: LoadedSettings) -> LoadedSettings:
    """The same, once its warnings are on stderr."""
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings


def loaded_for_client(options: GlobalOptions) -> LoadedSettings:
    """The same for commands that ask an engine: there `--host` and `--port` say where it is."""
    return loaded(options, without=("--host", "--port"))
