"""The start without a configuration: what can be watched is offered, or said."""

import asyncio
import os
from pathlib import Path

import click
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, loaded, sources_of
from rtp_tui.config.desks import Desk, desks
from rtp_tui.config.directories import user_themes
from rtp_tui.config.load import config_path
from rtp_tui.config.public import PUBLIC_TITLE
from rtp_tui.config.shipped import example_text
from rtp_tui.tui.settings import Choice, ConsoleSettings, Offer

DEMO, PUBLIC = "demo", "public"
SERVES_PUBLIC = (
    "no configuration: serving coins, shares and currencies of public sources, without keys; "
    "rtp-tui config init writes one, and --desk names a ready-made one"
)
_OFFERS = (
    Offer(
        DEMO, "the built-in simulated exchange; no network, no keys, nothing is kept", may_be_written=False
    ),
    Offer(PUBLIC, PUBLIC_TITLE),
)


def is_first_start(options: GlobalOptions) -> bool:
    """Nobody has configured anything: neither a file nor a desk is named, and there is no file of the user's."""
    if options.config is not None or options.desk is not None:
        return False
    path, named = config_path(sources_of(options, {}))
    return path is not None and not named and not os.path.lexists(path)


def say_what_is_served() -> None:
    """One line on stderr."""
    click.echo(SERVES_PUBLIC, err=True)


def chosen(options: GlobalOptions) -> Choice | int:
    """Ask on the terminal what to watch, and write it where that is wanted; the exit code where nothing is chosen.

    Raises CommandFailed where it cannot be written.
    """
    from rtp_tui.tui.first_start import run_first_start  # heavy: only a first start shows it

    settings = loaded(options).settings
    path, _ = config_path(sources_of(options, {}))
    assert path is not None
    ready_made = desks()
    offers = (*_OFFERS, *(Offer(one.name, one.title) for one in ready_made.values()))
    console = ConsoleSettings(theme=settings.theme, themes=user_themes(), ascii_only=settings.ascii)
    choice, code = asyncio.run(run_first_start(offers, str(path), console))
    if choice is None:
        return code
    if choice.is_written:
        _write(path, ready_made.get(choice.name))
    return choice


def _write(path: Path, desk: Desk | None) -> None:
    from rtp_tui.cli.config import write_configuration  # heavy: a first start happens once

    try:
        write_configuration(path, example_text() if desk is None else desk.text)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error.strerror}", exit_codes.CANNOT_CREATE) from None


def watching(options: GlobalOptions, choice: Choice) -> GlobalOptions:
    """The options that lead to what was chosen; what was written is found where it was."""
    if choice.name in (DEMO, PUBLIC) or choice.is_written:
        return options
    return replace(options, desk=choice.name)
