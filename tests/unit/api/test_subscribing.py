"""Having priced what a watchlist names and nobody prices yet."""

import pytest

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.api.subscribing import MOST_AT_ONCE, Subscribing
from rtp_tui.model.commands import AddInstrument, Done, SaveWatchlist
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, an_instrument
from tests.fakes import FakeClock

GALA, NONE = InstrumentId("crypto:GALA"), InstrumentId("crypto:NONE")


class Engine:
    """Prices BTC; its provider lists GALA and a hundred numbered coins."""

    def __init__(self) -> None:
        self.state = PipelineState([an_instrument(BTC)])
        self.added: list[Instrument] = []
        self.sought: list[InstrumentId] = []
        desk = PortfolioDesk(self.state, self._announce, lambda _: None, FakeClock())
        subscribing = Subscribing(self._find, self._add)
        self.orders = PortfolioOrders(desk, self.state, subscribing.subscribe)

    async def watch(self, *instruments: InstrumentId, subscribe: bool) -> Done:
        order = SaveWatchlist(watchlist=Watchlist("mine", instruments), subscribe=subscribe)
        return await self.orders.save_watchlist(order)

    @property
    def watched(self) -> tuple[InstrumentId, ...]:
        kept = self.state.portfolio.watchlists.get("mine")
        return () if kept is None else kept.instruments

    def _announce(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    async def _find(self, wanted: InstrumentId) -> Instrument | str:
        self.sought.append(wanted)
        return "not listed as binance:NONEUSDT" if wanted == NONE else an_instrument(wanted)

    async def _add(self, command: AddInstrument) -> Done:
        self.added.append(command.instrument)
        return Done(message="")


async def test_what_a_provider_lists_is_priced_and_watched() -> None:
    engine = Engine()
    done = await engine.watch(BTC, GALA, subscribe=True)
    assert [one.id for one in engine.added] == [GALA]
    assert (engine.sought, engine.watched) == ([GALA], (BTC, GALA))
    assert "crypto:GALA is priced by" in done.message


async def test_without_the_choice_nobody_is_asked_and_it_is_said_that_one_could() -> None:
    engine = Engine()
    with pytest.raises(UnknownInstrument, match="with subscribe the providers are asked"):
        await engine.watch(BTC, GALA, subscribe=False)
    assert (engine.sought, engine.added, engine.watched) == ([], [], ())


async def test_where_nobody_lists_one_none_is_priced_and_the_list_stays_as_it_was() -> None:
    engine = Engine()
    with pytest.raises(UnknownInstrument, match="crypto:NONE cannot be priced: not listed as binance"):
        await engine.watch(GALA, NONE, subscribe=True)
    assert (engine.added, engine.watched) == ([], ())


async def test_what_can_be_no_list_is_refused_before_anybody_is_asked() -> None:
    engine = Engine()
    many = [InstrumentId(f"crypto:C{number}") for number in range(MOST_AT_ONCE + 1)]
    with pytest.raises(BadRequest, match="20 new ones at most"):
        await engine.watch(*many, subscribe=True)
    with pytest.raises(BadRequest, match="twice"):
        await engine.watch(GALA, GALA, subscribe=True)
    assert engine.sought == []


async def test_what_is_priced_already_is_sought_nowhere() -> None:
    engine = Engine()
    assert (await engine.watch(BTC, subscribe=True)).message == "mine: 1 instruments"
    assert engine.sought == []
