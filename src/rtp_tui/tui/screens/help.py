"""Help: a tour, then the table of actions."""

from collections.abc import Sequence

from rich.text import Text

from rtp_tui.model.health import Freshness
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.actions.panes import PANES
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.prices import GLYPHS, STANDBY
from rtp_tui.tui.screens.sheet import Sheet
from rtp_tui.tui.screens.tour import tour_text

_MEANINGS = {
    Freshness.LIVE: "heard within the rhythm of its feed",
    Freshness.FRESH: "a little late",
    Freshness.AGING: "late: look at it soon",
    Freshness.STALE: "old: do not trust it",
    Freshness.CLOSED: "its market is closed",
    Freshness.UNKNOWN: "not known: the engine is not heard",
}


def help_sheet(painter: Painter, keymap: Keymap, *, is_demo: bool) -> Sheet:
    """What key ? opens."""
    return Sheet("Tour and keys", help_text(painter, keymap, is_demo=is_demo))


def _digits(actions: Sequence[Action]) -> Text:
    """The panes that have digits in one line, since their names say all."""
    panes = {action.keys[0]: action.argument.strip("'") for action in actions if action.keys[0].isdigit()}
    digits = "".join(panes).replace("123456789", "1-9 ")
    return Text.assemble((f"  {digits:<10}", "bold"), (f"{', '.join(panes.values())}\n", "dim"))


def help_text(painter: Painter, keymap: Keymap, *, is_demo: bool = False) -> Text:
    """A page of tour, keys by group, then what the glyphs mean."""
    text = tour_text(painter, keymap)
    text.append("\n")
    asks = f"  ({'refused: read-only' if keymap.read_only else 'asks the engine'})"
    for group, actions in keymap.groups(is_demo=is_demo).items():
        text.append(f"{group}\n", "bold")
        if group == PANES:
            text.append_text(_digits(actions))
        for action in (action for action in actions if not action.keys[0].isdigit()):
            text.append(f"  {action.key_text:<10}", "bold")
            text.append(f"{action.label}{asks if action.is_dangerous else ''}\n", "dim")
    text.append("Freshness\n", "bold")
    for kind, meaning in _MEANINGS.items():
        text.append(f"  {painter.plain(GLYPHS[kind].text)} {kind.value:<8}")
        text.append(f"{meaning}\n", "dim")
    text.append(f"  {painter.plain(STANDBY)} {'standby':<8}")
    text.append("priced by a standby; enter tells why\n", "dim")
    text.rstrip()
    return text
