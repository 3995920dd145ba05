"""What can be made to go wrong: faults by name, and what each does to outgoing events."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import cycle
from typing import Protocol

from msgspec import Struct

from rtp_tui.simulator.event_times import moved

LATENCY_MS = 2_000
CLOCK_OFFSET_MS = 30_000
MAX_HELD = 100_000
"""Events kept back by latency; more push the oldest out at once."""


class Fault(StrEnum):
    """Everything that can be asked for."""

    REFUSE = "refuse"
    """No new connections; the existing ones are cut."""
    HANG = "hang"
    """Connections stay open and silent."""
    CLOSE = "close"
    """A close that is announced first and happens when the fault's time is over."""
    GARBAGE = "garbage"
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
    """Requests and new connections get 503; the existing ones are closed with 1011."""
    CLOCK = "clock"
    """The venue's clock is half a minute ahead."""


_DRILLS = {"outage": Fault.REFUSE, "stall": Fault.HANG}


def fault_named(name: str) -> Fault:
    """A fault by its own name or by that of a drill. Raises ValueError."""
    return _DRILLS.get(name) or Fault(name)


class OutgoingEvent(Struct, frozen=True, gc=False):
    """An event on its way to a stream's subscribers."""

    stream: str
    text: str


class Disturbance(Protocol):
    """Stands between the market and the wire while a fault lasts."""

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        """What is sent in its place."""
        ...

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        """What was held back and is due; everything where `now_ms` is None, since the fault is over."""
        ...


class Silence:
    """Nothing is sent."""

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        return ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        return ()


class Rewritten:
    """Each event becomes what a function makes of its text; an empty answer drops it."""

    def __init__(self, rewrite: Callable[[OutgoingEvent], tuple[str, ...]]) -> None:
        self._rewrite = rewrite

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        return tuple(OutgoingEvent(event.stream, text) for text in self._rewrite(event))

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        return ()


class Delayed:
    """Every event leaves later."""

    def __init__(self) -> None:
        self._held: deque[tuple[int, OutgoingEvent]] = deque()

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        self._held.append((now_ms + LATENCY_MS, event))
        return (self._held.popleft()[1],) if len(self._held) > MAX_HELD else ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        due = []
        while self._held and (now_ms is None or self._held[0][0] <= now_ms):
            due.append(self._held.popleft()[1])
        return tuple(due)


class Swapped:
    """The events of a stream leave in pairs, the later one first."""

    def __init__(self) -> None:
        self._held: dict[str, OutgoingEvent] = {}

    def pass_on(self, event: OutgoingEvent, now_ms: int) -> tuple[OutgoingEvent, ...]:
        if (earlier := self._held.pop(event.stream, None)) is not None:
            return (event, earlier)
        self._held[event.stream] = event
        return ()

    def release(self, now_ms: int | None) -> tuple[OutgoingEvent, ...]:
        if now_ms is not None:
            return ()
        rest = tuple(self._held.values())
        self._held.clear()
        return rest


_NUMBER = re.compile(r'"(p|c|b|q)":"[0-9.]+"')
_PRICE = re.compile(r'"p":"([0-9.]+)"')
GAP_EVERY = 5
GARBAGE_EVERY = 2


def _is_trade(event: OutgoingEvent) -> bool:
    return event.stream.endswith(("@trade", "@aggTrade"))


def _with_number(text: str, number: str) -> str:
    return _NUMBER.sub(lambda match: f'"{match[1]}":{number}', text)


_SPOILT: tuple[Callable[[str], str], ...] = (
    lambda text: "not json",
    lambda text: "<html><body><h1>502 Bad Gateway</h1></body></html>",
    lambda text: text[: len(text) // 2],
    lambda text: _with_number(text, "NaN"),
    lambda text: _with_number(text, "1e999"),
    lambda text: _with_number(text, '"NaN"'),
    lambda text: _with_number(text, '"1e999"'),
    lambda text: _with_number(text, '"-1.00000000"'),
    lambda text: _with_number(text, '"0.00000000"'),
    lambda text: re.sub(r'"s":"', r'"s":"\\u001b[31m\\u202e', text),
    lambda text: text.replace('"', '"\x1b]0;owned\x07', 1),
    lambda text: "[]",
    lambda text: "null",
)


def _garbage() -> Disturbance:
    counter, spoilers = cycle(range(GARBAGE_EVERY)), cycle(_SPOILT)
    return Rewritten(
        lambda event: (event.text,) if next(counter) else (next(spoilers)(event.text), event.text)
    )


def _gap() -> Disturbance:
    counter = cycle(range(GAP_EVERY))
    return Rewritten(lambda event: (event.text,) if not _is_trade(event) or next(counter) else ())


def _spike() -> Disturbance:
    spiked: list[str] = []

    def rewrite(event: OutgoingEvent) -> tuple[str, ...]:
        if spiked or not _is_trade(event):
            return (event.text,)
        spiked.append(event.stream)
        return (_PRICE.sub(lambda match: f'"p":"{float(match[1]) * 10:.8f}"', event.text),)

    return Rewritten(rewrite)


_DISTURBANCES: Mapping[Fault, Callable[[], Disturbance]] = {
    Fault.HANG: Silence,
    Fault.GARBAGE: _garbage,
    Fault.GAP: _gap,
    Fault.SPIKE: _spike,
    Fault.DUPLICATE: lambda: Rewritten(lambda event: (event.text, event.text)),
    Fault.REORDER: Swapped,
    Fault.LATENCY: Delayed,
    Fault.CLOCK: lambda: Rewritten(lambda event: (moved(event.text, CLOCK_OFFSET_MS),)),
}


class Faults:
    """The faults that last at the moment; several work together, in the order in which they began."""

    def __init__(self) -> None:
        self._until: dict[Fault, float] = {}
        self._disturbances: dict[Fault, Disturbance] = {}

    def begin(self, fault: Fault, until: float) -> None:
        """Let a fault last until a monotonic moment; the same again replaces it."""
        self._until[fault] = until
        if fault in _DISTURBANCES:
            self._disturbances[fault] = _DISTURBANCES[fault]()

    def end_due(self, now: float) -> tuple[OutgoingEvent, ...]:
        """Forget what is over; returns the events that it had held back."""
        over = [fault for fault, until in self._until.items() if until <= now]
        held: list[OutgoingEvent] = []
        for fault in over:
            del self._until[fault]
            if (disturbance := self._disturbances.pop(fault, None)) is not None:
                held.extend(disturbance.release(None))
        return tuple(held)

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

    def release(self, now_ms: int) -> tuple[OutgoingEvent, ...]:
        """What was held back long enough."""
        return tuple(event for each in self._disturbances.values() for event in each.release(now_ms))
