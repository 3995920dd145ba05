"""Fire drills as others read them."""

from msgspec import Struct

from rtp_tui.model.drills import DrillStatus


class DrillBody(Struct, frozen=True, kw_only=True):
    """What goes wrong at a venue on request, and for how long yet."""

    venue: str
    fault: str
    since_ms: int
    until_ms: int
    seconds_left: float


class DrillsBody(Struct, frozen=True, kw_only=True):
    """What goes wrong now, and what can be asked for where."""

    running: tuple[DrillBody, ...]
    venues: tuple[str, ...]
    faults: tuple[str, ...]


def drills_body(status: DrillStatus, now_ms: int) -> DrillsBody:
    """The status as of now."""
    running = tuple(
        DrillBody(
            venue=drill.venue,
            fault=drill.fault,
            since_ms=drill.since_ms,
            until_ms=drill.until_ms,
            seconds_left=max(0, drill.until_ms - now_ms) / 1000,
        )
        for drill in status.running
    )
    return DrillsBody(running=running, venues=status.venues, faults=status.faults)
