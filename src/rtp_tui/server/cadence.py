"""What has happened since followers of one pace were last written to."""

from collections.abc import Callable

from rtp_tui.model.events import Event
from rtp_tui.model.market import Quote
from rtp_tui.server.journal import Change
from rtp_tui.server.rendering import Rendering

PENDING_LIMIT = 5_000
_STEP_MS, _COARSE_STEP_MS, _COARSE_FROM_MS = 50, 1_000, 1_000


def pace_of(conflate_ms: int) -> int:
    """The pace that serves a wish: followers of nearly the same wish share one, rounded up."""
    step = _STEP_MS if conflate_ms <= _COARSE_FROM_MS else _COARSE_STEP_MS
    return -(-conflate_ms // step) * step


class Cadence:
    """Changes and events between two writes; with a pace of 0 every change, else the newest quotes."""

    def __init__(self, pace_ms: int, now_s: float, seq: int) -> None:
        self.pace_ms = pace_ms
        self.flushed_seq = seq
        self._conflated = 0
        self._flushed_s = now_s
        self._prices: set[str] = set()
        self._messages: list[tuple[str, int, bytes]] = []
        self._quotes: dict[str, Event] = {}
        self._events: list[Event] = []

    @property
    def is_empty(self) -> bool:
        """Nothing waits to be written."""
        return not (self._prices or self._messages or self._quotes or self._events)

    def due_in_s(self, now_s: float) -> float:
        """Seconds until what waits is to be written."""
        if len(self._events) + len(self._messages) >= PENDING_LIMIT:
            return 0.0
        return max(0.0, self._flushed_s + self.pace_ms / 1000 - now_s)

    def add(self, event: Event, changes: list[Change], rendering: Rendering) -> None:
        """Note an event and the messages it makes."""
        if self.pace_ms and type(event.payload) is Quote:
            self._conflated += event.payload.instrument in self._quotes
            self._quotes[event.payload.instrument] = event
        else:
            self._events.append(event)
        for change in changes:
            self._add_change(change, rendering)

    def _add_change(self, change: Change, rendering: Rendering) -> None:
        if self.pace_ms and change.payload is None:
            self._prices.add(change.channel)
            return
        message = rendering.change(change, is_chained=not self.pace_ms)
        self._messages.append((change.channel, change.seq, message))

    def take_messages(
        self, rendering: Rendering, seq_of: Callable[[str], int]
    ) -> list[tuple[str, int, bytes]]:
        """Hand over the messages that wait, in order of their numbers."""
        prices = [(channel, seq_of(channel), rendering.price(channel)) for channel in self._prices]
        messages = (
            sorted(self._messages + prices, key=lambda message: message[1]) if prices else self._messages
        )
        self._prices, self._messages = set(), []
        return messages

    def take_events(self) -> tuple[Event, ...]:
        """Hand over the events that wait, in order of their numbers."""
        events = sorted([*self._events, *self._quotes.values()], key=lambda event: event.seq)
        self._quotes, self._events = {}, []
        return tuple(events)

    def take_conflated(self) -> int:
        """How many quotes were overtaken by newer ones since last asked."""
        conflated, self._conflated = self._conflated, 0
        return conflated

    def mark_flushed(self, now_s: float, seq: int) -> None:
        """Everything up to this number is written."""
        self._flushed_s, self.flushed_seq = now_s, seq
