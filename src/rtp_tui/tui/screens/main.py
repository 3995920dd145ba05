"""The main screen: panes in their places, and what the shared keys do to them."""

from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.actions import PANE_NAMES, Action, action_named, bindings
from rtp_tui.tui.answers import EVERYTHING
from rtp_tui.tui.filtering import BadFilter
from rtp_tui.tui.layout import COMPANIES, Layout, company_of, layout_of, visible_panes
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.alerts import Alerts
from rtp_tui.tui.panes.breakers import Breakers
from rtp_tui.tui.panes.clients import Clients
from rtp_tui.tui.panes.feeds import Feeds
from rtp_tui.tui.panes.gaps import Gaps
from rtp_tui.tui.panes.health import Health
from rtp_tui.tui.panes.jobs import Jobs
from rtp_tui.tui.panes.log import Log
from rtp_tui.tui.panes.market import Market
from rtp_tui.tui.panes.markets import Markets
from rtp_tui.tui.panes.movers import Movers
from rtp_tui.tui.panes.parts import Parts, is_failing
from rtp_tui.tui.panes.performance import Performance
from rtp_tui.tui.panes.portfolios import Portfolios
from rtp_tui.tui.panes.positions import Positions
from rtp_tui.tui.panes.prices import Prices
from rtp_tui.tui.panes.quality import Quality
from rtp_tui.tui.panes.risk import Risk
from rtp_tui.tui.panes.rules import Rules
from rtp_tui.tui.panes.selected import Selected
from rtp_tui.tui.panes.signals import Signals
from rtp_tui.tui.panes.silences import Silences
from rtp_tui.tui.panes.status_line import Meter, mode_of
from rtp_tui.tui.panes.treasury import Treasury
from rtp_tui.tui.portfolio_words import DEFAULT_WATCHLIST
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.strips import Strips
from rtp_tui.tui.watching import list_after, watch_filter, watched_by
from rtp_tui.tui.widgets.chart_view import ChartView
from rtp_tui.tui.widgets.line_table import MANY_ROWS, LineTable
from rtp_tui.tui.widgets.pane_view import PaneView

ACCOUNTS = ("portfolios", "risk")
"""One above the other, beside the positions."""
BELOW = frozenset[str]().union(*COMPANIES)


