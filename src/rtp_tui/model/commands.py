"""What can be asked to be done through the door, each with the type of its answer."""

from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from rtp_tui.model.alerts import AlertRule, Silence
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.model.jobs import JobRun, JobStatus
from rtp_tui.model.notifications import ChannelTest, Mute
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.watchlists import Watchlist

ResultT = TypeVar("ResultT", covariant=True)


class Command(Struct, Generic[ResultT], frozen=True, kw_only=True):
    """An order; `answer_type` is what decodes its result off the wire."""

    answer_type: ClassVar[type]
    may_wait: ClassVar[bool] = False
    """Safe to repeat and right however late: kept while the engine is away, where all others are refused."""


class Done(Struct, frozen=True, kw_only=True):
    """What came of a command, in words for the person who gave it."""

    message: str
    affected: tuple[str, ...] = ()


class PipelineAction(StrEnum):
    """Orders to the pipeline as a whole."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


class ControlPipeline(Command[Done], frozen=True, kw_only=True, tag="control_pipeline"):
    """Start, stop or restart feeds and processing; the doors stay open."""

    answer_type: ClassVar[type] = Done

    action: PipelineAction


class FeedAction(StrEnum):
    """Orders to one feed."""

    RESTART = "restart"
    PAUSE = "pause"
    RESUME = "resume"


class ControlFeed(Command[Done], frozen=True, kw_only=True, tag="control_feed"):
    """Restart, pause or resume a feed by its name, or by `name:SYMBOL`. Raises UnknownFeed."""

    answer_type: ClassVar[type] = Done

    feed: str
    action: FeedAction


class Refresh(Command[Done], frozen=True, kw_only=True, tag="refresh"):
    """Fetch now, for all instruments when none is named. Raises UnknownInstrument."""

    answer_type: ClassVar[type] = Done

    instruments: tuple[InstrumentId, ...] = ()


class EndProcess(Command[Done], frozen=True, kw_only=True, tag="end_process"):
    """Drain and end the engine's process, as SIGTERM does."""

    answer_type: ClassVar[type] = Done


class ReloadConfiguration(Command[Done], frozen=True, kw_only=True, tag="reload_configuration"):
    """Read the configuration again; a bad one is refused and the old one stays. Raises BadRequest."""

    answer_type: ClassVar[type] = Done


class JobAction(StrEnum):
    """Orders to one job."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    ENABLE = "enable"
    DISABLE = "disable"


class TriggerJob(Command[JobRun], frozen=True, kw_only=True, tag="trigger_job"):
    """Run a job now and say how the run ended; a job that is running is not run twice.

    With `restart` a run that is under way is cancelled first. Raises UnknownJob.
    """

    answer_type: ClassVar[type] = JobRun

    job: str
    restart: bool = False


class ControlJob(Command[Done], frozen=True, kw_only=True, tag="control_job"):
    """Pause, resume, cancel, enable or disable a job. Raises UnknownJob."""

    answer_type: ClassVar[type] = Done

    job: str
    action: JobAction


class SaveJob(Command[JobStatus], frozen=True, kw_only=True, tag="save_job"):
    """Add a job, or change the fields that are not None of one that exists.

    Raises BadRequest for what cannot be a job, saying which field and why.
    """

    answer_type: ClassVar[type] = JobStatus

    id: str
    adds: bool = False
    """Refuse when the id exists; otherwise refuse when it does not."""
    kind: str | None = None
    instruments: tuple[str, ...] | None = None
    interval_ms: int | None = None
    cron: str | None = None
    timezone: str | None = None
    after_close: str | None = None
    enabled: bool | None = None
    max_retries: int | None = None
    timeout_ms: int | None = None
    priority: Priority | None = None
    category: str | None = None


class RemoveJob(Command[Done], frozen=True, kw_only=True, tag="remove_job"):
    """Remove a job that was added; a default job is only disabled. Raises UnknownJob, BadRequest."""

    answer_type: ClassVar[type] = Done

    job: str


class BreakerAction(StrEnum):
    """Orders to one breaker."""

    RESET = "reset"
    OPEN = "open"
    CLOSE = "close"


class ControlBreaker(Command[Done], frozen=True, kw_only=True, tag="control_breaker"):
    """Reset a breaker, or force it open or closed until it is reset. Raises UnknownBreaker."""

    answer_type: ClassVar[type] = Done

    breaker: str
    action: BreakerAction


class DisconnectClient(Command[Done], frozen=True, kw_only=True, tag="disconnect_client"):
    """End a follower's connection; it may come back. Raises UnknownClient."""

    answer_type: ClassVar[type] = Done

    client: int


class AddInstrument(Command[Done], frozen=True, kw_only=True, tag="add_instrument"):
    """Price one more instrument from now on, and after a restart too. Raises BadRequest."""

    answer_type: ClassVar[type] = Done

    instrument: Instrument


class RemoveInstrument(Command[Done], frozen=True, kw_only=True, tag="remove_instrument"):
    """Price an instrument no more; its history stays. Raises UnknownInstrument."""

    answer_type: ClassVar[type] = Done

    instrument: InstrumentId


class RecomputeBars(Command[Done], frozen=True, kw_only=True, tag="recompute_bars"):
    """Build an instrument's minutes again from its stored trades, of the last hour where no span is named.

    With `1h` or `1d` hours and days are rolled up again from the stored minutes since `start_ms`, all that there
    are where none is named. Raises UnknownInstrument, and BadRequest for more than a day of minutes.
    """

    answer_type: ClassVar[type] = Done

    instrument: InstrumentId
    start_ms: int | None = None
    end_ms: int | None = None
    timeframe: str = "1m"


