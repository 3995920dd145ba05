"""A pipeline with two instruments, its door, and handlers that answer from memory: for tests."""

from collections.abc import Iterable, Mapping
from functools import partial

from msgspec.structs import replace

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.analytics.risk_question import RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.api.answers import Answers
from rtp_tui.api.clients import Clients
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.instrument_orders import InstrumentOrders
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.api.portfolios import PortfolioAnswers
from rtp_tui.api.risk_questions import RiskQuestions
from rtp_tui.assemble.alerting import carry_out_alert_orders
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.notifying import carry_out_notification_orders
from rtp_tui.assemble.portfolios import answer_portfolios
from rtp_tui.assemble.reporting import Reporting
from rtp_tui.assemble.signalling import answer_signals, signalling
from rtp_tui.assemble.treasury import answer_treasury
from rtp_tui.cache.cache import Cache
from rtp_tui.cache.orders import CacheOrders
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.model.alerts import AlertMemory
from rtp_tui.model.clients import ClientStatus
from rtp_tui.model.commands import AddInstrument, ClearCache, ControlFeed, Done, RemoveInstrument
from rtp_tui.model.errors import BadRequest, UnknownFeed, UnknownInstrument
from rtp_tui.model.indicators import (
    IndicatorCatalogue,
    IndicatorPage,
    IndicatorSeries,
    NewestIndicators,
    NewestValues,
)
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.levels import Levels
from rtp_tui.model.portfolios import RiskReport
from rtp_tui.model.queries import (
    BarPage,
    GetBars,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetNewestIndicators,
    StateAt,
)
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import Strategy
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.reports.reporter import Reporter, World
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import BTC, a_client_status, an_instrument
from tests.fake_channel import FakeChannel, notifying_by
from tests.fake_recorder import FakeRecorder
from tests.indicated import a_level, a_zone

FOREVER_MS = 2**62
DIP = Strategy(name="dip", when="close < 90", cool_down_ms=0)


class ThreeFollowers:
    """A server with three followers, who go when they are told to."""

    def __init__(self) -> None:
        self.ids = [3, 7, 12]

    def clients(self) -> tuple[ClientStatus, ...]:
        return tuple(a_client_status(id=number) for number in self.ids)

    def disconnect(self, id: int) -> bool:  # noqa: A002 - as the protocol names it
        if id not in self.ids:
            return False
        self.ids.remove(id)
        return True


class NoFeeds:
    """Carry nothing."""

    def follow(self, instrument: Instrument) -> None:
        pass

    def leave(self, instrument: Instrument) -> None:
        pass


def _check(instrument: Instrument) -> None:
    if not instrument.feeds:
        raise ValueError("feeds: names no feed")


def _note(instrument: Instrument) -> None:
    pass


