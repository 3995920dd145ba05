"""Keys that write down what is seen and what happened, for others and for later."""

from rtp_tui.tui.actions.action import Action

EVIDENCE = "Evidence"

EVIDENCE_ACTIONS: tuple[Action, ...] = (
    Action(
        id="take",
        argument="'picture'",
        keys=("E",),
        label="Write a picture of the screen, as SVG and as text",
        group=EVIDENCE,
        on_app=True,
    ),
    Action(
        id="take",
        argument="'incident'",
        keys=("Z",),
        label="Write an incident bundle: the screen, the state, the last 15 minutes",
        group=EVIDENCE,
        on_app=True,
    ),
    Action(
        id="commands",
        is_wish=True,
        keys=("semicolon",),
        label="What was ordered at this console, and what came of it",
        group=EVIDENCE,
    ),
)
"""In the order of the help."""
