"""What the person does about portfolios and watchlists: hold, take out, make, delete, watch."""

from typing import TYPE_CHECKING

from rtp_tui.model.commands import SavePortfolio
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.tui.alert_words import Misunderstood
from rtp_tui.tui.panes.positions import position_of
from rtp_tui.tui.portfolio_words import deletion, held, holding_text, new_portfolio, turned, without
from rtp_tui.tui.prompting import Asked, Prompting
from rtp_tui.tui.proposals import Nothing, Proposal
from rtp_tui.tui.scene import Scene

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp


class PortfolioOperations:
    """Asks for what an edit needs; what comes of it is said by the others."""

    def __init__(self, app: "ConsoleApp", prompting: Prompting) -> None:
        self._app = app
        self._prompting = prompting

    async def make(self, scene: Scene) -> None:
        """Ask for the name of a new portfolio."""
        about = "Its name, and the currency that it is valued in: desk EUR"

        def order(typed: str) -> SavePortfolio | Misunderstood:
            return new_portfolio(typed, scene.portfolios)

        await self._prompting.ask(Asked(title="New portfolio", about=about, order=order))

    async def hold(self, scene: Scene, pane: str, key: str | None) -> Nothing | None:
        """Ask how much is held of what; the selected position is offered."""
        portfolio = chosen_portfolio(scene)
        if portfolio is None:
            return no_portfolio(scene)
        position = position_of(portfolio, key) if pane == "positions" and key else None
        offers = () if position is None else (holding_text(position),)
        asked = Asked(
            title=f"Position of {portfolio.name}",
            about="All that is held of an instrument, below zero where it is sold short, and what one\n"
            "cost if that is known: crypto:BTC 0.5 @60000. A quantity of 0 takes it out.",
            # Of what it is by then: somebody else may have edited it meanwhile.
            order=lambda typed: held(self._newest(portfolio), typed),
            offers=offers,
            typed=offers[0] if offers else "",
        )
        await self._prompting.ask(asked)
        return None

    def _newest(self, portfolio: Portfolio) -> Portfolio:
        app = self._app
        scene = app.lens.scene(app.follower, app.clock.monotonic(), app.clock.now_ms())
        return scene.portfolios.get(portfolio.name, portfolio)


def chosen_portfolio(scene: Scene) -> Portfolio | None:
    """The one that is looked at."""
    return scene.portfolios.get(scene.portfolio or "")


def no_portfolio(scene: Scene) -> Nothing:
    """Why nothing is done where none is looked at."""
    return Nothing(f"no portfolio is chosen: {scene.key('new_portfolio')} makes one")


def removal(scene: Scene, pane: str, key: str) -> Proposal | Nothing:
    """Take out a position, or delete a portfolio; both ask first."""
    portfolio = scene.portfolios.get(key) if pane == "portfolios" else chosen_portfolio(scene)
    if portfolio is None:
        return no_portfolio(scene)
    if pane == "portfolios":
        return deletion(portfolio)
    position = position_of(portfolio, key)
    order = without(portfolio, position.instrument) if position else Misunderstood("that position is gone")
    if position is None or isinstance(order, Misunderstood):
        return Nothing("that position is gone")
    return Proposal(
        command=order,
        question=f"Take {position.instrument} out of {portfolio.name}?",
        touches=(f"{holding_text(position)} is not held any more.",),
    )


def watching(scene: Scene, name: str, instrument: InstrumentId | None) -> Proposal | Nothing:
    """Put an instrument on a watchlist, or take it off."""
    if instrument is None:
        return Nothing("no instrument is selected")
    return Proposal(command=turned(scene.watchlists.get(name, Watchlist(name)), instrument))
