"""Treasuries of companies: what is told and filed, at the prices of now."""

from msgspec.structs import replace

from rtp_tui.analytics.treasury import report_treasuries
from rtp_tui.analytics.treasury_world import CoinPrice, Share
from rtp_tui.clock import Clock
from rtp_tui.feeds.filings import is_us_stock
from rtp_tui.feeds.treasuries import TreasuryFeed, is_coin
from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.queries import FilingPage, GetFilings, GetTreasury
from rtp_tui.model.treasury import CoinTreasury, TreasuryReport, Unknown
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable

READ_AGAIN_S = 15.0
"""Figures of filings are in the store, and change once a day at most."""


class TreasuryAnswers:
    """Reads what the feed was told, the state, and stored figures, which are remembered for a while."""

    def __init__(self, feed: TreasuryFeed, history: History, state: PipelineState, clock: Clock) -> None:
        self._feed = feed
        self._history = history
        self._state = state
        self._clock = clock
        self._pages: dict[InstrumentId, FilingPage] = {}
        self._read_s = float("-inf")

    async def treasury(self, query: GetTreasury) -> TreasuryReport:
        """All companies, or those that hold one coin. Raises BadRequest for a coin that nobody tells of, Failed."""
        await self._read_figures()
        instruments = tuple(self._state.market.instruments.values())
        coins = [self._coin(one) for one in instruments if is_coin(one)]
        shares = [self._share(one) for one in instruments if is_us_stock(one)]
        told = tuple(self._feed.told.values())
        report = report_treasuries(told, coins, shares, self._clock.now_ms())
        report = replace(
            report,
            coins=tuple(map(self._with_failure, report.coins)),
            failures=tuple(Unknown(coin, why) for coin, why in self._feed.failures.items()),
            obstacle=self._feed.obstacle(instruments),
        )
        return report if query.coin is None else _of_one(report, query.coin.upper())

    async def _read_figures(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._read_s < READ_AGAIN_S:
            return
        stocks = [one.id for one in self._state.market.instruments.values() if is_us_stock(one)]
        try:
            self._pages = {
                stock: await self._history.filings(GetFilings(instrument=stock, limit=1)) for stock in stocks
            }
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        self._read_s = now_s

    def _coin(self, coin: Instrument) -> CoinPrice:
        quote = self._state.market.quotes.get(coin.id)
        return CoinPrice(coin.symbol.upper(), coin.name, coin.id, None if quote is None else quote.price)

    def _share(self, stock: Instrument) -> Share:
        quote, page = self._state.market.quotes.get(stock.id), self._pages.get(stock.id)
        return Share(
            instrument=stock,
            price=None if quote is None else quote.price,
            market_cap=None if quote is None else quote.market_cap,
            company="" if page is None or page.company is None else page.company.name,
            facts=() if page is None else page.facts,
        )

    def _with_failure(self, coin: CoinTreasury) -> CoinTreasury:
        return replace(coin, failure=self._feed.failures.get(coin.coin, ""))


def _of_one(report: TreasuryReport, coin: str) -> TreasuryReport:
    known = [one.coin for one in report.coins]
    if coin not in known:
        raise BadRequest(f"coin: one of {', '.join(known) or 'none yet'}")
    return replace(
        report,
        companies=tuple(row for row in report.companies if row.coin == coin),
        coins=tuple(one for one in report.coins if one.coin == coin),
    )
