"""What the cursors choose for other panes: an instrument, a portfolio, a class, a watchlist."""

from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.answers import EVERYTHING
from rtp_tui.tui.layout import company_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.desk import Desk
from rtp_tui.tui.watching import DEFAULT_WATCHLIST, list_after, watch_filter, watched_by
from rtp_tui.tui.widgets.pane_view import PaneView


class Choosing:
    """Reads and moves the cursors of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def chosen(self, scene: Scene) -> Scene:
        """The scene, with what the cursors choose."""
        cursor = self._desk.views["prices"].cursor
        return replace(
            scene,
            selected=None if cursor is None else InstrumentId(cursor),
            portfolio=self._row("portfolios", scene),
            asset_class=self._row("market", scene) or EVERYTHING,
        )

    def choose_next(self, active: str, scene: Scene) -> None:
        """Look at the next portfolio, or class of the market."""
        view = self._desk.views["market" if active in company_of("market") else "portfolios"]
        keys = view.keys if view.display else view.pane.keys(scene)
        if keys:
            now = self._row(view.pane.name, scene)
            view.choose(keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0])

    def chart_selected(self, active: PaneView, scene: Scene) -> None:
        """Another pane's cursor says which instrument; while the chart has the keys, that of the prices."""
        chart = self._desk.chart
        view = self._desk.views["prices"] if active is chart else active
        selected = view.pane.instrument(scene, view.cursor) if view.cursor is not None else None
        instrument = selected or (None if chart.session.instrument else scene.selected)
        if instrument is not None:
            chart.session.open(instrument, scene)

    def watchlist(self, scene: Scene | None) -> str:
        """The list that an instrument is put on: the one that is looked at."""
        lists = scene.watchlists if scene is not None else ()
        return watched_by(self._desk.views["prices"].filter_text, lists) or DEFAULT_WATCHLIST

    def watchlist_after(self, scene: Scene) -> str | None:
        """The list to look at next; None for all instruments."""
        lists = sorted(scene.watchlists)
        return list_after(watched_by(self._desk.views["prices"].filter_text, lists), lists)

    def show_watchlist(self, name: str | None, scene: Scene | None) -> None:
        """Show the prices of a watchlist only; of all without a name."""
        lists = scene.watchlists if scene is not None else ()
        self._desk.views["prices"].set_filter("" if name is None else watch_filter(name, lists))

    def _row(self, pane: str, scene: Scene) -> str | None:
        """The row that the cursor of a pane is on, which need not be on screen."""
        view = self._desk.views[pane]
        keys = view.pane.keys(scene)
        return view.cursor if view.cursor in keys else next(iter(keys), None)
