"""Treasuries at the prices of now."""

import pytest

from rtp_tui.api.treasury import READ_AGAIN_S, TreasuryAnswers
from rtp_tui.feeds.treasuries import NO_SOURCE, TreasuryFeed
from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.events import Event
from rtp_tui.model.queries import FilingPage, GetFilings, GetTreasury
from rtp_tui.model.treasury import Unknown
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import MSTR, NOW_MS, a_fact, a_quote, an_instrument, disclosures
from tests.fakes import FakeClock
from tests.treasuries import a_holder, a_shares_fact, told_treasuries


class Filed(MemoryHistory):
    """A history that knows one company, or cannot be read."""

    def __init__(self) -> None:
        super().__init__(Memory())
        self.reads_of: list[str] = []
        self.is_broken = False

    async def filings(self, query: GetFilings) -> FilingPage:
        if self.is_broken:
            raise StoreUnusable("the file is gone")
        self.reads_of.append(query.instrument)
        facts = (a_fact(value=640_000.0), a_shares_fact())
        return FilingPage(company=disclosures().company, facts=facts, filings=())


class World:
    """Answers with what they are made from."""

    def __init__(self) -> None:
        self.clock = FakeClock(now_ms=NOW_MS)
        self.history = Filed()
        state = PipelineState([an_instrument(), an_instrument(MSTR)])
        state.apply(Event(1, a_quote(price=100_000.0)))
        state.apply(Event(2, a_quote(instrument=MSTR, price=200.0)))
        self.feed = TreasuryFeed(None, lambda _document: None, self.clock)
        self.feed.told["BTC"] = told_treasuries(a_holder())
        self.answers = TreasuryAnswers(self.feed, self.history, state, self.clock)


async def test_what_is_told_and_filed_meets_the_prices_of_now() -> None:
    world = World()
    world.feed.failures["BTC"] = "HTTP 503"
    report = await world.answers.treasury(GetTreasury())
    (row,), (coin,) = report.companies, report.coins
    assert (row.value_usd, row.market_cap_usd, row.coins_per_share) == (65e9, 50e9, 0.0026)
    assert row.filed is not None
    assert row.filed.change == 10_000.0
    assert (coin.told_ms, coin.failure) == (NOW_MS - 720_000, "HTTP 503")
    assert report.failures == (Unknown("BTC", "HTTP 503"),)
    assert (report.at_ms, report.obstacle) == (NOW_MS, NO_SOURCE)


async def test_one_coin_is_told_alone_and_an_unknown_one_is_refused() -> None:
    world = World()
    world.feed.told["ETH"] = told_treasuries(a_holder(), coin="ETH")
    report = await world.answers.treasury(GetTreasury(coin="eth"))
    assert [row.coin for row in report.companies] == [coin.coin for coin in report.coins] == ["ETH"]
    with pytest.raises(BadRequest, match="coin: one of BTC, ETH"):
        await world.answers.treasury(GetTreasury(coin="DOGE"))


async def test_figures_are_read_once_in_a_while() -> None:
    world = World()
    for _ in range(3):
        await world.answers.treasury(GetTreasury())
    assert world.history.reads_of == [MSTR]
    await world.clock.advance(READ_AGAIN_S)
    await world.answers.treasury(GetTreasury())
    assert world.history.reads_of == [MSTR, MSTR]


async def test_a_store_that_cannot_be_read_is_said() -> None:
    world = World()
    world.history.is_broken = True
    with pytest.raises(Failed, match="the file is gone"):
        await world.answers.treasury(GetTreasury())