class AnEngine:
    """Everything behind the door but the feeds and the file."""

    def __init__(self, clock: Clock) -> None:
        instruments = [an_instrument("crypto:BTC"), an_instrument("crypto:ETH")]
        self.pipeline = Pipeline(
            "epoch", PipelineState(instruments), Processor(instruments), FakeRecorder(), clock
        )
        handlers = Handlers()
        handlers.answer(GetBars, self._bars)
        self.memory = Memory()
        state, past = self.pipeline.state, MemoryHistory(self.memory)
        handlers.answer(StateAt, Answers(self.pipeline, past, lambda *_: None, clock).state_at)
        reporter = Reporter(past, World(state=state, open_ms=lambda *_: 0), TargetSettings(), "UTC", clock)
        Reporting(reporter, state, past).answer(handlers)
        handlers.answer(GetIndicatorCatalogue, self._catalogue)
        handlers.answer(GetIndicators, self._indicators)
        handlers.answer(GetNewestIndicators, self._newest_indicators)
        handlers.answer(GetLevels, self._levels)
        settings = replace(Settings(), strategies=(DIP,))
        ground = Ground(settings, self.pipeline, past, TradingCalendar({}), clock)
        answer_signals(handlers, signalling(ground, self._bars))
        handlers.carry_out(ControlFeed, self._control_feed)
        handlers.carry_out(ClearCache, CacheOrders(Cache(CacheSettings(), clock)).clear)
        orders = InstrumentOrders(self.pipeline, NoFeeds(), _check, _note, _note)
        handlers.carry_out(AddInstrument, orders.add)
        handlers.carry_out(RemoveInstrument, orders.remove)
        world = AlertWorld(
            state=self.pipeline.state,
            reading=partial(self.pipeline.reading, conflates=True),
            keep=self.pipeline.keep_alert,
            deliver=lambda _notification: None,
            disk=lambda: None,
        )
        alerts = AlertMonitor(world, RuleShelf(), AlertMemory(), clock)
        carry_out_alert_orders(handlers, alerts, replace(ground, history=MemoryHistory(Memory())))
        self.channel = FakeChannel("slack")
        told = notifying_by(self.channel, self.pipeline, clock)
        self.post = told.notifier.posts["slack"]
        carry_out_notification_orders(handlers, told, clock)
        desk = PortfolioDesk(
            self.pipeline.state, self.pipeline.announce, self.pipeline.recorder.add_document, clock
        )
        answer_portfolios(
            handlers, PortfolioOrders(desk, self.pipeline.state), self._portfolio_answers(desk, clock)
        )
        self.treasuries = TreasuryFeed(None, lambda _document: None, clock)
        answer_treasury(handlers, self.treasuries, ground)
        self.followers = ThreeFollowers()
        Clients(self.followers).take_over(handlers)
        self.api = LocalPipeline(self.pipeline, handlers, clock)
        self.orders: list[ControlFeed] = []

    def _portfolio_answers(self, desk: PortfolioDesk, clock: Clock) -> PortfolioAnswers:
        async def report(question: RiskQuestion) -> RiskReport:
            return report_risk(question)

        async def spans(instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
            return {}

        questions = RiskQuestions(self.pipeline.state, self._bars, spans, clock)
        return PortfolioAnswers(desk, self.pipeline.state, questions, report)

    async def _bars(self, query: GetBars) -> BarPage:
        if query.instrument not in self.pipeline.state.market.instruments:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        bars = self.pipeline.bars_in_memory(query.instrument)
        start_ms, end_ms = query.start_ms or 0, query.end_ms or FOREVER_MS
        return BarPage(bars=tuple(bar for bar in bars if start_ms <= bar.open_ms < end_ms))

    async def _control_feed(self, command: ControlFeed) -> Done:
        if command.feed != "binance":
            raise UnknownFeed(f"no feed {command.feed}")
        self.orders.append(command)
        return Done(message=f"{command.feed}: {command.action.value}", affected=(command.feed,))

    async def _catalogue(self, query: GetIndicatorCatalogue) -> IndicatorCatalogue:
        return IndicatorCatalogue(functions=(), presets=("rsi(14)",), obstacle="no library")

    async def _indicators(self, query: GetIndicators) -> IndicatorPage:
        if query.names != ("rsi(14)",):
            raise BadRequest("names: no indicator")
        series = (IndicatorSeries("rsi(14)", (None, 55.5)),)
        return IndicatorPage(instrument=query.instrument, timeframe="1m", open_ms=(1, 2), series=series)

    async def _newest_indicators(self, query: GetNewestIndicators) -> NewestIndicators:
        if "sma(3)" in query.names:
            raise BadRequest("names: sma(3) is not worked out each minute")
        values = (NewestValues(instrument=BTC, open_ms=1, values=(55.5, None)),)
        return NewestIndicators(at_ms=2, names=("rsi(14)", "ema(200)"), instruments=values)

    async def _levels(self, query: GetLevels) -> Levels:
        if query.instrument not in self.pipeline.state.market.instruments:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        return Levels(
            instrument=query.instrument,
            timeframe=query.timeframe,
            bars=2,
            from_ms=1,
            to_ms=60_001,
            levels=(a_level(),),
            zones=(a_zone(),),
        )