class StartDrill(Command[Done], frozen=True, kw_only=True, tag="start_drill"):
    """Let the simulated exchange misbehave for a while; only a demo has one. Raises BadRequest, Unavailable."""

    answer_type: ClassVar[type] = Done

    fault: str
    """`outage stall latency rate_limit server_error garbage gap spike clock`, …"""
    venue: str | None = None
    """All venues where none is named."""
    seconds: float = 30.0


class EndDrills(Command[Done], frozen=True, kw_only=True, tag="end_drills"):
    """End what the simulated exchange does wrong on request, at one venue or at all. Raises BadRequest."""

    answer_type: ClassVar[type] = Done

    venue: str | None = None


class ClearCache(Command[Done], frozen=True, kw_only=True, tag="clear_cache"):
    """Forget cached answers: all, or those whose key matches a pattern with `*` and `?`."""

    answer_type: ClassVar[type] = Done

    pattern: str | None = None


class OptimizeCache(Command[Done], frozen=True, kw_only=True, tag="optimize_cache"):
    """Forget the cached answers that are least worth their place."""

    answer_type: ClassVar[type] = Done


class AcknowledgeAlert(Command[Done], frozen=True, kw_only=True, tag="acknowledge_alert"):
    """Say that an alert is known. Raises UnknownAlert."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    id: str
    why: str = ""
    who: str = ""
    """A server writes here who asks, whatever was said."""


class SaveSilence(Command[Silence], frozen=True, kw_only=True, tag="save_silence"):
    """Keep alerts quiet until a moment; one of the same id is changed. Raises BadRequest."""

    answer_type: ClassVar[type] = Silence
    may_wait: ClassVar[bool] = True

    id: str = ""
    """Empty: the engine chooses one."""
    rule: str = "*"
    subject: str = "*"
    until_ms: int
    comment: str = ""
    who: str = ""
    """As above."""


class RemoveSilence(Command[Done], frozen=True, kw_only=True, tag="remove_silence"):
    """End a silence now. Raises UnknownSilence."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    id: str
    who: str = ""
    """As above."""


class SaveAlertRule(Command[Done], frozen=True, kw_only=True, tag="save_alert_rule"):
    """Add a rule, or put it in the place of the one of its id, after a restart too. Raises BadRequest."""

    answer_type: ClassVar[type] = Done

    rule: AlertRule


class RemoveAlertRule(Command[Done], frozen=True, kw_only=True, tag="remove_alert_rule"):
    """Remove a saved rule; a built-in or configured one of its id holds again.

    Raises UnknownAlertRule, and BadRequest for one that is built in or configured: that can be disabled.
    """

    answer_type: ClassVar[type] = Done

    id: str


class TestChannel(Command[ChannelTest], frozen=True, kw_only=True, tag="test_channel"):
    """Send a test message through a channel now, past what waits. Raises UnknownChannel."""

    answer_type: ClassVar[type] = ChannelTest
    __test__: ClassVar[bool] = False
    """It is none of the tests that pytest looks for."""

    channel: str


class RetryDeadLetters(Command[Done], frozen=True, kw_only=True, tag="retry_dead_letters"):
    """Put back what a channel could not send. Raises UnknownChannel."""

    answer_type: ClassVar[type] = Done

    channel: str


class MuteNotifications(Command[Mute], frozen=True, kw_only=True, tag="mute_notifications"):
    """Send no alert to any channel until a moment; one that is over ends a mute. Raises BadRequest."""

    answer_type: ClassVar[type] = Mute
    may_wait: ClassVar[bool] = True

    until_ms: int
    why: str = ""
    who: str = ""
    """As above."""


class SavePortfolio(Command[Done], frozen=True, kw_only=True, tag="save_portfolio"):
    """Add a portfolio, or put it in the place of the one of its name. Raises UnknownInstrument, BadRequest."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    portfolio: Portfolio


class RemovePortfolio(Command[Done], frozen=True, kw_only=True, tag="remove_portfolio"):
    """Forget a portfolio. Raises UnknownPortfolio."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    name: str


class SaveWatchlist(Command[Done], frozen=True, kw_only=True, tag="save_watchlist"):
    """Add a watchlist, or put it in the place of the one of its name. Raises UnknownInstrument, BadRequest."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    watchlist: Watchlist
    subscribe: bool = False
    """Have what nobody prices yet priced from now on, where a provider lists it; else it is refused."""


class RemoveWatchlist(Command[Done], frozen=True, kw_only=True, tag="remove_watchlist"):
    """Forget a watchlist. Raises UnknownWatchlist."""

    answer_type: ClassVar[type] = Done
    may_wait: ClassVar[bool] = True

    name: str


AnyCommand = (
    ControlPipeline
    | ControlFeed
    | Refresh
    | EndProcess
    | ReloadConfiguration
    | TriggerJob
    | ControlJob
    | SaveJob
    | RemoveJob
    | ControlBreaker
    | DisconnectClient
    | AddInstrument
    | RemoveInstrument
    | RecomputeBars
    | StartDrill
    | EndDrills
    | ClearCache
    | OptimizeCache
    | SavePortfolio
    | RemovePortfolio
    | SaveWatchlist
    | RemoveWatchlist
    | AcknowledgeAlert
    | SaveSilence
    | RemoveSilence
    | SaveAlertRule
    | RemoveAlertRule
    | TestChannel
    | RetryDeadLetters
    | MuteNotifications
)
