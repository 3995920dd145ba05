"""What may be kept as a portfolio or a watchlist."""

import math

import pytest

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.model.commands import RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.documents import Document
from rtp_tui.model.errors import BadRequest, UnknownInstrument, UnknownWatchlist
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import MOST_PORTFOLIOS, MOST_POSITIONS, Portfolio, Position
from rtp_tui.model.watchlists import MOST_WATCHLISTS, Watchlist
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, ETH, an_instrument
from tests.fakes import FakeClock

ONE = (Position(BTC, 1.0),)


class Orders:
    """Orders of a desk that knows two instruments; what it kept."""

    def __init__(self) -> None:
        self.state = PipelineState([an_instrument(BTC), an_instrument(ETH)])
        self.kept: list[Document] = []
        desk = PortfolioDesk(self.state, self._announce, self.kept.append, FakeClock())
        self.orders = PortfolioOrders(desk, self.state)

    def _announce(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))


@pytest.mark.parametrize(
    "portfolio",
    [
        Portfolio("", ONE),
        Portfolio(" x", ONE),
        Portfolio("../x", ONE),
        Portfolio("x" * 65, ONE),
        Portfolio("x", ONE * (MOST_POSITIONS + 1)),
        Portfolio("x", ONE, base_currency="usd"),
        Portfolio("x", ONE, base_currency=""),
        Portfolio("x", ONE, description="x" * 401),
        Portfolio("x", (Position(BTC, 0.0),)),
        Portfolio("x", (Position(BTC, 1e16),)),
        Portfolio("x", (Position(BTC, -1e16),)),
        Portfolio("x", (Position(BTC, math.nan),)),
        Portfolio("x", (Position(BTC, math.inf),)),
        Portfolio("x", (Position(BTC, 1.0, -1.0),)),
        Portfolio("x", (Position(BTC, 1.0, math.nan),)),
    ],
    ids=repr,
)
async def test_what_no_portfolio_can_be_is_refused_and_nothing_is_kept(portfolio: Portfolio) -> None:
    given = Orders()
    with pytest.raises(BadRequest):
        await given.orders.save(SavePortfolio(portfolio=portfolio))
    assert (given.kept, given.state.portfolio.portfolios) == ([], {})


async def test_a_benchmark_that_is_not_there_is_refused() -> None:
    portfolio = Portfolio("x", ONE, benchmark=InstrumentId("index:SPX"))
    with pytest.raises(UnknownInstrument):
        await Orders().orders.save(SavePortfolio(portfolio=portfolio))


async def test_there_is_an_end_to_portfolios_and_watchlists_but_those_there_are_can_be_changed() -> None:
    given = Orders()
    for number in range(MOST_PORTFOLIOS):
        await given.orders.save(SavePortfolio(portfolio=Portfolio(f"p{number}", ONE)))
    for number in range(MOST_WATCHLISTS):
        await given.orders.save_watchlist(SaveWatchlist(watchlist=Watchlist(f"w{number}", (BTC,))))

    with pytest.raises(BadRequest, match="100 portfolios"):
        await given.orders.save(SavePortfolio(portfolio=Portfolio("more", ONE)))
    with pytest.raises(BadRequest, match="100 watchlists"):
        await given.orders.save_watchlist(SaveWatchlist(watchlist=Watchlist("more")))
    done = await given.orders.save(SavePortfolio(portfolio=Portfolio("p0", (Position(ETH, 1.0),))))
    assert done.message.endswith("saved")


async def test_a_watchlist_that_is_not_there_names_the_one_that_may_be_meant() -> None:
    given = Orders()
    await given.orders.save_watchlist(SaveWatchlist(watchlist=Watchlist("coins", (BTC,))))
    with pytest.raises(UnknownWatchlist, match="is coins meant"):
        await given.orders.remove_watchlist(RemoveWatchlist(name="coin"))
