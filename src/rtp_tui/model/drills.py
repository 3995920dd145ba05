"""Fire drills: what the simulated exchange of a demo is told to do wrong."""

from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.topics import Topic


class Drill(Struct, frozen=True, kw_only=True):
    """One thing that goes wrong at one venue, on request and for a while."""

    venue: str
    fault: str
    since_ms: int
    until_ms: int


class DrillStatus(Struct, frozen=True, kw_only=True, tag="drill"):
    """What goes wrong on request now, and what could; told by demos alone, at every beginning and end."""

    topic: ClassVar[Topic] = Topic.PART

    venues: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    running: tuple[Drill, ...] = ()
    """In the order in which they end."""
