"""Supervised parts of the engine: the start-up checklist and what happened to them since."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.topics import Topic


class PartState(StrEnum):
    """What the supervisor knows of a part."""

    WAITING = "waiting"
    STARTING = "starting"
    OK = "ok"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


class PartStatus(Struct, frozen=True, kw_only=True, tag="part"):
    """One line of the checklist."""

    topic: ClassVar[Topic] = Topic.PART

    name: str
    state: PartState
    since_ms: int
    detail: str = ""
    restarts: int = 0


class EngineState(StrEnum):
    """What the operator asked the pipeline to be."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"
    DRAINING = "draining"


class ReplayStatus(Struct, frozen=True, kw_only=True):
    """How a capture is being played; the engine's time is then the capture's."""

    capture: str
    """The name of its file."""
    speed: float | None = None
    """A multiple of the recorded pace; None is as fast as possible."""
    paused: bool = False
    over: bool = False


class EngineStatus(Struct, frozen=True, kw_only=True, tag="engine"):
    """The engine as a whole: what it is, since when, and what it was asked to do."""

    topic: ClassVar[Topic] = Topic.PART

    version: str
    name: str
    started_ms: int
    state: EngineState
    demo: bool = False
    environment: str = ""
    """What the desk calls it: `prod`, `staging`; consoles mark production."""
    replay: ReplayStatus | None = None
    """None where the world is live."""
    configuration: str = ""
    """What tells the settings it began with from others without telling what they are: a hash, secrets hidden before."""
