"""What has happened since followers of one pace were last written to."""

from collections.abc import Iterator

from msgspec import Struct

from rtp_tui.api.frames import PIPELINE
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.server.audience import Audience
from rtp_tui.server.journal import Change
from rtp_tui.server.messages import Message
from rtp_tui.server.rendering import Rendering

PENDING_LIMIT = 5_000
_STEP_MS, _COARSE_STEP_MS, _COARSE_FROM_MS = 50, 1_000, 1_000


def pace_of(conflate_ms: int) -> int:
    """The pace that serves a wish: followers of nearly the same wish share one, rounded up."""
    step = _STEP_MS if conflate_ms <= _COARSE_FROM_MS else _COARSE_STEP_MS
    return -(-conflate_ms // step) * step


class Round(Struct, frozen=True):
    """All that is written at one time: what happened after `from_seq`, up to `to_seq`."""

    from_seq: int
    to_seq: int
    messages: list[Message]
    events: tuple[Event, ...]
    """For channel `pipeline`; among the messages already, but for those who need only the last of them."""


class Cadence:
    """Followers of one pace and what waits for them: with a pace of 0 every change, else the newest quotes."""

    def __init__(self, pace_ms: int, now_s: float, seq: int) -> None:
        self.pace_ms = pace_ms
        self.audience = Audience()
        self.delivery: Iterator[None] | None = None
        """A round that is being written, a follower at a step."""
        self._from_seq = seq
        self._conflated = 0
        self._flushed_s = now_s
        self._prices: set[str] = set()
        self._messages: list[Message] = []
        self._quotes: dict[str, Event] = {}
        self._events: list[Event] = []

    def due_in_s(self, now_s: float) -> float | None:
        """Seconds until there is something to write; None while nothing waits."""
        if self.delivery is not None:
            return 0.0
        if not (self._prices or self._messages or self._quotes or self._events):
            return None
        if self._is_full:
            return 0.0
        return max(0.0, self._flushed_s + self.pace_ms / 1000 - now_s)

    def add(self, event: Event, changes: list[Change], rendering: Rendering) -> None:
        """Note an event and the messages it makes, as far as anybody follows them."""
        if self._is_full and self.delivery is not None:
            # A round takes so long that everybody has to catch up after it.
            self._forget(event.seq - 1)
        if self.pace_ms and type(event.payload) is Quote:
            instrument = event.payload.instrument
            self._conflated += instrument in self._prices or instrument in self._quotes
        if self.audience.has(PIPELINE):
            self._add_event(event)
        for change in changes:
            if self.audience.has(change.channel):
                self._add_change(change, rendering)

    def take_round(self, rendering: Rendering, now_s: float, seq: int) -> Round:
        """Hand over what waits, in order of numbers."""
        messages = self._messages + [rendering.price(channel) for channel in self._prices]
        messages.sort(key=_message_seq)
        events = tuple(sorted([*self._events, *self._quotes.values()], key=_event_seq))
        if events:
            messages.append(rendering.events(seq, events))
        taken = Round(self._from_seq, seq, messages, events)
        self._flushed_s = now_s
        self._forget(seq)
        return taken

    def take_conflated(self) -> int:
        """How many quotes were overtaken by newer ones since last asked."""
        conflated, self._conflated = self._conflated, 0
        return conflated

    def drop(self, instrument: InstrumentId) -> None:
        """Forget the quotes of an instrument that came or went: its followers have been told."""
        self._prices.discard(instrument)
        self._messages = [one for one in self._messages if one.channel != instrument]
        self._quotes.pop(instrument, None)

    @property
    def _is_full(self) -> bool:
        return len(self._events) + len(self._messages) >= PENDING_LIMIT

    def _add_event(self, event: Event) -> None:
        if self.pace_ms and type(event.payload) is Quote:
            self._quotes[event.payload.instrument] = event
        else:
            self._events.append(event)

    def _add_change(self, change: Change, rendering: Rendering) -> None:
        if self.pace_ms and change.payload is None:
            self._prices.add(change.channel)
        else:
            self._messages.append(rendering.change(change, is_chained=not self.pace_ms))

    def _forget(self, seq: int) -> None:
        self._from_seq = seq
        self._prices, self._messages, self._quotes, self._events = set(), [], {}, []


def _message_seq(message: Message) -> int:
    return message.seq


def _event_seq(event: Event) -> int:
    return event.seq
