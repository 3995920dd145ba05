"""A round of writing, one follower at a step, so that however many they are the loop is never held for long."""

from collections import defaultdict
from collections.abc import Iterator

from rtp_tui.api.frames import PIPELINE
from rtp_tui.clock import Clock
from rtp_tui.server.audience import Audience, Group
from rtp_tui.server.cadence import Round
from rtp_tui.server.client import Client
from rtp_tui.server.messages import Message, joined
from rtp_tui.server.recovery import Recovery
from rtp_tui.server.rendering import Rendering


class Delivery:
    """Writes rounds to those who keep up, and brings others up to date."""

    def __init__(self, rendering: Rendering, recovery: Recovery, clock: Clock) -> None:
        self._rendering = rendering
        self._recovery = recovery
        self._clock = clock

    def write(self, round: Round, audience: Audience) -> Iterator[None]:  # noqa: A002 - a round of writing
        """Write to one follower a step. Between the steps followers may come, go and catch up."""
        addressed = _addressed(round.messages, audience)
        from_seq, to_seq = round.from_seq, round.to_seq
        for group in list(audience.groups):
            messages = addressed.get(group, [])
            count, frames = len(messages), joined(messages, batch=group.following.batch)
            for client in group.members:
                if client.wire.is_unread or client.seen_seq != from_seq:
                    self._write_rest(client, round, messages)
                else:
                    client.write_frames(frames, count)
                    client.seen_seq = to_seq
                yield

    def _write_rest(self, client: Client, round: Round, messages: list[Message]) -> None:  # noqa: A002
        """For one that does not read, was left out, or was told a part of the round when it asked for something."""
        client.watch_pressure(self._clock.monotonic())
        if client.is_behind:
            return
        if client.seen_seq < round.from_seq:
            self._recovery.catch_up(client)
        elif client.seen_seq < round.to_seq:
            later = [one for one in messages if one.seq > client.seen_seq and one.channel != PIPELINE]
            events = tuple(event for event in round.events if event.seq > client.seen_seq)
            if PIPELINE in client.channels and events:
                later.append(self._rendering.events(round.to_seq, events))
            client.write_messages(later)
            client.seen_seq = round.to_seq


def _addressed(messages: list[Message], audience: Audience) -> dict[Group, list[Message]]:
    addressed: dict[Group, list[Message]] = defaultdict(list)
    for message in messages:
        for group in audience.of(message.channel):
            addressed[group].append(message)
    return addressed
