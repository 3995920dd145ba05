"""The chart on screen: keys and the mouse go to its session, a frame repaints the lines that changed."""

from collections.abc import Hashable
from typing import ClassVar

from msgspec.structs import replace
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from rtp_tui.tui.actions.bindings import local_bindings
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.chart.session import ChartSession
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.chart import Chart
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.line_table import MANY_ROWS
from rtp_tui.tui.widgets.pane_view import PaneView
from rtp_tui.tui.widgets.row_changes import changed_span

QUOTES_EVERY_S = 0.25
"""A candle that moves more often is not read any better, and each time costs the link some rows."""


class ChartView(PaneView, inherit_bindings=False):
    """Draws only when there is something else to see."""

    BINDINGS: ClassVar[list[BindingType]] = list(local_bindings("chart"))

    def __init__(self, painter: Painter) -> None:
        self.session = ChartSession(ascii_only=painter.ascii_only)
        super().__init__(Chart(self.session), painter)
        self._lines: tuple[Line, ...] = ()
        self._drawn: Hashable = None
        self._folded_at = float("-inf")
        self._grip: tuple[int, int] | None = None
        """Where the mouse button went down, and where the drag has come to."""

    def heading_text(self, scene: Scene) -> str:
        """`c Chart BTC 5m candles`."""
        session = self.session
        symbol = "" if session.instrument is None else session.instrument.partition(":")[2]
        kind = "line" if session.is_line else "candles"
        return f"{self.pane.heading(scene)} {symbol} {session.timeframe} {kind}"

    def on_mount(self) -> None:
        super().on_mount()
        if self.app.no_color:
            self.session.show_without_colour()

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else ()
        return self._painter.line(line, self.scrollable_content_region.width)

    def on_resize(self) -> None:
        self._drawn = None

    def on_click(self, event: events.Click) -> None:
        """Only the title: the button going up has pointed already."""
        self.has_clicked_title(event)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._grip = (self._column(event), self._column(event))
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._grip is None:
            return
        start, last = self._grip
        places = (last - self._column(event)) // self.session.sight.view.zoom.columns
        if places:
            self.session.pan(places)
            self._grip = (start, last - places * self.session.sight.view.zoom.columns)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if event.y >= self.gutter.top and self._grip == (self._column(event), self._column(event)):
            self.session.sight.point(self._column(event))
        self._grip = None
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        if event.shift or event.ctrl:
            self.session.pan(by * 3)
        else:
            self.session.sight.zoom(by, self._column(event) / max(1, self.scrollable_content_region.width))

    def _column(self, event: events.MouseEvent) -> int:
        return int(event.x) - self.gutter.left

    def _frame(self, scene: Scene, now: float, most_rows: int = MANY_ROWS) -> bool:
        self.session.look_at(scene)
        if now - self._folded_at >= QUOTES_EVERY_S:
            self._folded_at = now
            self.session.keep_current(scene)
        self._problem = ""
        self.cursor, self._keys = self.session.instrument, self.pane.keys(scene)
        size = self.scrollable_content_region
        looks = (self.session.looks, scene.now_ms, scene.connection, scene.zone, size, scene.frozen_ms)
        changed = False
        if looks != self._drawn:
            lines = self.session.lines(scene, size.width, size.height)
            changed = self._show_lines(lines if scene.is_trusted else _dimmed(lines), most_rows)
            self._drawn = None if changed and most_rows < size.height else looks
        return self._show_titles(scene) or changed

    def _show_lines(self, lines: tuple[Line, ...], most_rows: int) -> bool:
        before, shown = self._lines, list(lines)
        if len(before) != len(lines):
            self._lines = lines
            self.refresh()
            return True
        changed = [y for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        for y in changed[most_rows:]:
            shown[y] = before[y]
        self._lines = tuple(shown)
        for y in changed[:most_rows]:
            x, width = changed_span(before[y], lines[y], self.size.width)
            self.refresh(Region(x, y, width, 1))
        return bool(changed)

    def _show_problem(self, words: str) -> bool:
        self._problem, self._drawn = words, None
        return self._show_lines(((Cell(f" ✖ {words}", Tone.BAD),),), MANY_ROWS)


def _dimmed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """As it was, but not to be trusted: only what warns keeps its colour."""
    return tuple(
        tuple(cell if cell.tone is Tone.WARN else replace(cell, tone=Tone.DIM) for cell in line)
        for line in lines
    )
