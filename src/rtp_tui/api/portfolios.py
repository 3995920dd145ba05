"""Answers about portfolios: what they are worth, and what they risk."""

from collections.abc import Awaitable, Callable, Iterable

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.analytics.risk_question import LEAST_PERIODS, Closes, RiskQuestion
from rtp_tui.api.portfolio_orders import require_portfolio
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.portfolios import Portfolio, RiskReport
from rtp_tui.model.queries import (
    BarPage,
    GetBars,
    GetPortfolioRisk,
    GetPortfolios,
    PortfolioList,
    PortfolioView,
)
from rtp_tui.processing.bar_grid import DAY_MS, TIMEFRAMES_MS
from rtp_tui.scheduling.trading_calendar import ALWAYS_OPEN
from rtp_tui.state.pipeline_state import PipelineState

MOST_BARS = 400
_LONGEST_FIRST = tuple(sorted(TIMEFRAMES_MS, key=lambda name: -TIMEFRAMES_MS[name]))
_OPEN_SHARE = 6.5 / 24
"""Of the hours of its days a stock exchange is open."""


class PortfolioAnswers:
    """Reads the state and the bars; `report` works out a risk, off the loop."""

    def __init__(
        self,
        desk: PortfolioDesk,
        state: PipelineState,
        bars: Callable[[GetBars], Awaitable[BarPage]],
        report: Callable[[RiskQuestion], Awaitable[RiskReport]],
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._state = state
        self._bars = bars
        self._report = report
        self._clock = clock

    async def portfolios(self, query: GetPortfolios) -> PortfolioList:
        """All of them, or one, as they stand now. Raises UnknownPortfolio."""
        known = self._state.portfolio.portfolios
        if query.name is not None:
            require_portfolio(query.name, self._state)
        wanted = known.values() if query.name is None else (known[query.name],)
        return PortfolioList(portfolios=tuple(self._view(one) for one in sorted(wanted, key=_name)))

    async def risk(self, query: GetPortfolioRisk) -> RiskReport:
        """Over the bars of a timeframe, or of the longest of which there are enough. Raises UnknownPortfolio, BadRequest."""
        require_portfolio(query.name, self._state)
        if query.timeframe is not None and query.timeframe not in TIMEFRAMES_MS:
            raise BadRequest(f"timeframe: one of {', '.join(TIMEFRAMES_MS)}")
        return await self.measured(self._state.portfolio.portfolios[query.name], query)

    async def measured(self, portfolio: Portfolio, query: GetPortfolioRisk) -> RiskReport:
        """The risk of a portfolio as it stands now."""
        timeframes = _LONGEST_FIRST if query.timeframe is None else (query.timeframe,)
        for timeframe in timeframes[:-1]:
            report = await self._over(portfolio, timeframe, query)
            if report.periods >= LEAST_PERIODS:
                return report
        return await self._over(portfolio, timeframes[-1], query)

    async def _over(self, portfolio: Portfolio, timeframe: str, query: GetPortfolioRisk) -> RiskReport:
        known = self._state.market.instruments
        named = dict.fromkeys(position.instrument for position in portfolio.positions)
        if portfolio.benchmark:
            named[portfolio.benchmark] = None
        held = [known[one] for one in named if one in known]
        closes = {one.id: await self._closes(one, timeframe, query) for one in held}
        question = RiskQuestion(
            value=self._desk.value(portfolio),
            timeframe=timeframe,
            closes=closes,
            periods_a_year=periods_a_year(timeframe, held),
            periods_a_day=periods_a_day(timeframe, held),
            benchmark=portfolio.benchmark,
            risk_free=query.risk_free,
            foreign=tuple(one.id for one in held if one.currency != portfolio.base_currency),
        )
        return await self._report(question)

    async def _closes(self, instrument: Instrument, timeframe: str, query: GetPortfolioRisk) -> Closes:
        now_ms = self._clock.now_ms()
        end_ms = now_ms if query.end_ms is None else query.end_ms
        start_ms = query.start_ms
        if start_ms is None:
            # Twice as long, for the hours and days on which a market is closed.
            start_ms = end_ms - 2 * MOST_BARS * TIMEFRAMES_MS[timeframe]
        page = await self._bars(
            GetBars(
                instrument=instrument.id,
                timeframe=timeframe,
                start_ms=start_ms,
                end_ms=end_ms,
                limit=2 * MOST_BARS,
            )
        )
        closed = [bar for bar in page.bars if bar.closed][-MOST_BARS:]
        return Closes([bar.open_ms for bar in closed], [bar.close for bar in closed])

    def _view(self, portfolio: Portfolio) -> PortfolioView:
        name = portfolio.name
        return PortfolioView(
            portfolio=portfolio, value=self._desk.value(portfolio), risk=self._state.portfolio.risks.get(name)
        )


def periods_a_day(timeframe: str, held: Iterable[Instrument]) -> float:
    """How many bars a day of the markets has, that of the one that is open the least."""
    is_always_open = all(one.market == ALWAYS_OPEN for one in held)
    share = 1.0 if is_always_open or timeframe == "1d" else _OPEN_SHARE
    return max(1.0, DAY_MS * share / TIMEFRAMES_MS[timeframe])


def periods_a_year(timeframe: str, held: Iterable[Instrument]) -> float:
    """365 days of a year where everything is always open, else 252."""
    every = tuple(held)
    days = 365 if all(one.market == ALWAYS_OPEN for one in every) else 252
    return days * periods_a_day(timeframe, every)


def _name(portfolio: Portfolio) -> str:
    return portfolio.name
