"""Operations of the WebSocket as commands to the engine, and the engine's answers as others read them."""

from rtp_tui.api.frames import FrameError
from rtp_tui.api.instrument_bodies import command_to_add
from rtp_tui.api.job_orders import command_to_save
from rtp_tui.api.operations import (
    Acknowledge,
    AddJob,
    AddTheInstrument,
    AlertOperation,
    BeQuiet,
    BreakerOperation,
    Cancel,
    ChangeJob,
    ClearTheCache,
    Close,
    CommandOperation,
    Disable,
    DrillNow,
    DropInstrument,
    DropJob,
    DropPortfolio,
    DropRule,
    DropWatchlist,
    Enable,
    EndSilence,
    EndTheDrills,
    HoldingOperation,
    JobOperation,
    KeepPortfolio,
    KeepQuiet,
    KeepWatchlist,
    Open,
    OptimizeTheCache,
    Pause,
    RefreshNow,
    Reload,
    Reset,
    Restart,
    Resume,
    RetryLetters,
    SaveRule,
    SendAway,
    Start,
    Stop,
    Trigger,
    TryChannel,
)
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    AnyCommand,
    BreakerAction,
    ClearCache,
    ControlBreaker,
    ControlFeed,
    ControlJob,
    ControlPipeline,
    DisconnectClient,
    EndDrills,
    FeedAction,
    JobAction,
    MuteNotifications,
    OptimizeCache,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
    RemoveAlertRule,
    RemoveInstrument,
    RemoveJob,
    RemovePortfolio,
    RemoveSilence,
    RemoveWatchlist,
    RetryDeadLetters,
    SaveAlertRule,
    SavePortfolio,
    SaveSilence,
    SaveWatchlist,
    StartDrill,
    TestChannel,
    TriggerJob,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobRun, JobStatus
from rtp_tui.server.job_bodies import job_body, run_body


def command_of(order: CommandOperation) -> AnyCommand:
    """The command that an operation stands for. Raises FrameError where it names too much or too little."""
    match order:
        case RefreshNow():
            return Refresh(instruments=tuple(map(InstrumentId, order.instruments)))
        case Start():
            return ControlPipeline(action=PipelineAction.START)
        case Stop():
            return ControlPipeline(action=PipelineAction.STOP)
        case Reload():
            return ReloadConfiguration()
        case Restart(feed=None, job=None):
            return ControlPipeline(action=PipelineAction.RESTART)
        case Restart(feed=None, job=str(job)):
            return TriggerJob(job=job, restart=True)
        case Restart(feed=str(feed), job=None):
            return ControlFeed(feed=feed, action=FeedAction.RESTART)
        case Restart():
            raise _names_both(order)
        case Pause():
            return _of_a_feed_or_job(order, FeedAction.PAUSE, JobAction.PAUSE)
        case Resume():
            return _of_a_feed_or_job(order, FeedAction.RESUME, JobAction.RESUME)
        case SendAway():
            return DisconnectClient(client=order.client)
        case ClearTheCache():
            return ClearCache(pattern=order.pattern)
        case OptimizeTheCache():
            return OptimizeCache()
        case DrillNow():
            return StartDrill(fault=order.fault, venue=order.venue, seconds=order.seconds)
        case AddTheInstrument():
            return command_to_add(order.instrument)
        case DropInstrument():
            return RemoveInstrument(instrument=InstrumentId(order.instrument))
        case EndTheDrills():
            return EndDrills(venue=order.venue)
        case Reset() | Open() | Close():
            return _of_a_breaker(order)
        case Acknowledge() | KeepQuiet() | EndSilence() | SaveRule() | DropRule():
            return _of_alerts(order)
        case KeepPortfolio() | DropPortfolio() | KeepWatchlist() | DropWatchlist():
            return _of_holdings(order)
        case TryChannel():
            return TestChannel(channel=order.channel)
        case RetryLetters():
            return RetryDeadLetters(channel=order.channel)
        case BeQuiet():
            return MuteNotifications(until_ms=order.until_ms, why=order.why)
    return _of_a_job(order)


def _of_a_feed_or_job(order: Pause | Resume, of_feed: FeedAction, of_job: JobAction) -> AnyCommand:
    match order.feed, order.job:
        case str(feed), None:
            return ControlFeed(feed=feed, action=of_feed)
        case None, str(job):
            return ControlJob(job=job, action=of_job)
    raise _names_both(order)


def _names_both(order: Restart | Pause | Resume) -> FrameError:
    return FrameError("bad_field", "name either a feed or a job", order.id)


def _of_a_job(order: JobOperation) -> AnyCommand:
    match order:
        case Trigger():
            return TriggerJob(job=order.job)
        case Cancel():
            return ControlJob(job=order.job, action=JobAction.CANCEL)
        case Enable():
            return ControlJob(job=order.job, action=JobAction.ENABLE)
        case Disable():
            return ControlJob(job=order.job, action=JobAction.DISABLE)
        case AddJob():
            return command_to_save(order.job.id, order.job, adds=True)
        case ChangeJob():
            return command_to_save(order.job, order.change, adds=False)
        case DropJob():
            return RemoveJob(job=order.job)


def _of_a_breaker(order: BreakerOperation) -> ControlBreaker:
    match order:
        case Reset():
            return ControlBreaker(breaker=order.breaker, action=BreakerAction.RESET)
        case Open():
            return ControlBreaker(breaker=order.breaker, action=BreakerAction.OPEN)
        case Close():
            return ControlBreaker(breaker=order.breaker, action=BreakerAction.CLOSE)


def _of_alerts(order: AlertOperation) -> AnyCommand:
    match order:
        case Acknowledge():
            return AcknowledgeAlert(id=order.alert, why=order.why)
        case KeepQuiet():
            return SaveSilence(
                id=order.silence,
                rule=order.rule,
                subject=order.subject,
                until_ms=order.until_ms,
                comment=order.comment,
            )
        case EndSilence():
            return RemoveSilence(id=order.silence)
        case SaveRule():
            return SaveAlertRule(rule=order.rule)
        case DropRule():
            return RemoveAlertRule(id=order.rule)


def _of_holdings(order: HoldingOperation) -> AnyCommand:
    match order:
        case KeepPortfolio():
            return SavePortfolio(portfolio=order.portfolio)
        case DropPortfolio():
            return RemovePortfolio(name=order.portfolio)
        case KeepWatchlist():
            return SaveWatchlist(watchlist=order.watchlist, subscribe=order.subscribe)
        case DropWatchlist():
            return RemoveWatchlist(name=order.watchlist)


def outward(answer: object) -> object:
    """What an engine answered to a command, under the names of the interface."""
    match answer:
        case JobRun():
            return run_body(answer)
        case JobStatus():
            return job_body(answer)
    return answer
