"""How a follower that missed something is brought up to date, provably or from the start."""

from msgspec import Struct

from rtp_tui.api.frames import PIPELINE, Position
from rtp_tui.api.wire import encode
from rtp_tui.model.events import Event
from rtp_tui.model.market import Quote
from rtp_tui.server.journal import Journal
from rtp_tui.server.messages import Gap
from rtp_tui.server.rendering import Rendering


class Missed(Struct, frozen=True):
    """Everything that happened after `seq`, quotes by their newest."""

    seq: int
    events: tuple[Event, ...]


class Recovery:
    """Makes the messages that close a gap."""

    def __init__(self, journal: Journal, rendering: Rendering) -> None:
        self._journal = journal
        self._rendering = rendering

    def missed(self, since: Position, *, wants_every_change: bool) -> Missed | None:
        """What a reader lacks; None unless it is certain that this is all it should have been told."""
        events = self._journal.since(since)
        if events is None:
            return None
        if wants_every_change and any(type(event.payload) is Quote for event in events):
            return None
        return Missed(since.seq, events)

    def whole(self, channels: frozenset[str]) -> list[bytes]:
        """A snapshot of each channel."""
        return [self._rendering.whole(channel) for channel in sorted(channels)]

    def later(self, channels: frozenset[str], missed: Missed, *, is_chained: bool) -> list[bytes]:
        """What was missed on these channels: the newest quotes and all other messages."""
        journal, rendering = self._journal, self._rendering
        messages = [
            rendering.change(change, is_chained=is_chained)
            for change in journal.changes_since(missed.seq)
            if change.channel in channels
        ]
        messages += [
            rendering.price(channel)
            for channel in sorted(channels)
            if journal.instrument(channel) and journal.channel_seq(channel) > missed.seq
        ]
        if PIPELINE in channels:
            messages.append(rendering.events(journal.seq, missed.events))
        return messages

    def gaps(self, channels: frozenset[str], seen_seq: int) -> list[bytes]:
        """For each channel that moved on: what is missing, then all of it."""
        messages = []
        for channel in sorted(channels):
            newest = self._journal.seq if channel == PIPELINE else self._journal.channel_seq(channel)
            if newest > seen_seq:
                gap = Gap(channel=channel, from_=seen_seq + 1, to=newest)
                messages += [encode(gap), self._rendering.whole(channel)]
        return messages
