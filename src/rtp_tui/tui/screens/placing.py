"""Which pane has the keys, and which are on screen beside it."""

from textual.screen import Screen

from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.layout import Layout, company_of, layout_of, visible_panes
from rtp_tui.tui.panes.parts import is_failing
from rtp_tui.tui.panes.status_line import mode_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.desk import Desk

_BOXES = ("#left", "#right", "#upper", "#accounts", "#lower")


class Placing:
    """Puts the panes of a desk in their places on a screen; told the scene, which says what matters."""

    def __init__(self, screen: Screen[None], desk: Desk) -> None:
        self._screen = screen
        self._desk = desk
        self._scene: Scene | None = None
        self._active = ""
        self._before_chart = ""
        self._is_charting = False
        self.is_maximised = False

    @property
    def active_name(self) -> str:
        """The pane that keys go to."""
        return self._active or ("parts" if self._is_starting() else "prices")

    def go_to(self, name: str) -> None:
        """Give the keys to a pane."""
        self._active = name

    def go_to_next(self) -> None:
        """Give the keys to the pane after this one."""
        names = (*PANE_NAMES, "chart")
        self._active = names[(names.index(self.active_name) + 1) % len(names)]

    def turn_chart(self) -> bool:
        """Go to the chart, or from it to where one came from; True when it was opened."""
        if self.active_name == "chart":
            self._is_charting, self._active = False, self._before_chart
            return False
        self._is_charting, self._before_chart, self._active = True, self.active_name, "chart"
        return True

    def turn_maximised(self) -> None:
        """Give the pane the whole screen, or take it back."""
        self.is_maximised = not self.is_maximised
        self._screen.set_class(self.is_maximised, "-maximised")

    def fit(self, width: int, height: int) -> None:
        """Take the style of a size."""
        layout = layout_of(width, height)
        for kind in Layout:
            self._screen.set_class(kind is layout, f"-{kind}")

    def place(self, scene: Scene) -> None:
        """Show the panes that belong on screen now, and the boxes that have any."""
        self._scene = scene
        self.show_visible(self._screen.size.width, self._screen.size.height)
        for side in _BOXES:
            box = self._screen.query_one(side)
            box.display = any(child.display for child in box.children)

    def show_visible(self, width: int, height: int) -> None:
        """Show the panes that belong on a screen of this size."""
        visible = visible_panes(
            layout_of(width, height),
            height,
            self.active_name,
            is_maximised=self.is_maximised,
            parts_matter=self._parts_matter(),
            with_chart=self._is_charting,
        )
        self._screen.set_class("chart" in visible, "-charting")
        for name, view in self._desk.views.items():
            if view.display is not (name in visible):
                view.display = name in visible
        self._screen.set_class(self._is_starting() or self.active_name == "parts", "-reading-parts")
        self._screen.set_class(bool(company_of(self.active_name)), "-reading-below")

    def _is_starting(self) -> bool:
        return self._scene is None or mode_of(self._scene).word == "STARTING"

    def _parts_matter(self) -> bool:
        parts = self._scene.state.part.parts.values() if self._scene else ()
        return self._is_starting() or any(map(is_failing, parts))
