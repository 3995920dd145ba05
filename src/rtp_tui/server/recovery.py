"""How a follower that missed something is brought up to date, provably or from the start."""

from rtp_tui.api.frames import PIPELINE, Position
from rtp_tui.api.wire import encode
from rtp_tui.server.client import Client
from rtp_tui.server.journal import Journal
from rtp_tui.server.messages import Gap, Message, message_of
from rtp_tui.server.rendering import Rendering


class Recovery:
    """Makes the messages that close a gap."""

    def __init__(self, journal: Journal, rendering: Rendering) -> None:
        self._journal = journal
        self._rendering = rendering

    def catch_up(self, client: Client) -> None:
        """Write what happened on a follower's channels since it was last written to."""
        journal = self._journal
        if client.seen_seq >= journal.seq or not client.subscriptions or client.is_behind:
            return
        position = Position(journal.epoch, client.seen_seq)
        missed = self.missed(client.channels, position, is_chained=not client.conflate_ms)
        if missed is None:
            client.gaps += 1
            missed = self._gaps(client.channels, client.seen_seq)
        client.write_messages(missed)
        client.seen_seq = journal.seq

    def missed(self, channels: frozenset[str], since: Position, *, is_chained: bool) -> list[Message] | None:
        """What a reader of channels lacks, in order of numbers: the newest quotes and all other messages.

        None unless it is certain that this is all it should have been told; one that is told every change
        should have been told each quote, of which only the newest is kept.
        """
        journal, rendering = self._journal, self._rendering
        if not journal.remembers(since):
            return None
        moved = [one for one in channels if journal.channel_seq(one) > since.seq and journal.instrument(one)]
        if is_chained and moved:
            return None
        messages = [rendering.price(channel) for channel in moved]
        messages += [
            rendering.change(change, is_chained=is_chained)
            for change in journal.changes_since(since.seq)
            if change.channel in channels
        ]
        messages.sort(key=lambda message: message.seq)
        if PIPELINE in channels:
            messages.append(rendering.events(journal.seq, journal.events_since(since.seq)))
        return messages

    def whole(self, channels: frozenset[str]) -> list[Message]:
        """A snapshot of each channel."""
        return [self._rendering.whole(channel) for channel in sorted(channels)]

    def _gaps(self, channels: frozenset[str], seen_seq: int) -> list[Message]:
        """For each channel that moved on: what is missing, then all of it."""
        messages = []
        for channel in sorted(channels):
            newest = self._journal.seq if channel == PIPELINE else self._journal.channel_seq(channel)
            if newest > seen_seq:
                gap = Gap(channel=channel, from_=seen_seq + 1, to=newest)
                messages += [message_of(channel, newest, encode(gap)), self._rendering.whole(channel)]
        return messages
