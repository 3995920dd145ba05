"""What happened before this console began to listen, from the events that the engine keeps."""

from collections.abc import Iterable

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.queries import GetEvents, StoredEvent
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.timeline import Entry, Timeline

RECALLED_MS = 3_600_000
KINDS = ("alert", "silence", "mute", "audit", "breaker", "log")
"""Those that are told as they come; states that come every second would be many for the few that differ."""
MOST_OF_A_KIND = 200


def questions(now_ms: int, span_ms: int = RECALLED_MS) -> tuple[GetEvents, ...]:
    """What to ask for the hour, or another span, before a moment."""
    since_ms = now_ms - span_ms
    return tuple(GetEvents(since_ms=since_ms, kind=kind, limit=MOST_OF_A_KIND) for kind in KINDS)


def entries_of(events: Iterable[StoredEvent], until_ms: int) -> list[Entry]:
    """Stored events as they would have been told then; those of another version are left out."""
    timeline, state = Timeline(), PipelineState()
    # It costs more than the first picture can spare, and is needed after it.
    decoder = Decoder[Payload](Payload)
    for stored in sorted(events, key=lambda event: event.id):
        if stored.at_ms >= until_ms:
            continue
        try:
            payload = decoder.decode(stored.payload)
        except (DecodeError, ValidationError):
            continue
        timeline.note(payload, state, stored.at_ms)
        state.apply(Event(0, payload))
    return list(timeline.entries)
