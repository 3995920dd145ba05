"""What can be asked through the door, each with the type of its answer."""

from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from rtp_tui.model.alerts import Alert, ListedRule, Silence
from rtp_tui.model.clients import ClientStatus
from rtp_tui.model.events import Snapshot
from rtp_tui.model.filings import Company, Fact, Filing
from rtp_tui.model.gaps import Gap
from rtp_tui.model.indicators import IndicatorCatalogue, IndicatorPage, NewestIndicators
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.levels import Levels
from rtp_tui.model.market import Bar, Quote, Tick
from rtp_tui.model.market_view import MarketView
from rtp_tui.model.notifications import ChannelStatus, Delivery, Mute
from rtp_tui.model.portfolios import Portfolio, PortfolioValue, RiskReport
from rtp_tui.model.quality import QualityScore, TargetReport
from rtp_tui.model.reports import Report, ReportPeriod
from rtp_tui.model.signals import Backtest, Direction, Signal, StrategyStatus
from rtp_tui.model.treasury import TreasuryReport

AnswerT = TypeVar("AnswerT", covariant=True)


class Query(Struct, Generic[AnswerT], frozen=True, kw_only=True):
    """A question; `answer_type` is what decodes its answer off the wire."""

    answer_type: ClassVar[type]


class BarPage(Struct, frozen=True, kw_only=True):
    """Bars ascending by `open_ms`, and where the next page starts."""

    bars: tuple[Bar, ...]
    next_cursor: str | None = None


class GetBars(Query[BarPage], frozen=True, kw_only=True, tag="get_bars"):
    """Bars of `[start_ms, end_ms)`, at most `limit`; the forming bar is included and not closed.

    Raises UnknownInstrument.
    """

    answer_type: ClassVar[type] = BarPage

    instrument: InstrumentId
    timeframe: str = "1m"
    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = 1000
    cursor: str | None = None


class TickPage(Struct, frozen=True, kw_only=True):
    """Ticks in the order in which they were stored, and where the next page starts; a page may have few or none."""

    ticks: tuple[Tick, ...]
    next_cursor: str | None = None


class GetTicks(Query[TickPage], frozen=True, kw_only=True, tag="get_ticks"):
    """Stored trades and polled prices of `[start_ms, end_ms)`, by the venue's clock where it told the time.

    Raises UnknownInstrument.
    """

    answer_type: ClassVar[type] = TickPage

    instrument: InstrumentId
    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = 1000
    cursor: str | None = None


SMA_MINUTES = 20


class Summary(Struct, frozen=True, kw_only=True):
    """What the minutes from `from_ms` up to `to_ms` come to; None is "not known"."""

    instrument: InstrumentId
    from_ms: int
    to_ms: int
    minutes: int
    """How many of them there are bars of."""
    known_from_ms: int | None = None
    """When the first of these began."""
    is_whole: bool = False
    """Whether they begin within five minutes of where the span does."""
    open: float | None
    """Of a trading day of which the beginning is not known it is None, as high, low and vwap are."""
    high: float | None
    low: float | None
    close: float | None
    volume: float
    """Of the minutes that are known, as `trades`."""
    trades: int
    vwap: float | None
    sma: float | None
    """The mean of the newest 20 closes."""
    volatility_pct: float | None
    """The standard deviation of the returns from minute to minute, in percent."""


class GetSummary(Query[Summary], frozen=True, kw_only=True, tag="get_summary"):
    """An instrument's trading day in figures, or another span of a week at most. Raises UnknownInstrument."""

    answer_type: ClassVar[type] = Summary

    instrument: InstrumentId
    start_ms: int | None = None
    end_ms: int | None = None


class FeedPrice(Struct, frozen=True, kw_only=True):
    """What a feed that does not price an instrument now said of its price last, and when we received it."""

    feed: str
    price: float
    received_ms: int


class Explanation(Struct, frozen=True, kw_only=True):
    """Where an instrument's value came from."""

    quote: Quote | None
    feeds: tuple[str, ...]
    active_feed: str | None
    active_reason: str = ""
    """Why it is not the preferred one; empty where it is."""
    raw: str | None
    """The last frame that priced it: at most 1 KB, redacted, safe to show."""
    raw_received_ms: int | None
    expected_ms: int | None
    freshness_reason: str
    others: tuple[FeedPrice, ...] = ()
    """Of its other feeds, those that told a price."""


