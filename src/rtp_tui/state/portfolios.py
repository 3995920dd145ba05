"""What is held and watched: portfolios with their worth and risk, and watchlists."""

from rtp_tui.model.events import Event
from rtp_tui.model.portfolios import (
    Portfolio,
    PortfolioRemoved,
    PortfolioSaved,
    PortfolioValue,
    PortfolioValued,
    RiskMeasured,
    RiskReport,
)
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved


class PortfolioSlice:
    """The newest word on each, by name."""

    def __init__(self) -> None:
        self.portfolios: dict[str, Portfolio] = {}
        self.values: dict[str, PortfolioValue] = {}
        self.risks: dict[str, RiskReport] = {}
        self.watchlists: dict[str, Watchlist] = {}

    def apply(self, event: Event) -> None:
        payload = event.payload
        if isinstance(payload, PortfolioValued):
            self.values[payload.value.name] = payload.value
        elif isinstance(payload, RiskMeasured):
            self.risks[payload.report.name] = payload.report
        elif isinstance(payload, PortfolioSaved):
            self.portfolios[payload.portfolio.name] = payload.portfolio
        elif isinstance(payload, PortfolioRemoved):
            for known in (self.portfolios, self.values, self.risks):
                known.pop(payload.name, None)
        elif isinstance(payload, WatchlistSaved):
            self.watchlists[payload.watchlist.name] = payload.watchlist
        elif isinstance(payload, WatchlistRemoved):
            self.watchlists.pop(payload.name, None)
