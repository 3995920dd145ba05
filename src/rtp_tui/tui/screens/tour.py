"""One page for the first minutes: what is seen, five keys, and where the rest is."""

from rich.text import Text

from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.painter import Painter

_SEEN = (
    ("LIVE", "top left: the engine is heard; else trust nothing"),
    ("● ◐ ○ ✖", "a price is live, fresh, late, stale; · is closed"),
    ("left", "prices; right health, feeds; below jobs, timeline"),
)
_FIVE_KEYS = (
    ("filter", "find: text, regex, change > 2, age > 30s; esc ends"),
    ("explain", "explain the row: where it came from, and why"),
    ("palette", "all commands, by their words"),
    ("open_chart", "chart of the row, and back"),
    ("faults_only", "faults only, and back"),
)
_PLACES = (
    (("show_pane.prices", "next_pane", "maximise"), "prices; the next pane; the whole screen for it"),
    (("show_pane.alerts", "show_pane.portfolios", "show_pane.market"), "alerts, portfolios, the market"),
    (("take.picture", "take.incident", "commands"), "a picture, an incident bundle, your orders"),
    (("cards", "help"), "prices as cards; this, and below it every key"),
)


def tour_text(painter: Painter, keymap: Keymap) -> Text:
    """Short enough for a screen of 80x24, the sheet's edges included; with the keys that this user has."""
    keys = {action.name: action.key_text.split()[0] for action in keymap.actions if action.keys}
    places = tuple((" ".join(keys[name] for name in names), words) for names, words in _PLACES)
    five = tuple((keys[name], words) for name, words in _FIVE_KEYS)
    text = Text()
    for heading, lines in (("What you see", _SEEN), ("Five keys", five), ("Where things are", places)):
        text.append(f"{heading}\n", "bold")
        for mark, words in lines:
            text.append(f"  {painter.plain(mark):<9} ", "bold")
            text.append(f"{painter.plain(words)}\n", "dim")
    return text
