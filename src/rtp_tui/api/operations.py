"""What a client asks for on the WebSocket: operations, told apart by `op`."""

import msgspec
from msgspec import Struct

from rtp_tui.api.frames import FrameError, OperationId, Position
from rtp_tui.api.instrument_bodies import NewInstrument
from rtp_tui.api.job_orders import JobChange, NewJob
from rtp_tui.api.wire import UNDECODABLE
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.portfolios import Portfolio
from rtp_tui.model.watchlists import Watchlist


class Operation(Struct, frozen=True, kw_only=True, tag_field="op"):
    """Anything a client asks for; `id` comes back with the answer."""

    id: OperationId = None


class Subscribe(Operation, frozen=True, kw_only=True, tag="subscribe"):
    """Follow channels from now on, or from where the reader had come."""

    channels: tuple[str, ...]
    conflate_ms: int | None = None
    batch: bool | None = None
    since: Position | None = None


class Unsubscribe(Operation, frozen=True, kw_only=True, tag="unsubscribe"):
    """Stop following channels."""

    channels: tuple[str, ...]


class Join(Operation, frozen=True, kw_only=True, tag="join"):
    """Follow rooms, which are channels by another name."""

    rooms: tuple[str, ...]


class Leave(Operation, frozen=True, kw_only=True, tag="leave"):
    """Stop following rooms."""

    rooms: tuple[str, ...]


class Ping(Operation, frozen=True, kw_only=True, tag="ping"):
    """Ask for a pong."""


class Authenticate(Operation, frozen=True, kw_only=True, tag="auth"):
    """Present a token."""

    token: str


class RefreshNow(Operation, frozen=True, kw_only=True, tag="refresh"):
    """Fetch instruments now, all of them when none is named."""

    instruments: tuple[str, ...] = ()


class Start(Operation, frozen=True, kw_only=True, tag="start"):
    """Start the pipeline."""


class Stop(Operation, frozen=True, kw_only=True, tag="stop"):
    """Stop the pipeline."""


class Restart(Operation, frozen=True, kw_only=True, tag="restart"):
    """Restart a feed or a job, or the pipeline when none is named."""

    feed: str | None = None
    job: str | None = None


class Pause(Operation, frozen=True, kw_only=True, tag="pause"):
    """Pause a feed or a job."""

    feed: str | None = None
    job: str | None = None


class Resume(Operation, frozen=True, kw_only=True, tag="resume"):
    """Resume a feed or a job."""

    feed: str | None = None
    job: str | None = None


class Reload(Operation, frozen=True, kw_only=True, tag="reload"):
    """Read the configuration again."""


class Trigger(Operation, frozen=True, kw_only=True, tag="trigger"):
    """Run a job now; the answer tells how the run ended."""

    job: str


class Cancel(Operation, frozen=True, kw_only=True, tag="cancel"):
    """Cancel the run of a job."""

    job: str


class Enable(Operation, frozen=True, kw_only=True, tag="enable"):
    """Enable a job."""

    job: str


class Disable(Operation, frozen=True, kw_only=True, tag="disable"):
    """Disable a job."""

    job: str


class AddJob(Operation, frozen=True, kw_only=True, tag="add_job"):
    """Add a job."""

    job: NewJob


class ChangeJob(Operation, frozen=True, kw_only=True, tag="change_job"):
    """Change a job in what is named."""

    job: str
    change: JobChange


class DropJob(Operation, frozen=True, kw_only=True, tag="remove_job"):
    """Remove a job that was added."""

    job: str


class Reset(Operation, frozen=True, kw_only=True, tag="reset"):
    """Reset a breaker."""

    breaker: str


class Open(Operation, frozen=True, kw_only=True, tag="open"):
    """Force a breaker open."""

    breaker: str


class Close(Operation, frozen=True, kw_only=True, tag="close"):
    """Force a breaker closed."""

    breaker: str


class SendAway(Operation, frozen=True, kw_only=True, tag="disconnect_client"):
    """End a follower's connection."""

    client: int


class ClearTheCache(Operation, frozen=True, kw_only=True, tag="clear_cache"):
    """Forget cached answers: all, or those whose key matches a pattern."""

    pattern: str | None = None


class OptimizeTheCache(Operation, frozen=True, kw_only=True, tag="optimize_cache"):
    """Forget the cached answers that are least worth their place."""


class AddTheInstrument(Operation, frozen=True, kw_only=True, tag="add_instrument"):
    """Price one more instrument."""

    instrument: NewInstrument


class DropInstrument(Operation, frozen=True, kw_only=True, tag="remove_instrument"):
    """Price an instrument no more."""

    instrument: str


