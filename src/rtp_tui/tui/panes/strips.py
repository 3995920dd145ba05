"""One-line strips of the smaller layouts: tabs, the newest trouble, the keys."""

from collections.abc import Sequence

from rtp_tui.text import clock_text
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.panes import going_to
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.scene import Scene

_MORE = " … "
_TO_TIMELINE = going_to("log")
_LOUD = (Tone.BAD, Tone.WARN)


def tab_line(titles: Sequence[tuple[str, str]], active: str, width: int) -> Line:
    """Panes by number and title, as many as there is room for and the active one; the palette has the others."""
    tabs = {
        name: Cell(
            f" {title} ",
            Tone.CHIP_INFO if name == active else Tone.DIM,
            going_to(name),
        )
        for name, title in titles
    }
    own = text_width((tabs[active],)) if active in tabs else 0
    shown: list[Cell] = []
    for name, tab in tabs.items():
        own -= text_width((tab,)) if name == active else 0
        if name == active or text_width((*shown, tab)) + own + len(_MORE) <= width:
            shown.append(tab)
    more = Cell(_MORE, Tone.DIM, "app.palette")
    return (*shown, more) if len(shown) < len(tabs) else tuple(shown)


def news_line(scene: Scene) -> Line:
    """The newest entry that somebody should see."""
    entry = next((entry for entry in reversed(scene.timeline) if entry.tone in _LOUD), None)
    if entry is None:
        return (Cell(" nothing needs you", Tone.DIM),)
    return (
        Cell(" ✖ " if entry.tone is Tone.BAD else " ○ ", entry.tone, _TO_TIMELINE),
        Cell(f"{clock_text(entry.at_ms, scene.zone)} {entry.source} ", Tone.DIM, _TO_TIMELINE),
        Cell(entry.message, entry.tone, _TO_TIMELINE),
    )


def key_strip(actions: Sequence[Action], width: int) -> Line:
    """Keys and their words; as many as fit, quit and help first to stay."""
    chosen = list(actions)
    while len(chosen) > 1 and _strip_width(chosen) > width:
        chosen.pop(_least_needed(chosen))
    cells: list[Cell] = []
    for action in chosen:
        cells.append(Cell(f" {action.key_text.split()[0]}", Tone.ACCENT, action.call))
        cells.append(Cell(f" {action.hint} ", Tone.DIM, action.call))
    return tuple(cells)


def _strip_width(actions: Sequence[Action]) -> int:
    return sum(len(action.key_text.split()[0]) + len(action.hint) + 3 for action in actions)


def _least_needed(actions: Sequence[Action]) -> int:
    """What commands, help and the way out have not: another place where they are found."""
    kept = ("leave", "help", "filter", "explain")
    droppable = [index for index, action in enumerate(actions) if action.id not in kept]
    return max(droppable, key=lambda index: (not actions[index].is_dangerous, index), default=0)