class MainScreen(Screen[None]):
    """Shows scenes; what needs the engine it asks of the app by messages."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(on_app=False))

    class Wanted(Message):
        """The person wants something that only the app can do."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self, painter: Painter, place: str) -> None:
        super().__init__()
        self._panes = {
            pane.name: PaneView(pane, painter)
            for pane in (
                Prices(),
                Jobs(),
                Feeds(),
                Breakers(),
                Health(),
                Log(),
                Selected(),
                Markets(),
                Parts(),
                Clients(),
                Alerts(),
                Silences(),
                Rules(),
                Quality(),
                Gaps(),
                Performance(),
                Signals(),
                Treasury(),
                Portfolios(),
                Positions(),
                Risk(),
                Market(),
                Movers(),
            )
        }
        panes = {name: view.pane for name, view in self._panes.items()}
        self.chart = ChartView(painter)
        self._panes[self.chart.pane.name] = self.chart
        panes[self.chart.pane.name] = self.chart.pane
        self._is_charting = False
        self._before_chart = ""
        self._strips = Strips(painter, place, panes)
        self._active = ""
        self._is_maximised = False
        self._shown: tuple[Scene, Meter, float] | None = None

    def compose(self) -> ComposeResult:
        # Placed before they are mounted, so that the first picture is not laid out twice.
        self._fit(self.app.size.width, self.app.size.height)
        self._show_visible(self.app.size.width, self.app.size.height)
        yield self._strips.status
        yield self._strips.tabs
        with Vertical(id="body"):
            with Horizontal(id="upper"):
                with Vertical(id="left"):
                    yield self._panes["prices"]
                    yield self.chart
                    yield self._panes["selected"]
                with Vertical(id="right"):
                    for name in ("health", "feeds", "breakers", "markets", "parts"):
                        yield self._panes[name]
            with Horizontal(id="lower"):
                with Vertical(id="accounts"):
                    for name in ACCOUNTS:
                        yield self._panes[name]
                for name in ("jobs", "log", "clients", *sorted(BELOW, key=PANE_NAMES.index)):
                    if name not in ACCOUNTS:
                        yield self._panes[name]
        yield self._strips.news
        yield Input(id="filter", placeholder="text, regex, !not, change > 2 and age < 30s", compact=True)
        yield self._strips.keys

    @property
    def active(self) -> PaneView:
        """The pane that keys go to."""
        return self._panes[self._active_name()]

    @property
    def names_shown(self) -> frozenset[str]:
        """The names of the panes on screen."""
        return frozenset(name for name, view in self._panes.items() if view.display)

    @property
    def problems(self) -> dict[str, str]:
        """What went wrong in panes, by their names."""
        return {name: view.problem for name, view in self._panes.items() if view.problem}

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        for view in self._panes.values():
            view.paint_with(painter)
        self._strips.paint_with(painter)

    def frame(self, scene: Scene, meter: Meter, now: float, most_rows: int = MANY_ROWS) -> bool:
        """Show a scene; True when anything on screen changes."""
        scene = self.chosen(scene)
        self._shown = (scene, meter, now)
        self._place_panes()
        if self.chart.display:
            self._chart_selected(scene)
        self._focus_active()
        changed = [view.frame(scene, now, most_rows) for view in self._panes.values() if view.display]
        changed.append(self._strips.frame(scene, meter, self._active_name(), self))
        return any(changed)

    def chosen(self, scene: Scene) -> Scene:
        """The scene, with what the cursors choose."""
        cursor = self._panes["prices"].cursor
        return replace(
            scene,
            selected=None if cursor is None else InstrumentId(cursor),
            portfolio=self._chosen("portfolios", scene),
            asset_class=self._chosen("market", scene) or EVERYTHING,
        )

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width, event.size.height)
        self._show_again()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, PaneView) and event.widget.pane.name != self._active_name():
            self._active = event.widget.pane.name
            self._show_again()

    def action_show_pane(self, name: str) -> None:
        self._active = name
        self._show_again()

    def action_next_pane(self) -> None:
        names = (*PANE_NAMES, "chart")
        self.action_show_pane(names[(names.index(self._active_name()) + 1) % len(names)])

    def action_maximise(self) -> None:
        self._is_maximised = not self._is_maximised
        self.set_class(self._is_maximised, "-maximised")
        self._show_again()

    def action_open_chart(self) -> None:
        """Show the chart of the row under the cursor; from the chart go back to where one came from."""
        if self._active_name() == "chart":
            self._is_charting, self._active = False, self._before_chart
        else:
            self._is_charting, self._before_chart, self._active = True, self._active_name(), "chart"
            self._chart_selected(self._shown[0]) if self._shown is not None else None
        self._show_again()

    def show_indicator(self, name: str) -> None:
        """Open the chart if need be, and show an indicator in it, or no more."""
        if self._active_name() != "chart":
            self.action_open_chart()
        self.action_chart(f"indicator_{name}")

    def action_chart(self, deed: str) -> None:
        """What the keys of the chart do."""
        if self._shown is None:
            return
        if deed.startswith("instrument"):
            self._panes["prices"].action_move(-1 if deed.endswith("before") else 1)
        self.chart.session.act(deed, self._shown[0])
        self._show_again()

    def action_choose_next(self) -> None:
        """Look at the next portfolio, or class of the market."""
        view = self._panes["market" if self._active_name() in company_of("market") else "portfolios"]
        keys = view.keys if view.display else view.pane.keys(self._shown[0]) if self._shown else ()
        if keys and self._shown is not None:
            now = self._chosen(view.pane.name, self._shown[0])
            view.choose(keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0])
        self._show_again()

    def action_watch_next(self) -> None:
        """Show the prices of the next watchlist only; of all after the last."""
        lists = sorted(self._shown[0].watchlists) if self._shown is not None else []
        if not lists:
            self.notify("no watchlist yet: w puts the selected instrument on one", markup=False)
            return
        self.show_watchlist(list_after(watched_by(self._panes["prices"].filter_text, lists), lists))

    def show_watchlist(self, name: str | None) -> None:
        """Show the prices of a watchlist only; of all without a name."""
        lists = self._shown[0].watchlists if self._shown is not None else ()
        self._panes["prices"].set_filter("" if name is None else watch_filter(name, lists))
        self._active = "prices"
        self._show_again()

    @property
    def watchlist(self) -> str:
        """The list that an instrument is put on: the one that is looked at."""
        lists = self._shown[0].watchlists if self._shown is not None else ()
        return watched_by(self._panes["prices"].filter_text, lists) or DEFAULT_WATCHLIST

    def _chosen(self, pane: str, scene: Scene) -> str | None:
        """The row that the cursor of a pane is on, which need not be on screen."""
        view = self._panes[pane]
        keys = view.pane.keys(scene)
        return view.cursor if view.cursor in keys else next(iter(keys), None)

    def action_sort_next(self) -> None:
        self.active.sort_next()
        self._show_again()

    def action_sort_reverse(self) -> None:
        self.active.ordering.turn_around()
        self._show_again()

    def action_faults_only(self) -> None:
        self.active.set_faults_only(not self.active.faults_only)
        self._show_again()

    def action_back(self) -> None:
        """Undo one thing, the newest kind first."""
        if self.active.filter_text:
            self.active.set_filter("")
        elif self.active.faults_only:
            self.active.set_faults_only(False)
        elif self._active_name() == "chart" and self.chart.session.back():
            pass
        elif self._is_maximised:
            self.action_maximise()
        elif self._active_name() == "chart":
            self.action_open_chart()
        self._show_again()

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.value = self.active.filter_text
        self.add_class("-filtering")
        field.focus()

    @on(Input.Changed, "#filter")
    def filter_as_typed(self, event: Input.Changed) -> None:
        if self.has_class("-filtering"):
            self._set_filter(event.value)

    @on(Input.Submitted, "#filter")
    def keep_filter(self) -> None:
        self.remove_class("-filtering")
        self._focus_active()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and self.has_class("-filtering"):
            event.stop()
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

    @on(LineTable.RowChosen)
    def explain_chosen(self) -> None:
        self.action_wish("explain")

    def action_wish(self, id: str) -> None:  # noqa: A002
        """Pass on to the app what only it can do."""
        action = action_named(id)
        if action.applies_to(self._active_name()):
            self.post_message(self.Wanted(action))
        else:
            self.notify(
                f"{action.label}: in {' or '.join(sorted(action.panes))}", severity="warning", markup=False
            )

    def _chart_selected(self, scene: Scene) -> None:
        """Another pane's cursor says which instrument; while the chart has the keys, that of the prices."""
        view = self._panes["prices"] if self._active_name() == "chart" else self.active
        selected = view.pane.instrument(scene, view.cursor) if view.cursor is not None else None
        instrument = selected or (None if self.chart.session.instrument else scene.selected)
        if instrument is not None:
            self.chart.session.open(instrument, scene)

    def _set_filter(self, text: str) -> None:
        try:
            self.active.set_filter(text)
        except BadFilter as problem:
            self.active.set_filter("")
            self.notify(str(problem), severity="warning", markup=False, timeout=2)
        self._show_again()

    def _active_name(self) -> str:
        return self._active or ("parts" if self._is_starting() else "prices")

    def _is_starting(self) -> bool:
        return self._shown is None or mode_of(self._shown[0]).word == "STARTING"

    def _parts_matter(self) -> bool:
        parts = self._shown[0].state.part.parts.values() if self._shown else ()
        return self._is_starting() or any(map(is_failing, parts))

    def _fit(self, width: int, height: int) -> None:
        """Take the style of a size."""
        layout = layout_of(width, height)
        for kind in Layout:
            self.set_class(kind is layout, f"-{kind}")

    def _place_panes(self) -> None:
        self._show_visible(self.size.width, self.size.height)
        for side in ("#left", "#right", "#upper", "#accounts", "#lower"):
            box = self.query_one(side)
            box.display = any(child.display for child in box.children)

    def _show_visible(self, width: int, height: int) -> None:
        visible = visible_panes(
            layout_of(width, height),
            height,
            self._active_name(),
            is_maximised=self._is_maximised,
            parts_matter=self._parts_matter(),
            with_chart=self._is_charting,
        )
        self.set_class("chart" in visible, "-charting")
        for name, view in self._panes.items():
            if view.display is not (name in visible):
                view.display = name in visible
        self.set_class(self._is_starting() or self._active_name() == "parts", "-reading-parts")
        self.set_class(bool(company_of(self._active_name())), "-reading-below")

    def _focus_active(self) -> None:
        is_filtering = self.has_class("-filtering")
        if self.is_current and not is_filtering and self.focused is not self.active:
            self.active.focus(scroll_visible=False)

    def _show_again(self) -> None:
        """Answer a key at once, with what the last frame showed."""
        if self._shown is not None:
            self.frame(*self._shown)
