"""Answers about portfolios: what they are worth, and what they risk."""

from collections.abc import Awaitable, Callable

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.analytics.risk_question import LEAST_PERIODS, RiskQuestion
from rtp_tui.api.portfolio_orders import require_portfolio
from rtp_tui.api.risk_questions import RiskQuestions
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.portfolios import Portfolio, RiskReport
from rtp_tui.model.queries import (
    GetPortfolioRisk,
    GetPortfolios,
    PortfolioList,
    PortfolioView,
)
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS
from rtp_tui.state.pipeline_state import PipelineState


class PortfolioAnswers:
    """Reads the state; `report` works out a risk, off the loop."""

    def __init__(
        self,
        desk: PortfolioDesk,
        state: PipelineState,
        questions: RiskQuestions,
        report: Callable[[RiskQuestion], Awaitable[RiskReport]],
    ) -> None:
        self._desk = desk
        self._state = state
        self._questions = questions
        self._report = report

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
        *longer, shortest = await self._questions.timeframes(portfolio, query)
        for timeframe in longer:
            report = await self._over(portfolio, timeframe, query)
            if report.periods >= LEAST_PERIODS:
                return report
        return await self._over(portfolio, shortest, query)

    async def _over(self, portfolio: Portfolio, timeframe: str, query: GetPortfolioRisk) -> RiskReport:
        value = self._desk.value(portfolio)
        return await self._report(await self._questions.over(portfolio, value, timeframe, query))

    def _view(self, portfolio: Portfolio) -> PortfolioView:
        name = portfolio.name
        return PortfolioView(
            portfolio=portfolio, value=self._desk.value(portfolio), risk=self._state.portfolio.risks.get(name)
        )


def _name(portfolio: Portfolio) -> str:
    return portfolio.name
