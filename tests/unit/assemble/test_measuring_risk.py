"""A portfolio that is saved before the past of what it holds is known."""

import asyncio

from msgspec.structs import replace

from rtp_tui.analytics.risk_turns import ALL_EVERY_S, ARRIVED_S
from rtp_tui.assemble.portfolios import measure_risks
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved, Position, RiskReport
from rtp_tui.model.queries import GetPortfolioRisk
from tests.an_engine import AnEngine
from tests.factories import BTC, a_bar
from tests.fakes import FakeClock
from tests.frozen_portfolios import a_risk

HELD = Portfolio(name="desk", positions=(Position(BTC, 1.0),))
KNOWN = a_risk(name="desk", score=40.0, unknown=())


async def test_risk_that_was_not_known_is_announced_soon_after_history_has_arrived() -> None:
    clock = FakeClock()
    pipeline, measured = AnEngine(clock).pipeline, list[int]()
    pipeline.announce(PortfolioSaved(HELD))

    async def measure(portfolio: Portfolio, query: GetPortfolioRisk) -> RiskReport:
        bars = pipeline.bars_in_memory(BTC)
        measured.append(len(bars))
        return KNOWN if bars else replace(KNOWN, score=None, unknown=("too little history",))

    risks = pipeline.state.portfolio.risks
    async with asyncio.TaskGroup() as group:
        part = group.create_task(measure_risks(measure, pipeline, clock))
        await clock.advance(100)
        assert risks["desk"].score is None
        assert len(measured) < 7
        pipeline.keep_backfill([a_bar(instrument=BTC, source="binance:BTCUSDT")])
        await clock.advance(ARRIVED_S + 1)
        assert risks["desk"] == KNOWN
        looks = len(measured)
        await clock.advance(ALL_EVERY_S - ARRIVED_S - 5)
        assert len(measured) == looks
        await clock.advance(ARRIVED_S + 5)
        assert len(measured) == looks + 1
        part.cancel()