class Explain(Query[Explanation], frozen=True, kw_only=True, tag="explain"):
    """Where a number came from. Raises UnknownInstrument."""

    answer_type: ClassVar[type] = Explanation

    instrument: InstrumentId


class StateAt(Query[Snapshot], frozen=True, kw_only=True, tag="state_at"):
    """The state as it was at a moment, rebuilt from keyframes and events. Raises NoHistory."""

    answer_type: ClassVar[type] = Snapshot

    at_ms: int


class StoredEvent(Struct, frozen=True, kw_only=True):
    """An event of the past: its moment, topic and payload as JSON text."""

    id: int
    at_ms: int
    topic: str
    payload: str


class EventPage(Struct, frozen=True, kw_only=True):
    """Events ascending by id, and where the next page starts."""

    events: tuple[StoredEvent, ...]
    next_cursor: str | None = None


class GetEvents(Query[EventPage], frozen=True, kw_only=True, tag="get_events"):
    """Stored events since a moment; every topic but market ones is kept."""

    answer_type: ClassVar[type] = EventPage

    since_ms: int = 0
    topic: str | None = None
    kind: str | None = None
    """The payload's tag, `audit` for instance."""
    limit: int = 200
    cursor: str | None = None


class ClientPage(Struct, frozen=True, kw_only=True):
    """Followers ascending by id, and where the next page starts."""

    clients: tuple[ClientStatus, ...]
    next_cursor: str | None = None


class GetClients(Query[ClientPage], frozen=True, kw_only=True, tag="get_clients"):
    """Everybody who follows the server now; nobody where nothing is served."""

    answer_type: ClassVar[type] = ClientPage

    limit: int = 1000
    cursor: str | None = None


class GapPage(Struct, frozen=True, kw_only=True):
    """Gaps ascending by when they were found, and where the next page starts."""

    gaps: tuple[Gap, ...]
    next_cursor: str | None = None


class GetGaps(Query[GapPage], frozen=True, kw_only=True, tag="get_gaps"):
    """Missing minutes and what became of them, the pending ones only where asked."""

    answer_type: ClassVar[type] = GapPage

    instrument: InstrumentId | None = None
    only_pending: bool = False
    since_ms: int = 0
    limit: int = 200
    cursor: str | None = None


class QualityPage(Struct, frozen=True, kw_only=True):
    """Scores, the worst first, and what should be reached."""

    scores: tuple[QualityScore, ...]
    targets: tuple[TargetReport, ...] = ()
    """Of the pipeline as a whole."""


class GetQuality(Query[QualityPage], frozen=True, kw_only=True, tag="get_quality"):
    """How good the data of instruments and sources was over the last hours, 24 at most, the worst first.

    Raises UnknownInstrument and UnknownFeed.
    """

    answer_type: ClassVar[type] = QualityPage

    instrument: InstrumentId | None = None
    source: str | None = None
    """A feed's name, such as stands in `GET /feeds`."""
    hours: int = 24
    limit: int = 1000


class FilingPage(Struct, frozen=True, kw_only=True):
    """What a company filed, the newest first, and where the next page starts."""

    company: Company | None = None
    """None where no company is known for the instrument."""
    asked_ms: int | None = None
    """When the regulator was asked last."""
    facts: tuple[Fact, ...] = ()
    """The newest figure of each concept; on the first page."""
    filings: tuple[Filing, ...]
    next_cursor: str | None = None


class GetFilings(Query[FilingPage], frozen=True, kw_only=True, tag="get_filings"):
    """What the company of an instrument filed, of one form only where asked. Raises UnknownInstrument."""

    answer_type: ClassVar[type] = FilingPage

    instrument: InstrumentId
    form: str | None = None
    limit: int = 200
    cursor: str | None = None


class AlertPage(Struct, frozen=True, kw_only=True):
    """Alerts, the newest first, and where the next page starts."""

    alerts: tuple[Alert, ...]
    next_cursor: str | None = None


