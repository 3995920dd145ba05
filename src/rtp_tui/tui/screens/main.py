"""The main screen: panes in their places, and what the shared keys do to them."""

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.bindings import bindings
from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.actions.table import action_named
from rtp_tui.tui.filtering import BadFilter
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.status_line import Meter
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.arranged import ArrangedScreen
from rtp_tui.tui.screens.choosing import Choosing
from rtp_tui.tui.screens.desk import Desk
from rtp_tui.tui.screens.strips import Strips
from rtp_tui.tui.widgets.chart_view import ChartView
from rtp_tui.tui.widgets.filter_line import FilterLine
from rtp_tui.tui.widgets.line_table import MANY_ROWS, LineTable
from rtp_tui.tui.widgets.pane_view import PaneView


class MainScreen(ArrangedScreen):
    """Shows scenes; what needs the engine it asks of the app by messages."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(on_app=False))

    class Wanted(Message):
        """The person wants something that only the app can do."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(
        self, painter: Painter, place: str, keymap: Keymap, on_sized: Callable[[], None] = lambda: None
    ) -> None:
        """`on_sized` is called once, when all that is on the screen has its size and nothing is painted yet."""
        super().__init__(Desk(painter), Strips(painter, place, keymap))
        self.keymap = keymap
        self._on_sized: Callable[[], None] | None = on_sized
        self._choosing = Choosing(self.desk)
        self.finding = FilterLine()
        self._filter_problem = ""
        self._shown: tuple[Scene, Meter, float] | None = None

    def compose(self) -> ComposeResult:
        # Placed before they are mounted, so that the first picture is not laid out twice.
        self.placing.fit(self.app.size.width, self.app.size.height)
        self.placing.show_visible(self.app.size.width, self.app.size.height)
        with Horizontal(id="top"):
            yield self._strips.status
            yield self._strips.clock
        yield self._strips.tabs
        yield from self.desk.compose()
        yield self._strips.news
        yield self.finding
        yield self._strips.keys

    @property
    def chart(self) -> ChartView:
        """The chart, whether it is on screen or not."""
        return self.desk.chart

    @property
    def watchlist(self) -> str:
        """The list that an instrument is put on: the one that is looked at."""
        return self._choosing.watchlist(self._scene)

    @property
    def _scene(self) -> Scene | None:
        """What the last frame showed."""
        return self._shown[0] if self._shown is not None else None

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        for view in self.desk.views.values():
            view.paint_with(painter)
        self._strips.paint_with(painter)

    def frame(self, scene: Scene, meter: Meter, now: float, most_rows: int = MANY_ROWS) -> bool:
        """Show a scene; True when anything on screen changes."""
        scene = self.chosen(scene)
        self._shown = (scene, meter, now)
        self.placing.place(scene)
        if self.chart.display:
            self._choosing.chart_selected(self.active, scene)
        self._focus_active()
        changed = [view.frame(scene, now, most_rows) for view in self.desk.views.values() if view.display]
        changed.append(self._strips.frame(scene, meter, self.placing.active_name, self, self.desk.panes))
        return any(changed)

    def chosen(self, scene: Scene) -> Scene:
        """The scene, with what the cursors choose."""
        return self._choosing.chosen(scene)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        if self._on_sized is not None:
            # Whatever is on the screen read its styles when it was mounted, a moment ago.
            event.refresh_styles = False

    def on_resize(self, event: events.Resize) -> None:
        self.placing.fit(event.size.width, event.size.height)
        if self._on_sized is not None:
            on_sized, self._on_sized = self._on_sized, None
            on_sized()
        self._show_again()

    def on_descendant_focus(self) -> None:
        # Whoever has the keys now, not who had them when this was sent: the next key may have taken them elsewhere.
        if not isinstance(self.focused, PaneView):
            return
        self._end_filtering()
        if self.focused is not self.active:
            self.action_show_pane(self.focused.pane.name)

    def action_mark(self, how: str) -> None:
        self.active.mark(how)
        self._show_again()

    def action_open_chart(self) -> None:
        """Show the chart of the row under the cursor; from the chart go back to where one came from."""
        if self.placing.turn_chart() and self._scene is not None:
            self._choosing.chart_selected(self.active, self._scene)
        self._show_again()

    def show_chart(self, instrument: InstrumentId) -> None:
        """The chart of an instrument, whose row the cursor of the prices takes."""
        self.desk.views["prices"].choose(instrument)
        if self.active is not self.chart:
            self.action_open_chart()
        if self._scene is not None:
            self.chart.session.open(instrument, self._scene)

    def show_indicator(self, name: str) -> None:
        """Open the chart if need be, and show an indicator in it, or no more."""
        if self.active is not self.chart:
            self.action_open_chart()
        self.action_chart(f"indicator_{name}")

    def action_chart(self, deed: str) -> None:
        """What the keys of the chart do."""
        if self._scene is None:
            return
        if deed.startswith("instrument"):
            self.desk.views["prices"].action_move(-1 if deed.endswith("before") else 1)
        self.chart.session.act(deed, self._scene)
        self._show_again()

    def action_cards(self) -> None:
        """Show the prices as cards, or as a table again."""
        self.desk.prices.turn_cards()
        self.action_show_pane("prices")

    def action_choose_next(self) -> None:
        """Look at the next portfolio, or class of the market."""
        if self._scene is not None:
            self._choosing.choose_next(self.placing.active_name, self._scene)
        self._show_again()

    def action_watch_next(self) -> None:
        """Show the prices of the next watchlist only; of all after the last."""
        if self._scene is None or not self._scene.watchlists:
            self.notify(
                f"no watchlist yet: {self.keymap.key('watch_this')} puts the selected instrument on one",
                markup=False,
            )
            return
        self.show_watchlist(self._choosing.watchlist_after(self._scene))

    def show_watchlist(self, name: str | None) -> None:
        """Show the prices of a watchlist only; of all without a name."""
        self._choosing.show_watchlist(name, self._scene)
        self.action_show_pane("prices")

    def action_sort_next(self) -> None:
        self.active.sort_next()
        self._show_again()

    def action_sort_column(self, by: int) -> None:
        self.active.sort_next(by)
        self._show_again()

    def action_sort_reverse(self) -> None:
        self.active.ordering.turn_around()
        self._show_again()

    def action_faults_only(self) -> None:
        self.active.set_faults_only(not self.active.faults_only)
        self._show_again()

    def action_back(self) -> None:
        """Undo one thing, the newest kind first."""
        if self._scene is not None and self._scene.is_away:
            self.action_wish("freeze")
        elif self.active.marks:
            self.active.clear_marks()
        elif self.active.filter_text:
            self.active.set_filter("")
        elif self.active.faults_only:
            self.active.set_faults_only(False)
        elif self.active is self.chart and self.chart.session.sight.back():
            pass
        elif self.placing.is_maximised:
            self.placing.turn_maximised()
        elif self.active is self.chart:
            self.action_open_chart()
        self._show_again()

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.finding.open(self.active.filter_text)
        self._say_found()

    @on(FilterLine.Typed)
    def filter_as_typed(self, event: FilterLine.Typed) -> None:
        self._set_filter(event.text)

    @on(FilterLine.Kept)
    def keep_filter(self) -> None:
        if not self._filter_problem:
            self._end_filtering()
            self._focus_active()

    @on(FilterLine.Dropped)
    def drop_filter(self) -> None:
        self._set_filter("")
        self.keep_filter()

    @on(LineTable.CursorMoved)
    def hold_order(self, event: LineTable.CursorMoved) -> None:
        if self._shown is not None and isinstance(event.table, PaneView):
            event.table.ordering.cursor_moved(self._shown[2])

    @on(LineTable.HeadingClicked)
    def sort_by_heading(self, event: LineTable.HeadingClicked) -> None:
        if isinstance(event.table, PaneView):
            event.table.ordering.sort_by(event.column)
            self._show_again()

    @on(LineTable.TitleChosen)
    def maximise_clicked(self) -> None:
        self.action_maximise()

    @on(LineTable.RowChosen)
    def explain_chosen(self) -> None:
        self.action_wish("explain")

    def action_wish(self, id: str) -> None:  # noqa: A002
        """Pass on to the app what only it can do."""
        action = action_named(id)
        if action.applies_to(self.placing.active_name):
            self.post_message(self.Wanted(action))
        else:
            self.notify(
                f"{action.label}: in {' or '.join(sorted(action.panes))}", severity="warning", markup=False
            )

    def _set_filter(self, text: str) -> None:
        """Show the rows that match; while a filter cannot be understood, those that matched before."""
        self._filter_problem = ""
        try:
            self.active.set_filter(text)
        except BadFilter as problem:
            self._filter_problem = str(problem)
        self._show_again()
        self._say_found()

    def _end_filtering(self) -> None:
        """What was understood of the filter stays."""
        if self.finding.is_open:
            self._filter_problem = ""
            self.finding.close()
            self.remove_class("-filtering")

    def _say_found(self) -> None:
        found = f"{len(self.active.keys)} found; up for those before" if self.active.filter_text else ""
        self.finding.say(self._filter_problem or found, is_wrong=bool(self._filter_problem))

    def _focus_active(self) -> None:
        is_filtering = self.has_class("-filtering")
        if self.is_current and not is_filtering and self.focused is not self.active:
            self.set_focus(self.active, scroll_visible=False)

    def _show_again(self) -> None:
        """Answer a key at once, with what the last frame showed."""
        if self._shown is not None:
            self.frame(*self._shown)
