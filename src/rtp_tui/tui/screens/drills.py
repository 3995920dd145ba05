"""The fire drill's screen: faults down, venues across; enter lets one happen."""

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from rtp_tui.model.commands import EndDrills, StartDrill
from rtp_tui.model.drills import DrillStatus
from rtp_tui.text import safe
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.endings import endings
from rtp_tui.tui.screens.keeping_up import KeepsUp
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

DRILL_S = 30.0
_GAP = "  "
_LEFT = "30 s left"
_WHICH = "10-12 of 12"
_SHEET_SHARE = 0.8
"""The share of a screen's width that the text of a sheet may take."""


class DrillScreen(ModalScreen[StartDrill | EndDrills | None], KeepsUp):
    """Chooses a drill to begin, or a venue at which all are to end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up,k", "move(-1, 0)", "up"),
        ("down,j", "move(1, 0)", "down"),
        ("left,h", "move(0, -1)", "left"),
        ("right,l", "move(0, 1)", "right"),
        ("enter", "begin", "begin"),
        ("x", "end", "end"),
        ("escape,q", "dismiss", "close"),
    ]

    def __init__(
        self, status: DrillStatus, now_ms: int, status_now: Callable[[], DrillStatus | None]
    ) -> None:
        """`status_now` tells it of the present, whatever else the screen shows."""
        super().__init__()
        self._status = status
        self._status_now = status_now
        self._now_ms = now_ms
        self._row = self._column = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="sheet", can_focus=False) as sheet:
            yield Static(self._grid(), markup=False)
        if self.app.has_class("-ascii"):
            use_whole_cells(sheet)
        sheet.border_title = Text("Fire drill")
        sheet.border_subtitle = endings(
            (f"enter begins for {DRILL_S:g} s", "screen.begin"),
            ("x ends at the venue", "screen.end"),
            ("esc closes", "screen.dismiss"),
        )

    def on_resize(self) -> None:
        self._show()

    def show(self, scene: Scene) -> bool:
        """What runs now, and for how long yet."""
        status, now_ms = self._status_now() or self._status, scene.now_ms
        if (status, now_ms // 1000) == (self._status, self._now_ms // 1000):
            return False
        self._status, self._now_ms = status, now_ms
        self._show()
        return True

    def action_move(self, rows: int, columns: int) -> None:
        self._row = (self._row + rows) % len(self._status.faults)
        self._column = (self._column + columns) % len(self._status.venues)
        self._show()
        # The heading is the line above the first row.
        self.query_one(VerticalScroll).scroll_to(y=max(0, self._row - 4), animate=False)

    def action_choose(self, row: int, column: int) -> None:
        """A fault was clicked: the second time it begins."""
        if (row, column) == (self._row, self._column):
            self.action_begin()
        else:
            self._row, self._column = row, column
            self._show()

    def action_begin(self) -> None:
        fault, venue = self._status.faults[self._row], self._status.venues[self._column]
        self.dismiss(StartDrill(fault=fault, venue=venue, seconds=DRILL_S))

    def action_end(self) -> None:
        self.dismiss(EndDrills(venue=self._status.venues[self._column]))

    def _show(self) -> None:
        if self.is_mounted:
            self.query_one(Static).update(self._grid())

    def _grid(self) -> Text:
        room = int(self.app.size.width * _SHEET_SHARE)
        return grid_text(self._status, self._now_ms, self._row, self._column, room)


def grid_text(status: DrillStatus, now_ms: int, row: int, column: int, room: int = 200) -> Text:
    """Faults down, venues across; the seconds left where one runs, the chosen cell reversed.

    Shows as many venues as `room` columns hold, the chosen one among them, and says which they are.
    """
    left = {(drill.fault, drill.venue): max(0, drill.until_ms - now_ms) // 1000 for drill in status.running}
    width = max(len(_WHICH), *map(len, status.faults))
    cell = max(len(_LEFT), *map(len, status.venues))
    first, last = _shown(len(status.venues), column, (room - width) // (cell + len(_GAP)))
    is_cut = last - first < len(status.venues)
    text = Text(f"{f'{first + 1}-{last} of {len(status.venues)}' if is_cut else '':{width}}", "dim")
    for venue in status.venues[first:last]:
        text.append(f"{_GAP}{safe(venue):<{cell}}", "bold")
    for down, fault in enumerate(status.faults):
        text.append(f"\n{safe(fault):<{width}}")
        for across, venue in enumerate(status.venues[first:last], start=first):
            seconds = left.get((fault, venue))
            word = "-" if seconds is None else f"{seconds} s left"
            style = "reverse" if (down, across) == (row, column) else "dim" if seconds is None else "bold"
            text.append(_GAP)
            choose = Style.from_meta({"@click": f"screen.choose({down}, {across})"})
            text.append(f"{word:<{cell}}", Style.parse(style) + choose)
    return text


def _shown(count: int, chosen: int, places: int) -> tuple[int, int]:
    """From which to which of them there is room for, the chosen one among them."""
    places = min(count, max(1, places))
    first = max(0, chosen - places + 1)
    return first, first + places
