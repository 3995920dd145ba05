"""The one-line strips around the panes: status, tabs, news and keys."""

from collections.abc import Mapping

from textual.widget import Widget

from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.actions.table import key_line
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.status_line import Meter, ground_of, status_line
from rtp_tui.tui.panes.strips import key_strip, news_line, tab_line
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.line_view import LineView


class Strips:
    """Shows them all from one scene."""

    def __init__(self, painter: Painter, place: str, panes: Mapping[str, Pane]) -> None:
        self.status, self.tabs, self.news, self.keys = (
            LineView(painter, id=name) for name in ("status", "tabs", "news", "keys")
        )
        self._place = place
        self._panes = panes
        self._meter = Meter()
        self._read_at_ms = 0
        self._titles: list[tuple[str, str]] = []

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        for view in (self.status, self.tabs, self.news, self.keys):
            view.paint_with(painter)

    def frame(self, scene: Scene, meter: Meter, active: str, screen: Widget) -> bool:
        """Show a scene; True when anything changes."""
        if scene.now_ms != self._read_at_ms:
            self._read(scene, meter)
        width = screen.size.width
        changed = [
            self.status.show((status_line(scene, self._meter, self._place, width),), ground_of(scene)),
            self.tabs.show((tab_line(self._titles, active, width),)),
            self.news.show((news_line(scene),)),
            self.keys.show((key_strip(key_line(active), width),)),
        ]
        return any(changed)

    def _read(self, scene: Scene, meter: Meter) -> None:
        """Figures that change with every frame, and titles that count rows, are read once a second."""
        self._read_at_ms, self._meter = scene.now_ms, meter
        if self.tabs.display:
            self._titles = [(name, self._panes[name].tab(scene)) for name in (*PANE_NAMES, "chart")]
