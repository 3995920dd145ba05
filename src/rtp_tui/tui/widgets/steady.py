"""Nothing blinks: a cursor that does sends bytes for ever, and over a slow link nothing else."""

from textual.command import CommandPalette
from textual.widgets import Input


def steady(field: Input) -> Input:
    """The same line to type into, with a cursor that stays."""
    field.cursor_blink = False
    return field


class SteadyPalette(CommandPalette):
    """Textual's palette with such a cursor."""

    def on_mount(self) -> None:
        steady(self.query_one(Input))
