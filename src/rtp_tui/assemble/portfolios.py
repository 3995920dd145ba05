"""Portfolios and watchlists: what they go on from, who values them, and who gives orders about them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.analytics.risk_question import RiskQuestion
from rtp_tui.analytics.risk_turns import RiskTurns
from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.api.portfolios import PortfolioAnswers
from rtp_tui.api.risk_questions import RiskQuestions
from rtp_tui.assemble.ground import Ground
from rtp_tui.clock import Clock
from rtp_tui.model.commands import RemovePortfolio, RemoveWatchlist, SavePortfolio, SaveWatchlist
from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, RiskMeasured, RiskReport
from rtp_tui.model.queries import GetPortfolioRisk, GetPortfolios
from rtp_tui.model.sessions import Span
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.storage.contract import History, StoreUnusable

_LOOK_EVERY_S = 1.0
_log = logging.getLogger(__name__)


async def portfolio_desk(ground: Ground) -> PortfolioDesk:
    """What goes on with the portfolios and watchlists of an earlier run."""
    pipeline = ground.pipeline
    desk = PortfolioDesk(pipeline.state, pipeline.announce, pipeline.recorder.add_document, ground.clock)
    for kind in (DocumentKind.PORTFOLIO, DocumentKind.WATCHLIST):
        try:
            unread = desk.restore(await ground.history.documents(kind))
        except StoreUnusable as error:
            _log.warning("%ss of earlier runs are not known: %s", kind.value, error)
        else:
            for name in unread:
                _log.warning("%s %s is left out: it is of another version", kind.value, name)
    return desk


def add_portfolios(
    supervisor: Supervisor,
    handlers: Handlers,
    api: PipelineApi,
    orders: PortfolioOrders,
    desk: PortfolioDesk,
    ground: Ground,
) -> None:
    """Give the supervisor what values portfolios, and the door who answers about them; nothing where they are off."""
    features, pipeline, clock = ground.settings.features, ground.pipeline, ground.clock
    if not features.portfolio:
        answer_watchlists(handlers, orders)
        return
    spans = partial(_bar_spans, pipeline, ground.history)
    questions = RiskQuestions(pipeline.state, api.query, spans, clock)
    answers = PortfolioAnswers(desk, pipeline.state, questions, _report)
    answer_portfolios(handlers, orders, answers)
    supervisor.add("portfolios", desk.run, after=("store",))
    if features.risk:
        supervisor.add(
            "risk", partial(measure_risks, answers.measured, pipeline, clock), after=("portfolios",)
        )


def answer_portfolios(handlers: Handlers, orders: PortfolioOrders, answers: PortfolioAnswers) -> None:
    """Hand questions and orders about portfolios and watchlists to those who know."""
    answer_watchlists(handlers, orders)
    handlers.carry_out(SavePortfolio, orders.save)
    handlers.carry_out(RemovePortfolio, orders.remove)
    handlers.answer(GetPortfolios, answers.portfolios)
    handlers.answer(GetPortfolioRisk, answers.risk)


def answer_watchlists(handlers: Handlers, orders: PortfolioOrders) -> None:
    """Hand orders about watchlists to who keeps them."""
    handlers.carry_out(SaveWatchlist, orders.save_watchlist)
    handlers.carry_out(RemoveWatchlist, orders.remove_watchlist)


async def measure_risks(
    measured: Callable[[Portfolio, GetPortfolioRisk], Awaitable[RiskReport]], pipeline: Pipeline, clock: Clock
) -> None:
    """Part "risk": work out what is due, and announce it."""
    kept, turns = pipeline.state.portfolio, RiskTurns()
    while True:
        turns.keep(kept.portfolios)
        for portfolio in tuple(kept.portfolios.values()):
            now_s, arrived = clock.monotonic(), pipeline.processor.counts.bars_backfilled
            if turns.is_due(portfolio, now_s, arrived):
                report = await measured(portfolio, GetPortfolioRisk(name=portfolio.name))
                turns.note(portfolio, report, now_s, arrived)
                _announce_risk(portfolio, report, pipeline)
        await clock.sleep(_LOOK_EVERY_S)


def _announce_risk(portfolio: Portfolio, report: RiskReport, pipeline: Pipeline) -> None:
    """Unless the portfolio is another by now, or the report no other."""
    kept = pipeline.state.portfolio
    if kept.portfolios.get(portfolio.name) == portfolio and kept.risks.get(portfolio.name) != report:
        pipeline.announce(RiskMeasured(report))


async def _bar_spans(
    pipeline: Pipeline, history: History, instruments: Iterable[InstrumentId]
) -> Mapping[InstrumentId, Span]:
    """For how long bars are known, those included that are not stored yet; where the store cannot be read, those alone."""
    wanted = tuple(dict.fromkeys(instruments))
    try:
        spans = dict(await history.bar_spans(wanted))
    except StoreUnusable:
        spans = {}
    for one in wanted:
        if bars := pipeline.bars_in_memory(one):
            first_ms, last_ms = bars[0].open_ms, bars[-1].open_ms
            stored = spans.get(one, (first_ms, last_ms))
            spans[one] = min(first_ms, stored[0]), max(last_ms, stored[1])
    return spans


async def _report(question: RiskQuestion) -> RiskReport:
    """Off the loop: a hundred positions with a year of days take some tens of milliseconds."""
    return await asyncio.to_thread(_report_now, question)


def _report_now(question: RiskQuestion) -> RiskReport:
    from rtp_tui.analytics.risk_report import report_risk  # heavy: numpy

    return report_risk(question)
