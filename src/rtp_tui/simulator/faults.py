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
    HANG = "hang"
    """Connections stay open and silent; requests are never answered."""
    CLOSE = "close"
    """A close that is announced first and happens when the fault's time is over."""
    GARBAGE = "garbage"
    """Broken frames among the good ones; requests get HTML, half an answer or an empty one, each with 200."""
    ENDLESS = "endless"
    """Answers to requests begin and never end."""
    GAP = "gap"
    """Some trades are never sent."""
    SPIKE = "spike"
    """One price is ten times what it is."""
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LATENCY = "latency"
    RATE_LIMIT = "rate_limit"
    """Requests and new connections get 429; the existing ones are closed with 1008."""
    SERVER_ERROR = "server_error"
    """Requests and new connections get 503 or 500; the existing ones are closed with 1011."""
    CLOCK = "clock"
    """The venue's clock is half a minute ahead."""


_DRILLS = {"outage": Fault.REFUSE, "stall": Fault.HANG}


def fault_named(name: str) -> Fault:
    """A fault by its own name or by that of a drill. Raises ValueError."""
    return _DRILLS.get(name) or Fault(name)


_DISTURBANCES: Mapping[Fault, Callable[[], Disturbance]] = {
    Fault.HANG: Silence,
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