class DrillNow(Operation, frozen=True, kw_only=True, tag="drill"):
    """Let the simulated exchange of a demo misbehave, at one venue or at all."""

    fault: str
    venue: str | None = None
    seconds: float = 30.0


class EndTheDrills(Operation, frozen=True, kw_only=True, tag="end_drills"):
    """End what it does wrong on request, at one venue or at all."""

    venue: str | None = None


class Acknowledge(Operation, frozen=True, kw_only=True, tag="acknowledge"):
    """Say that an alert is known."""

    alert: str
    why: str = ""


class KeepQuiet(Operation, frozen=True, kw_only=True, tag="silence"):
    """Keep alerts quiet until a moment."""

    until_ms: int
    rule: str = "*"
    subject: str = "*"
    comment: str = ""
    silence: str = ""
    """The one that is to be changed."""


class EndSilence(Operation, frozen=True, kw_only=True, tag="end_silence"):
    """End a silence now."""

    silence: str


class SaveRule(Operation, frozen=True, kw_only=True, tag="save_alert_rule"):
    """Add a rule of alerts, or change the one of its id."""

    rule: AlertRule


class DropRule(Operation, frozen=True, kw_only=True, tag="remove_alert_rule"):
    """Remove a saved rule of alerts."""

    rule: str


class TryChannel(Operation, frozen=True, kw_only=True, tag="test_channel"):
    """Send a test message through a channel."""

    channel: str


class RetryLetters(Operation, frozen=True, kw_only=True, tag="retry_dead_letters"):
    """Send again what a channel could not send."""

    channel: str


class BeQuiet(Operation, frozen=True, kw_only=True, tag="mute"):
    """Send no alert to any channel until a moment; one that is over ends a mute."""

    until_ms: int
    why: str = ""


class KeepPortfolio(Operation, frozen=True, kw_only=True, tag="save_portfolio"):
    """Add a portfolio, or put it in the place of the one of its name."""

    portfolio: Portfolio


class DropPortfolio(Operation, frozen=True, kw_only=True, tag="remove_portfolio"):
    """Forget a portfolio."""

    portfolio: str


class KeepWatchlist(Operation, frozen=True, kw_only=True, tag="save_watchlist"):
    """Add a watchlist, or put it in the place of the one of its name."""

    watchlist: Watchlist
    subscribe: bool = False
    """Have what nobody prices yet priced from now on, where a provider lists it."""


class DropWatchlist(Operation, frozen=True, kw_only=True, tag="remove_watchlist"):
    """Forget a watchlist."""

    watchlist: str


AlertOperation = Acknowledge | KeepQuiet | EndSilence | SaveRule | DropRule
HoldingOperation = KeepPortfolio | DropPortfolio | KeepWatchlist | DropWatchlist
NotificationOperation = TryChannel | RetryLetters | BeQuiet
InstrumentOperation = AddTheInstrument | DropInstrument
DrillOperation = DrillNow | EndTheDrills
CacheOperation = ClearTheCache | OptimizeTheCache
JobOperation = Trigger | Cancel | Enable | Disable | AddJob | ChangeJob | DropJob
BreakerOperation = Reset | Open | Close
PipelineOperation = RefreshNow | Start | Stop | Reload | Restart | Pause | Resume | SendAway
CommandOperation = (
    PipelineOperation
    | JobOperation
    | BreakerOperation
    | CacheOperation
    | DrillOperation
    | InstrumentOperation
    | AlertOperation
    | NotificationOperation
    | HoldingOperation
)
"""What stands for a command to the engine."""

AnyOperation = Subscribe | Unsubscribe | Join | Leave | Ping | Authenticate | CommandOperation


class _Head(Struct, frozen=True):
    op: object = None
    id: object = None


_head = msgspec.json.Decoder(_Head)
_operation: msgspec.json.Decoder[AnyOperation] = msgspec.json.Decoder(AnyOperation)
_OPERATIONS = frozenset(kind.__struct_config__.tag for kind in AnyOperation.__args__)


def decode_operation(text: bytes | str) -> AnyOperation:
    """What a client asks for. Raises FrameError with code bad_json, unknown_op or bad_field."""
    try:
        head = _head.decode(text)
    except msgspec.ValidationError:
        raise FrameError("bad_json", "one JSON object a message is expected") from None
    except UNDECODABLE as error:
        raise FrameError("bad_json", str(error)) from None
    own_id = head.id if isinstance(head.id, int | str) else None
    if not isinstance(head.op, str) or head.op not in _OPERATIONS:
        raise FrameError("unknown_op", f"op is one of {', '.join(sorted(map(str, _OPERATIONS)))}", own_id)
    try:
        return _operation.decode(text)
    except UNDECODABLE as error:
        raise FrameError("bad_field", str(error), own_id) from None
