"""What the command palette offers; what it is made of is loaded when it is first opened."""

from collections.abc import Callable
from functools import partial
from importlib import import_module

from textual.app import App
from textual.command import CommandPalette, Provider

_OFFERS = (
    ("palette", "ActionCommands"),
    ("palette", "AlertCommands"),
    ("deed_commands", "DeedCommands"),
    ("palette", "DrillCommands"),
    ("palette", "InstrumentCommands"),
    ("palette", "PortfolioCommands"),
    ("indicator_commands", "IndicatorCommands"),
    ("theme_commands", "ThemeCommands"),
    ("time_commands", "TimeCommands"),
)
"""Files of this folder, and the classes in them."""


def offers() -> set[type[Provider] | Callable[[], type[Provider]]]:
    """Callables that load them, as Textual takes them."""
    return {partial(_loaded, file, name) for file, name in _OFFERS}


def open_command_line(app: App[None]) -> None:
    """Show the palette, which is a line of commands too; once."""
    if not isinstance(app.screen, CommandPalette):
        line: CommandPalette = import_module("rtp_tui.tui.deed_commands").CommandLine(id="--command-palette")
        app.push_screen(line)


def _loaded(file: str, name: str) -> type[Provider]:
    provider: type[Provider] = getattr(import_module(f"rtp_tui.tui.{file}"), name)
    return provider
