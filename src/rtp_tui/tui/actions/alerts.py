"""Keys that are about alerts, silences and rules."""

from rtp_tui.tui.actions.action import Action

ALERT_ACTIONS: tuple[Action, ...] = (
    Action(
        id="acknowledge",
        is_wish=True,
        keys=("a",),
        label="Acknowledge the selected alert, with a comment or without",
        group="Alerts",
        hint="ack",
        panes=frozenset({"alerts"}),
        takes_many=True,
        is_dangerous=True,
    ),
    Action(
        id="silence",
        is_wish=True,
        keys=("n",),
        label="Silence the selected alert: 1 h, 8 h or as long as you say",
        group="Alerts",
        hint="silence",
        panes=frozenset({"alerts"}),
        takes_many=True,
        is_dangerous=True,
    ),
    Action(
        id="end_silence",
        is_wish=True,
        keys=("N",),
        label="End the silence of the selected alert, or the selected silence",
        group="Alerts",
        hint="unsilence",
        panes=frozenset({"alerts", "silences"}),
        takes_many=True,
        is_dangerous=True,
    ),
    Action(
        id="alert_here",
        is_wish=True,
        keys=("A",),
        label="Alert on the selected instrument: a price or a change",
        group="Alerts",
        hint="alert",
        panes=frozenset({"prices", "rules"}),
        is_dangerous=True,
    ),
    Action(
        id="mute",
        is_wish=True,
        keys=("B",),
        label="Mute toasts and the bell of this console, and back",
        group="Alerts",
    ),
)
"""In the order of the help."""
