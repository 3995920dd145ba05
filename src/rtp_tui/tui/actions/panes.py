"""Which key shows which pane, and what moves between panes."""

from collections.abc import Mapping
from types import MappingProxyType

from rtp_tui.tui.actions.action import Action

PANES = "Panes"
PANE_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "prices": "1",
        "jobs": "2",
        "feeds": "3",
        "breakers": "4",
        "health": "5",
        "log": "6",
        "selected": "7",
        "markets": "8",
        "parts": "9",
        "clients": "0",
        "alerts": "exclamation_mark",
        "silences": "L",
        "rules": "U",
        "quality": "Q",
        "gaps": "M",
        "performance": "P",
        "signals": "G",
        "treasury": "Y",
        "portfolios": "dollar_sign",
        "positions": "H",
        "risk": "K",
        "market": "V",
        "movers": "J",
    }
)
"""Which key shows which pane: digits in the order of a keyboard, then signs and capital letters."""
PANE_NAMES = tuple(PANE_KEYS)
_PANE_LABELS = {
    "alerts": "alerts: what fires, and what fired",
    "silences": "silences: which alerts tell nobody",
    "rules": "alert rules: what makes an alert",
    "quality": "quality: scores with their parts, the worst first",
    "gaps": "gaps: missing minutes, what became of them",
    "performance": "performance & cache: measurements and bounds",
    "portfolios": "portfolios: what each is worth, and its risk",
    "positions": "positions: what the chosen portfolio holds",
    "risk": "risk: the score of the chosen portfolio, and its numbers",
    "market": "market: breadth and sentiment by class",
    "movers": "movers: gainers, losers and the busiest of the chosen class",
    "signals": "signals: when strategies spoke, what became of it",
    "treasury": "treasury: companies that hold coins, and their mNAV",
    "log": "log, the timeline: what happened and why",
}


def going_to(pane: str) -> str:
    """What a click does that shows a pane."""
    return f"screen.show_pane('{pane}')"


PANE_ACTIONS: tuple[Action, ...] = (
    *(
        Action(
            id="show_pane",
            argument=f"'{name}'",
            keys=(key,),
            label=f"Go to {_PANE_LABELS.get(name, name)}",
            group=PANES,
        )
        for name, key in PANE_KEYS.items()
    ),
    Action(id="next_pane", keys=("tab",), label="Next pane", group=PANES),
    Action(id="last_pane", keys=("minus",), label="The pane before, and back", group=PANES),
    Action(
        id="jump",
        keys=("ctrl+o", "apostrophe"),
        label="Jump: a letter at each pane goes there",
        group=PANES,
        hint="jump",
    ),
    Action(id="maximise", keys=("m",), label="Maximise the pane, and back", group=PANES, hint="max"),
    *(
        Action(id="arrange", argument=f"'{deed}'", keys=(key,), label=label, group=PANES)
        for deed, key, label in (
            ("preset", "vertical_line", "Next set of panes: desk, on-call, market, risk"),
            ("hide", "backslash", "Hide the pane; its key shows it again"),
            ("grow", "greater_than_sign", "More room for this half of the screen"),
            ("shrink", "less_than_sign", "Less room for it"),
            ("reset", "ampersand", "All panes again, each with the room it had"),
        )
    ),
)