class GetAlerts(Query[AlertPage], frozen=True, kw_only=True, tag="get_alerts"):
    """Alerts that fired, those that are pending too on the first page; the active ones only where asked."""

    answer_type: ClassVar[type] = AlertPage

    only_active: bool = False
    rule: str | None = None
    subject: str | None = None
    since_ms: int = 0
    """Only those that changed since."""
    limit: int = 100
    cursor: str | None = None


class SilenceList(Struct, frozen=True, kw_only=True):
    """Silences in the order in which they were made."""

    silences: tuple[Silence, ...]


class GetSilences(Query[SilenceList], frozen=True, kw_only=True, tag="get_silences"):
    """The silences in force, those that are over too where asked."""

    answer_type: ClassVar[type] = SilenceList

    also_over: bool = False


class AlertRuleList(Struct, frozen=True, kw_only=True):
    """Rules by id."""

    rules: tuple[ListedRule, ...]


class GetAlertRules(Query[AlertRuleList], frozen=True, kw_only=True, tag="get_alert_rules"):
    """All rules of alerts, the disabled ones too."""

    answer_type: ClassVar[type] = AlertRuleList


class GetMarketView(Query[MarketView], frozen=True, kw_only=True, tag="get_market_view"):
    """Gainers, losers, breadth and sentiment, of one class where asked. Raises BadRequest for one that nothing is of."""

    answer_type: ClassVar[type] = MarketView

    asset_class: str | None = None
    limit: int = 10
    """Of each list."""


class GetTreasury(Query[TreasuryReport], frozen=True, kw_only=True, tag="get_treasury"):
    """Companies' holdings of coins, of one coin where asked. Raises BadRequest for a coin that nobody tells of."""

    answer_type: ClassVar[type] = TreasuryReport

    coin: str | None = None
    """Its symbol: `BTC`."""


class SignalPage(Struct, frozen=True, kw_only=True):
    """Signals, the newest first, and where the next page starts."""

    signals: tuple[Signal, ...]
    next_cursor: str | None = None


class GetSignals(Query[SignalPage], frozen=True, kw_only=True, tag="get_signals"):
    """Signals of `[since_ms, until_ms)` with the outcomes that are known by now, the newest first."""

    answer_type: ClassVar[type] = SignalPage

    strategy: str | None = None
    instrument: InstrumentId | None = None
    since_ms: int = 0
    until_ms: int | None = None
    limit: int = 100
    cursor: str | None = None


class StrategyList(Struct, frozen=True, kw_only=True):
    """Strategies in the order of the configuration."""

    strategies: tuple[StrategyStatus, ...]


class GetStrategies(Query[StrategyList], frozen=True, kw_only=True, tag="get_strategies"):
    """All strategies that are in force, and how each has done."""

    answer_type: ClassVar[type] = StrategyList


class RunBacktest(Query[Backtest], frozen=True, kw_only=True, tag="run_backtest"):
    """What a rule, or a strategy by its name, would have said of the bars that began in `[start_ms, end_ms)`.

    What is left out is the strategy's own, or that of any strategy. Raises UnknownInstrument, BadRequest for a rule that
    is none, and Failed.
    """

    answer_type: ClassVar[type] = Backtest

    rule: str
    instruments: tuple[str, ...] = ()
    """Ids with `*` and `?`; empty: the strategy's own."""
    start_ms: int
    end_ms: int | None = None
    """Up to now where it is left out."""
    timeframe: str | None = None
    direction: Direction | None = None
    cool_down_ms: int | None = None
    hold_ms: int | None = None


class GetIndicatorCatalogue(
    Query[IndicatorCatalogue], frozen=True, kw_only=True, tag="get_indicator_catalogue"
):
    """Which indicators there are."""

    answer_type: ClassVar[type] = IndicatorCatalogue


