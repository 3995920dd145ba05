"""What can be asked to be done through the door, each with the type of its answer."""

from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId

ResultT = TypeVar("ResultT", covariant=True)


class Command(Struct, Generic[ResultT], frozen=True, kw_only=True):
    """An order; `answer_type` is what decodes its result off the wire."""

    answer_type: ClassVar[type]


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


AnyCommand = ControlPipeline | ControlFeed | Refresh | EndProcess
