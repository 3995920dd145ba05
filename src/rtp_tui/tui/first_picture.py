"""How pictures reach the terminal: none before the first is whole, and of the others what changed."""

from contextlib import ExitStack

from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from rtp_tui.tui.spans import ChangedSpans


class PaintedWhole(App[None]):
    """An app that paints nothing until there is something to see, and animates nothing after it."""

    def __init__(self, driver_class: type[Driver]) -> None:
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self._unpainted = ExitStack()

    def hold_back(self) -> None:
        """Paint nothing until `let_go`; only once there is a screen."""
        self._unpainted.enter_context(self.batch_update())

    def let_go(self) -> None:
        """Paint what there is."""
        self._unpainted.close()

    def refresh_css(self, animate: bool = True) -> None:
        # A theme worn before there is a screen would have all styles read twice.
        if any(screen.is_attached for screen in self.children):
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = ChangedSpans(renderable.chops, renderable.spans, renderable.chop_ends)
        super()._display(screen, renderable)
