"""What a pane tells of the row under its cursor, where few rows leave it room."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap

from rich.cells import cell_len

from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.panes.alerts import alert_of
from rtp_tui.tui.panes.positions import position_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.alert_details import alert_facts, earlier_facts, step_facts
from rtp_tui.tui.screens.facts import Fact, whole
from rtp_tui.tui.screens.portfolio_details import holding_facts, worth_facts

LEAST_ROOM = 5
"""Lines; with fewer a beginning would be shown that nobody can use."""
_SIDE_BY_SIDE = 100
_LABEL, _MARGIN = 13, 1


def foot_of(pane: str, scene: Scene, key: str, width: int, height: int) -> tuple[Line, ...]:
    """So many lines at most; none for what is gone."""
    parts = _FEET[pane](scene, key)
    if not parts or height < LEAST_ROOM:
        return ()
    if width >= _SIDE_BY_SIDE:
        half = width // 2
        left, right = (_lines(part, half) for part in parts)
        lines = [(*_filled(one, half), *other) for one, other in zip_longest(left, right, fillvalue=())]
    else:
        lines = [line for part in parts for line in _lines(part, width)]
    return ((), *_cut(lines, height - 1, f" … {scene.key('explain')} shows all"))


def _alert(scene: Scene, key: str) -> tuple[list[Fact], ...]:
    alert = alert_of(scene, key)
    if alert is None:
        return ()
    story = [*step_facts(scene, alert), ("other times", ""), *earlier_facts(scene, alert)]
    return alert_facts(scene, alert), [("history", ""), *story]


def _position(scene: Scene, key: str) -> tuple[list[Fact], ...]:
    portfolio = scene.portfolios.get(scene.portfolio or "")
    if portfolio is None or position_of(portfolio, key) is None:
        return ()
    named, *held = holding_facts(scene, key)
    return [named, *worth_facts(scene, key)], held


_FEET: Mapping[str, Callable[[Scene, str], tuple[list[Fact], ...]]] = {
    "alerts": _alert,
    "positions": _position,
}


def _cut(lines: list[Line], height: int, more: str) -> list[Line]:
    """As many as there is room for, and none that only announces what is not there."""
    if len(lines) <= height:
        return lines
    kept = lines[: height - 1]
    while kept and not kept[-1][-1].text.strip():
        kept.pop()
    return [*kept, (Cell(more, Tone.DIM),)]


def _lines(facts: Sequence[Fact], width: int) -> list[Line]:
    """What is longer than a line goes on under itself."""
    room = max(10, width - _LABEL - 2 * _MARGIN)
    return [
        (Cell(f"{' ' * _MARGIN}{label if at == 0 else '':<{_LABEL}}", Tone.DIM), Cell(piece))
        for label, value in facts
        for at, piece in enumerate(wrap(whole(value), room) or [""])
    ]


def _filled(line: Line, width: int) -> Line:
    return (*line, Cell(" " * max(0, width - sum(cell_len(cell.text) for cell in line))))
