"""What can be made to go wrong, by name, and which of it lasts at the moment."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from rtp_tui.simulator.disturbances import (
    Delayed,
    Disturbance,
    Garbage,
    OutgoingEvent,
    Silence,
    Swapped,
    duplicate,
    gap,
    spike,
    wrong_clock,
)


class Fault(StrEnum):
    """Everything that can be asked for."""

    REFUSE = "refuse"
    """No new connections; the existing ones are cut."""
    RESET = "reset"
    """Connections are let in, and reset in the middle of a frame or of an answer."""
    HANG = "hang"
    """Connections stay open and silent, though pings are answered; requests are never answered."""
    BLACK_HOLE = "black_hole"
    """Nothing is read, nothing is said, nothing is closed: not even pings and handshakes are answered."""
    SLOW_BODY = "slow_body"
    """Answers to requests come at a byte a second."""
    CLOSE = "close"
    """A close that is announced first and happens when the fault's time is over."""
    GARBAGE = "garbage"
    """Broken frames among the good ones; requests get HTML, half an answer or an empty one, each with 200."""
    ENDLESS = "endless"
    """Answers to requests begin and never end."""
    HTML = "html"
    """Requests and new connections get a page of HTML with 200."""
    GAP = "gap"
    """Some trades are never sent."""
    SPIKE = "spike"
    """One price is ten times what it is."""
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LATENCY = "latency"
    RATE_LIMIT = "rate_limit"
    """Requests and new connections get 429; the existing ones are closed with 1008."""
    RATE_LIMIT_BARE = "rate_limit_bare"
    """The same without a word on when to come back."""
    BAN = "ban"
    """The same as a ban, where the venue bans (418)."""
    QUOTA = "quota"
    """A few more requests are answered, counted down where the venue counts; then they get 429."""
    KEY_REJECTED = "key_rejected"
    """Requests and new connections that show the refused key get 401, or all where none is named."""
    SERVER_ERROR = "server_error"
    """Requests and new connections get 503 or 500; the existing ones are closed with 1011."""
    CLOCK = "clock"
    """The venue's clock is ten seconds ahead."""


_DRILLS = {"outage": Fault.REFUSE, "stall": Fault.HANG}
_DRILL_NAMES = {fault: name for name, fault in _DRILLS.items()}


def fault_named(name: str) -> Fault:
    """A fault by its own name or by that of a drill. Raises ValueError, which lists them."""
    if name not in (*_DRILLS, *Fault):
        raise ValueError(f"no fault {name!r}; faults: {', '.join(drill_names())}")
    return _DRILLS.get(name) or Fault(name)


def drill_name(fault: Fault) -> str:
    """What a drill of this fault is called."""
    return _DRILL_NAMES.get(fault, fault.value)


def drill_names() -> tuple[str, ...]:
    """Everything that can be drilled."""
    return tuple(map(drill_name, Fault))


_DISTURBANCES: Mapping[Fault, Callable[[], Disturbance]] = {
    Fault.HANG: Silence,
    Fault.BLACK_HOLE: Silence,
    Fault.GARBAGE: Garbage,
    Fault.GAP: gap,
    Fault.SPIKE: spike,
    Fault.DUPLICATE: duplicate,
    Fault.REORDER: Swapped,
    Fault.LATENCY: Delayed,
    Fault.CLOCK: wrong_clock,
}


class Faults:
    """The faults that last at the moment; several work together, in the order in which they began."""

    def __init__(self) -> None:
        self._until: dict[Fault, float] = {}
        self._disturbances: dict[Fault, Disturbance] = {}
        self._left_over: list[OutgoingEvent] = []

    def begin(self, fault: Fault, until: float) -> None:
        """Let a fault last until a monotonic moment; the same again begins anew."""
        self._end(fault)
        self._until[fault] = until
        if fault in _DISTURBANCES:
            self._disturbances[fault] = _DISTURBANCES[fault]()

    def end_due(self, now: float) -> tuple[OutgoingEvent, ...]:
        """Forget what is over; returns the events that it had held back."""
        for fault in [fault for fault, until in self._until.items() if until <= now]:
            self._end(fault)
        held, self._left_over = tuple(self._left_over), []
        return held

    def end_all(self) -> None:
        """Let everything be over at the next look."""
        self._until = dict.fromkeys(self._until, 0.0)

    @property
    def lasting(self) -> Mapping[Fault, float]:
        """What goes on, and until which monotonic moment."""
        return self._until

    def __contains__(self, fault: Fault) -> bool:
        return fault in self._until

    @property
    def disturbed(self) -> bool:
        """Whether events have to pass through."""
        return bool(self._disturbances)

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        """What is sent in place of an event."""
        events: tuple[OutgoingEvent, ...] = (event,)
        for disturbance in self._disturbances.values():
            events = tuple(later for each in events for later in disturbance.pass_on(each, now_ms))
        return events

    def _end(self, fault: Fault) -> None:
        self._until.pop(fault, None)
        if (disturbance := self._disturbances.pop(fault, None)) is not None:
            self._left_over.extend(disturbance.release(None))

    def release(self, now_ms: int) -> tuple[OutgoingEvent, ...]:
        """What was held back long enough."""
        return tuple(event for each in self._disturbances.values() for event in each.release(now_ms))