class GetIndicators(Query[IndicatorPage], frozen=True, kw_only=True, tag="get_indicators"):
    """What indicators come to at the bars of `[start_ms, end_ms)`; at the newest `limit` where nothing is said.

    Names read `rsi(14)` or `macd(12,26,9).signal`. Raises UnknownInstrument; BadRequest that says where a name is
    wrong; Unavailable where nothing can be computed.
    """

    answer_type: ClassVar[type] = IndicatorPage

    instrument: InstrumentId
    names: tuple[str, ...]
    timeframe: str = "1m"
    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = 1000
    cursor: str | None = None


class GetNewestIndicators(Query[NewestIndicators], frozen=True, kw_only=True, tag="get_newest_indicators"):
    """What the last round came to for each instrument, of all that it worked out or of some names.

    Raises BadRequest for a name that it does not work out.
    """

    answer_type: ClassVar[type] = NewestIndicators

    names: tuple[str, ...] = ()


class GetLevels(Query[Levels], frozen=True, kw_only=True, tag="get_levels"):
    """Support and resistance, supply and demand, in the newest bars of an instrument, 2,000 at most.

    Raises UnknownInstrument, BadRequest.
    """

    answer_type: ClassVar[type] = Levels

    instrument: InstrumentId
    timeframe: str = "1m"
    bars: int = 500


class ChannelList(Struct, frozen=True, kw_only=True):
    """Channels in the order of the configuration, and the mute in force."""

    channels: tuple[ChannelStatus, ...]
    mute: Mute | None = None


class GetChannels(Query[ChannelList], frozen=True, kw_only=True, tag="get_channels"):
    """Where people are told of alerts, and how that goes."""

    answer_type: ClassVar[type] = ChannelList


class DeadLetters(Struct, frozen=True, kw_only=True):
    """What could not be sent, the oldest first."""

    letters: tuple[Delivery, ...]


class GetDeadLetters(Query[DeadLetters], frozen=True, kw_only=True, tag="get_dead_letters"):
    """What a channel could not send. Raises UnknownChannel."""

    answer_type: ClassVar[type] = DeadLetters

    channel: str


class GetReport(Query[Report], frozen=True, kw_only=True, tag="get_report"):
    """What a day or a week came to, by the desk's time zone; the one that is where no date is named.

    Raises BadRequest for a date that is none, or that is still to come.
    """

    answer_type: ClassVar[type] = Report

    period: ReportPeriod = ReportPeriod.DAILY
    date: str | None = None
    """`2026-11-21`; of a week any of its days, or `2026-W47`."""


class PortfolioView(Struct, frozen=True, kw_only=True):
    """A portfolio, what it is worth now, and its risk as it was worked out last."""

    portfolio: Portfolio
    value: PortfolioValue
    risk: RiskReport | None = None


class PortfolioList(Struct, frozen=True, kw_only=True):
    """Portfolios by name."""

    portfolios: tuple[PortfolioView, ...]


class GetPortfolios(Query[PortfolioList], frozen=True, kw_only=True, tag="get_portfolios"):
    """All portfolios, or one. Raises UnknownPortfolio."""

    answer_type: ClassVar[type] = PortfolioList

    name: str | None = None


class GetPortfolioRisk(Query[RiskReport], frozen=True, kw_only=True, tag="get_portfolio_risk"):
    """What a portfolio risks, over the bars of `[start_ms, end_ms)`. Raises UnknownPortfolio, BadRequest."""

    answer_type: ClassVar[type] = RiskReport

    name: str
    timeframe: str | None = None
    """None for the longest one of which there is enough."""
    start_ms: int | None = None
    end_ms: int | None = None
    risk_free: float = 0.0
    """A rate a year, 0.04 for four percent."""


AnyQuery = (
    GetBars
    | Explain
    | StateAt
    | GetEvents
    | GetClients
    | GetGaps
    | GetFilings
    | GetSummary
    | GetQuality
    | GetMarketView
    | GetTreasury
    | GetPortfolios
    | GetPortfolioRisk
    | GetAlerts
    | GetSilences
    | GetAlertRules
    | GetSignals
    | GetStrategies
    | RunBacktest
    | GetIndicatorCatalogue
    | GetIndicators
    | GetNewestIndicators
    | GetLevels
    | GetChannels
    | GetDeadLetters
    | GetTicks
    | GetReport
)
