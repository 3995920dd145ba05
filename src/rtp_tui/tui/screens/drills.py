"""The fire drill's screen: faults down, venues across; enter lets one happen."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from rtp_tui.model.commands import EndDrills, StartDrill
from rtp_tui.model.drills import DrillStatus
from rtp_tui.text import safe
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

DRILL_S = 30.0
_CELL = 12


class DrillScreen(ModalScreen[StartDrill | EndDrills | None]):
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

    def __init__(self, status: DrillStatus, now_ms: int) -> None:
        super().__init__()
        self._status = status
        self._now_ms = now_ms
        self._row = self._column = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="sheet", can_focus=False) as sheet:
            yield Static(self._grid(), markup=False)
        if self.app.has_class("-ascii"):
            use_whole_cells(sheet)
        sheet.border_title = Text("Fire drill")
        sheet.border_subtitle = Text(f"enter begins for {DRILL_S:g} s  x ends at the venue  esc closes")

    def action_move(self, rows: int, columns: int) -> None:
        self._row = (self._row + rows) % len(self._status.faults)
        self._column = (self._column + columns) % len(self._status.venues)
        self.query_one(Static).update(self._grid())
        # The heading is the line above the first row.
        self.query_one(VerticalScroll).scroll_to(y=max(0, self._row - 4), animate=False)

    def action_begin(self) -> None:
        fault, venue = self._status.faults[self._row], self._status.venues[self._column]
        self.dismiss(StartDrill(fault=fault, venue=venue, seconds=DRILL_S))

    def action_end(self) -> None:
        self.dismiss(EndDrills(venue=self._status.venues[self._column]))

    def _grid(self) -> Text:
        return grid_text(self._status, self._now_ms, self._row, self._column)


def grid_text(status: DrillStatus, now_ms: int, row: int, column: int) -> Text:
    """Faults down, venues across; the seconds left where one runs, the chosen cell reversed."""
    left = {(drill.fault, drill.venue): max(0, drill.until_ms - now_ms) // 1000 for drill in status.running}
    width = max(map(len, status.faults)) + 2
    text = Text(f"{'':{width}}", "bold")
    for venue in status.venues:
        text.append(f"{safe(venue):<{_CELL}}", "bold")
    for down, fault in enumerate(status.faults):
        text.append(f"\n{safe(fault):<{width}}")
        for across, venue in enumerate(status.venues):
            seconds = left.get((fault, venue))
            word = "-" if seconds is None else f"{seconds} s left"
            style = "reverse" if (down, across) == (row, column) else "dim" if seconds is None else "bold"
            text.append(f"{word:<{_CELL}}", style)
    return text
