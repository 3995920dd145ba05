"""A screen of panes: which one has the keys, which are on screen, and how much room they have."""

from typing import TYPE_CHECKING

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from rtp_tui.tui.filtering import BadFilter
from rtp_tui.tui.layout import Preset
from rtp_tui.tui.screens.desk import Desk
from rtp_tui.tui.screens.placing import Placing
from rtp_tui.tui.screens.strips import Strips
from rtp_tui.tui.widgets.pane_view import PaneView

if TYPE_CHECKING:
    from rtp_tui.tui.deed_words import Deed


class ArrangedScreen(Screen[None]):
    """The keys that are about panes as wholes."""

    # Who has the keys is told by the frames of two panes; Textual would paint the whole screen for it.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, desk: Desk, strips: Strips) -> None:
        super().__init__()
        self.desk = desk
        self.placing = Placing(self, desk)
        self._strips = strips

    @property
    def active(self) -> PaneView:
        """The pane that keys go to."""
        return self.desk.views[self.placing.active_name]

    def action_show_pane(self, name: str) -> None:
        self.placing.go_to(name)
        self._show_again()

    def action_next_pane(self) -> None:
        self.placing.go_to_next()
        self._show_again()

    def action_last_pane(self) -> None:
        self.placing.go_back()
        self._show_again()

    def action_arrange(self, deed: str) -> None:
        """Show the next preset, hide the pane, give it more room or less, or undo all that."""
        match deed:
            case "preset":
                self.use_preset()
            case "hide":
                self.placing.hide(self.placing.active_name)
            case "reset":
                self.placing.show_all()
            case _:
                self.placing.grow(1 if deed == "grow" else -1)
        self._show_again()

    def use_preset(self, preset: Preset | None = None) -> None:
        """Show the panes of a preset; of the next one without a name."""
        self.placing.use_next() if preset is None else self.placing.use(preset)
        self.notify(f"panes: {self.placing.preset}", markup=False, timeout=2)
        self._show_again()

    def action_jump(self) -> None:
        """Show a letter at each pane; the letter goes there."""
        from rtp_tui.tui.screens.jump import (
            JumpScreen,  # heavy: the first picture does without
            jump_places,
            list_place,
        )

        places = jump_places(self.desk, self._strips.tab_places())
        self.app.push_screen(JumpScreen(places, list_place(self.desk)), self._jumped)

    def _jumped(self, name: str | None) -> None:
        if name is not None:
            self.action_show_pane(name)

    def action_maximise(self) -> None:
        self.placing.turn_maximised()
        self._show_again()

    def carry_out(self, deed: "Deed") -> None:
        """Go where a command that was typed says, show or hide what it names."""
        if deed.preset is not None:
            self.use_preset(deed.preset)
        elif deed.hidden:
            self.placing.hide(deed.hidden)
        elif deed.chart is not None:
            self.desk.views["prices"].choose(deed.chart)
            self.placing.go_to("prices")
            self.placing.turn_chart()
        elif deed.pane:
            self.placing.go_to(deed.pane)
            self._filter_typed(deed.filter)
        self._show_again()

    def _filter_typed(self, text: str | None) -> None:
        try:
            self.active.set_filter(self.active.filter_text if text is None else text)
        except BadFilter as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def _show_again(self) -> None:
        """Answer a key at once."""
        raise NotImplementedError
