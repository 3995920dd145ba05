"""All panes, and the places they stand in."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.actions.panes import PANE_NAMES
from rtp_tui.tui.layout import COMPANIES
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
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.parts import Parts
from rtp_tui.tui.panes.performance import Performance
from rtp_tui.tui.panes.portfolios import Portfolios
from rtp_tui.tui.panes.positions import Positions
from rtp_tui.tui.panes.quality import Quality
from rtp_tui.tui.panes.risk import Risk
from rtp_tui.tui.panes.rules import Rules
from rtp_tui.tui.panes.selected import Selected
from rtp_tui.tui.panes.signals import Signals
from rtp_tui.tui.panes.silences import Silences
from rtp_tui.tui.panes.treasury import Treasury
from rtp_tui.tui.widgets.chart_view import ChartView
from rtp_tui.tui.widgets.pane_view import PaneView
from rtp_tui.tui.widgets.prices_view import PricesView

BESIDE = ("health", "feeds", "breakers", "markets", "parts")
"""One above the other, right of the prices."""
ACCOUNTS = ("portfolios", "risk")
"""One above the other, beside the positions."""
BELOW = ("jobs", "log", "clients", *sorted(frozenset[str]().union(*COMPANIES), key=PANE_NAMES.index))
"""Side by side, across the lower half."""


class Desk:
    """The views of all panes by their names, the chart among them."""

    def __init__(self, painter: Painter) -> None:
        self.prices = PricesView(painter)
        self.views: dict[str, PaneView] = {"prices": self.prices} | {
            pane.name: PaneView(pane, painter)
            for pane in (
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
        self._shown_before = frozenset[str]()
        self.chart = ChartView(painter)
        self.views[self.chart.pane.name] = self.chart

    def compose(self) -> ComposeResult:
        """The views in their boxes."""
        with Vertical(id="body"):
            with Horizontal(id="upper"):
                with Vertical(id="left"):
                    yield self.views["prices"]
                    yield self.chart
                    yield self.views["selected"]
                with Vertical(id="right"):
                    yield from (self.views[name] for name in BESIDE)
            with Horizontal(id="lower"):
                with Vertical(id="accounts"):
                    yield from (self.views[name] for name in ACCOUNTS)
                yield from (self.views[name] for name in BELOW if name not in ACCOUNTS)

    @property
    def panes(self) -> dict[str, Pane]:
        """What the views show."""
        return {name: view.pane for name, view in self.views.items()}

    @property
    def names_shown(self) -> frozenset[str]:
        """The names of the panes on screen."""
        return frozenset(name for name, view in self.views.items() if view.display)

    def instruments_of_interest(self, instruments: Sequence[InstrumentId]) -> Sequence[InstrumentId]:
        """The marked ones; where none is marked all of them, those that the prices show first."""
        if self.prices.marks:
            return tuple(map(InstrumentId, self.prices.marks.keys))
        shown = map(InstrumentId, self.prices.keys)
        return tuple(dict.fromkeys((*shown, *instruments)))

    def is_as_before(self) -> bool:
        """The same panes are on screen as at the last call; one that has just come learns its size after a frame."""
        before, self._shown_before = self._shown_before, self.names_shown
        return before == self._shown_before

    @property
    def problems(self) -> dict[str, str]:
        """What went wrong in panes, by their names."""
        return {name: view.problem for name, view in self.views.items() if view.problem}
