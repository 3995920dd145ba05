"""Portfolios from second to second."""

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.health import Freshness
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved, PortfolioValued, Position
from rtp_tui.model.watchlists import Watchlist, WatchlistSaved
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, ETH, NOW_MS, a_quote, a_verdict, an_instrument
from tests.fakes import FakeClock

HELD = Portfolio("desk", (Position(BTC, 2.0),))


class Desk:
    """A desk, the state that it announces into, and what it announced and kept."""

    def __init__(self) -> None:
        self.state = PipelineState(
            [an_instrument(BTC), an_instrument(ETH, currency="EUR"), an_instrument("fx:EUR-USD")]
        )
        self.told: list[Payload] = []
        self.kept: list[Document] = []
        self.clock = FakeClock(now_ms=NOW_MS)
        self.desk = PortfolioDesk(self.state, self.announce, self.kept.append, self.clock)

    def announce(self, payload: Payload) -> None:
        self.told.append(payload)
        self.state.apply(Event(self.state.seq + 1, payload))

    def values(self) -> list[float | None]:
        return [one.value.value for one in self.told if isinstance(one, PortfolioValued)]


def test_what_is_saved_is_kept_announced_and_valued_at_once() -> None:
    desk = Desk()
    desk.announce(a_quote(price=100.0))
    desk.desk.save(HELD)

    assert [document.name for document in desk.kept] == ["desk"]
    assert desk.told[1] == PortfolioSaved(HELD)
    assert desk.values() == [200.0]


async def test_only_what_changed_is_announced_again() -> None:
    desk = Desk()
    desk.desk.save(HELD)
    desk.desk.save(Portfolio("other", (Position(ETH, 1.0),)))
    desk.told.clear()

    desk.desk.value_all()
    assert desk.told == []
    await desk.clock.advance(5.0)
    desk.announce(a_quote(price=100.0))
    desk.desk.value_all()
    desk.desk.value_all()
    assert desk.values() == [200.0]


def test_a_position_in_another_currency_is_valued_at_the_pairs_price() -> None:
    desk = Desk()
    desk.announce(a_quote(instrument=ETH, price=100.0, change_24h=10.0))
    desk.desk.save(Portfolio("desk", (Position(ETH, 1.0),)))
    desk.announce(a_quote(instrument="fx:EUR-USD", price=1.25))
    desk.desk.value_all()
    assert desk.values() == [None, 125.0]


def test_a_stale_price_is_marked() -> None:
    desk = Desk()
    desk.announce(a_quote(price=100.0))
    desk.announce(a_verdict(freshness=Freshness.STALE))
    assert [one.is_stale for one in desk.desk.value(HELD).positions] == [True]


def test_an_earlier_runs_portfolios_and_watchlists_are_there_again() -> None:
    before, after = Desk(), Desk()
    before.desk.save(HELD)
    before.desk.save_watchlist(Watchlist("mine", (BTC,)))

    assert after.desk.restore(before.kept) == []

    assert after.told == [PortfolioSaved(HELD), WatchlistSaved(Watchlist("mine", (BTC,)))]
    assert after.kept == []


def test_what_cannot_be_read_is_named_and_the_rest_is_there() -> None:
    desk = Desk()
    desk.desk.save(HELD)
    broken = Document(DocumentKind.PORTFOLIO, "broken", NOW_MS, '{"positions": 3}')
    again = Desk()
    assert again.desk.restore([broken, *desk.kept]) == ["broken"]
    assert list(again.state.portfolio.portfolios) == ["desk"]


def test_what_is_removed_leaves_a_mark_in_the_store_and_nothing_in_the_state() -> None:
    desk = Desk()
    desk.desk.save(HELD)
    desk.desk.save_watchlist(Watchlist("mine", (BTC,)))
    desk.desk.remove("desk")
    desk.desk.remove_watchlist("mine")

    assert [document.payload for document in desk.kept[-2:]] == [None, None]
    assert (
        desk.state.portfolio.portfolios,
        desk.state.portfolio.values,
        desk.state.portfolio.watchlists,
    ) == ({}, {}, {})
