"""The one-line strips around the panes: status, tabs, news and keys."""

from collections.abc import Mapping

from msgspec import structs
from rich.cells import cell_len
from textual.widget import Widget

from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.actions.panes import PANE_NAMES, going_to
from rtp_tui.tui.cells import Line
from rtp_tui.tui.painter import Painter, text_width
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.status_line import CLOCK_WIDTH, Meter, ground_of, status_line, steadied
from rtp_tui.tui.panes.strips import key_strip, news_line, tab_line
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.line_view import LineView


class Strips:
    """Shows them all from one scene."""

    def __init__(self, painter: Painter, place: str, keymap: Keymap) -> None:
        self.status, self.clock, self.tabs, self.news, self.keys = (
            LineView(painter, id=name) for name in ("status", "clock", "tabs", "news", "keys")
        )
        self._clock_width = CLOCK_WIDTH
        self._place = place
        self._keymap = keymap
        self._meter = Meter()
        self._read_of = (0, False)
        """At which moment, and whether there were tabs."""
        self._titles: list[tuple[str, str]] = []
        self._tab_cells: Line = ()
        self._keys_for: tuple[str, bool, int] = ("", False, -1)
        self._key_cells: Line = ()

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        for view in (self.status, self.clock, self.tabs, self.news, self.keys):
            view.paint_with(painter)

    def frame(
        self, scene: Scene, meter: Meter, active: str, screen: Widget, panes: Mapping[str, Pane]
    ) -> bool:
        """Show a scene; True when anything changes."""
        if (scene.now_ms, self.tabs.display) != self._read_of:
            self._read(scene, meter, panes)
        width = screen.size.width
        self._tab_cells = tab_line(self._titles, active, width)
        changed = [
            self._show_status(scene, width),
            self.tabs.show((self._tab_cells,)),
            self.news.show((news_line(scene),)),
            self.keys.show((self._key_line(active, scene.past is not None, width),)),
        ]
        return any(changed)

    def _show_status(self, scene: Scene, width: int) -> bool:
        """The clock is a view of its own: a second that passes costs no more than its figures."""
        line, ground = status_line(scene, self._meter, self._place, width), ground_of(scene)
        facts, clock = (line[:-1], line[-1:]) if len(line) > 1 else (line, ())
        if (clock_width := text_width(clock)) != self._clock_width:
            self._clock_width = clock_width
            self.clock.display = clock_width > 0
            self.clock.styles.width = clock_width
        changed = [self.status.show((facts,), ground), self.clock.show((clock,), ground)]
        return any(changed)

    def _key_line(self, active: str, is_past: bool, width: int) -> Line:
        if self._keys_for != (active, is_past, width):
            self._keys_for = (active, is_past, width)
            self._key_cells = key_strip(self._keymap.key_line(active, is_past=is_past), width)
        return self._key_cells

    def tab_places(self) -> dict[str, int]:
        """Where the tab of each pane begins, while there are tabs."""
        names = {going_to(name): name for name, _ in self._titles}
        places, x = {}, 0
        for cell in self._tab_cells:
            if cell.action in names:
                places[names[cell.action]] = x
            x += cell_len(cell.text)
        return places if self.tabs.display else {}

    def _read(self, scene: Scene, meter: Meter, panes: Mapping[str, Pane]) -> None:
        """Figures that change with every frame, and titles that count rows, are read once a second."""
        self._read_of = (scene.now_ms, self.tabs.display)
        self._meter = steadied(structs.replace(meter, updates_per_s=scene.updates_per_second), self._meter)
        if self.tabs.display:
            self._titles = [(name, panes[name].tab(scene)) for name in (*PANE_NAMES, "chart")]
