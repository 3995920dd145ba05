"""Keys that are about the screen as a whole."""

from rtp_tui.tui.actions.action import Action

SCREEN_ACTIONS: tuple[Action, ...] = (
    Action(
        id="freeze",
        is_wish=True,
        keys=("f",),
        label="Freeze the screen, and go on",
        group="Screen",
        hint="freeze",
    ),
    Action(
        id="time_zone",
        is_wish=True,
        keys=("z",),
        label="Times: UTC, local, of the exchange of the selected instrument",
        group="Screen",
    ),
    Action(id="theme", keys=("T",), label="Next theme", group="Screen", on_app=True),
    Action(
        id="palette", keys=("colon", "ctrl+p"), label="All commands", group="Screen", hint="cmd", on_app=True
    ),
    Action(id="help", is_wish=True, keys=("question_mark",), label="Help", group="Screen", hint="help"),
    Action(id="suspend", keys=("ctrl+z",), label="Suspend to the shell", group="Screen", on_app=True),
    Action(id="leave", keys=("q", "ctrl+c"), label="Quit", group="Screen", hint="quit", on_app=True),
)
"""In the order of the help."""
