"""A few lines without columns or cursor: the status line, the tabs, the keys."""

from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from rtp_tui.tui.cells import Ground, Line
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.widgets.row_changes import changed_span


class LineView(Widget):
    """Repaints what changed of its lines."""

    def __init__(self, painter: Painter, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._painter = painter
        self._lines: tuple[Line, ...] = ()
        self._ground = Ground.PLAIN

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        self._painter = painter
        self.refresh()

    def show(self, lines: tuple[Line, ...], ground: Ground = Ground.PLAIN) -> bool:
        """Show these lines; True when anything changes."""
        before, self._lines = self._lines, lines
        if ground is not self._ground or len(before) != len(lines):
            self._ground = ground
            self.refresh()
            return True
        changed = [y for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        for y in changed:
            x, width = changed_span(before[y], lines[y], self.size.width)
            self.refresh(Region(x, y, width, 1))
        return bool(changed)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else ()
        return self._painter.line(line, self.size.width, self._ground)

    def render(self) -> Text:
        """Nothing: `render_line` draws."""
        return Text()
