"""Who gets what: followers, their channels and paces, and the bytes they share.

Knows no sockets and does not wait: it is told what happened, and says when it wants to be called again.
Followers of the same channels at the same pace are written the same bytes, made once.
"""

from collections.abc import Iterator

from msgspec import UNSET, Raw, UnsetType

from rtp_tui.api.frames import PIPELINE, Ack, FrameError, Heartbeat, Position, Shutdown
from rtp_tui.api.operations import Join, Operation, Subscribe
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.cadence import Cadence, pace_of
from rtp_tui.server.channels import all_meant, meant
from rtp_tui.server.client import Client
from rtp_tui.server.journal import Journal
from rtp_tui.server.messages import framed
from rtp_tui.server.recovery import Missed, Recovery
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.totals import Totals

MAX_SUBSCRIPTIONS = 1_000
MAX_CONFLATE_MS = 60_000
RECONNECT_AFTER_MS = 1_500
NOTHING_SEEN = -1
TOO_SLOW, GOING_AWAY = 4008, 1001

Message = tuple[str, int, bytes]


class Hub:
    """All followers of this server."""

    def __init__(self, journal: Journal, rendering: Rendering, clock: Clock) -> None:
        self.clients: dict[int, Client] = {}
        self._journal = journal
        self._rendering = rendering
        self._clock = clock
        self._cadences: dict[int, Cadence] = {}
        self._meant: dict[frozenset[str], frozenset[str]] = {}
        self._recovery = Recovery(journal, rendering)
        self._totals = Totals()

    def join(self, client: Client) -> None:
        """A follower arrived; it gets nothing until it asks."""
        self.clients[client.id] = client

    def leave(self, client: Client) -> None:
        """A follower went; its counters stay in the totals."""
        if self.clients.pop(client.id, None) is not None:
            self._totals.add_departed(client)
            self._drop_unused()

    def load(self, snapshot: Snapshot) -> None:
        """The engine starts over: everybody gets everything they follow."""
        self._journal.load(snapshot)
        self._rendering.forget()
        self._meant.clear()
        self._cadences.clear()
        for client in self.clients.values():
            if not client.is_behind:
                client.write(self._recovery.whole(self._channels(client.subscriptions)))
            self._settle(client)
            client.seen_seq = NOTHING_SEEN if client.is_behind else client.seen_seq

    def note(self, event: Event) -> None:
        """Something happened."""
        changes = self._journal.apply(event)
        for cadence in self._cadences.values():
            cadence.add(event, changes, self._rendering)

    def flush(self) -> float | None:
        """Write what is due; seconds until more will be, None when nothing waits."""
        now_s = self._clock.monotonic()
        delays: list[float] = []
        for cadence in self._cadences.values():
            if cadence.is_empty:
                continue
            delay = cadence.due_in_s(now_s)
            if delay > 0:
                delays.append(delay)
            else:
                self._flush(cadence, now_s)
        return min(delays, default=None)

    def sweep(self) -> None:
        """Bring those up to date who read again, and end those who do not."""
        now_s = self._clock.monotonic()
        for client in list(self.clients.values()):
            was_behind = client.is_behind
            client.watch_pressure(now_s)
            if client.is_stalled(now_s):
                self._evict(client)
            elif was_behind and not client.is_behind:
                self._catch_up(client)

    def heartbeat(self) -> None:
        """Tell everybody that the server is there."""
        message = framed([encode(Heartbeat(ts_ms=self._clock.now_ms()))], batch=False)
        for client in self.clients.values():
            if not client.is_behind:
                client.write_frames(message, 1)

    def say_goodbye(self) -> None:
        """Tell everybody that the server ends, and close."""
        message = framed([encode(Shutdown(reconnect_after_ms=RECONNECT_AFTER_MS))], batch=False)
        for client in list(self.clients.values()):
            client.write_frames(message, 1)
            client.wire.close(GOING_AWAY, "the server ends")

    def subscribe(self, client: Client, order: Subscribe, heard: Operation | None = None) -> None:
        """Follow channels: an ack, then what is known or what was missed. Raises FrameError.

        `heard` is the operation to acknowledge where it was said in other words.
        """
        self._check(client, order)
        self._catch_up(client)
        client.subscriptions |= frozenset(order.channels)
        client.conflate_ms = client.conflate_ms if order.conflate_ms is None else pace_of(order.conflate_ms)
        client.batch = client.batch if order.batch is None else order.batch
        missed = self._missed(client, order.since)
        client.write([self._ack(heard or order, order.channels, recovered=missed is not None)])
        channels = self._channels(frozenset(order.channels))
        if missed is None:
            client.write(self._recovery.whole(channels))
        else:
            client.write(self._recovery.later(channels, missed, is_chained=not client.conflate_ms))
        self._settle(client)

    def join_rooms(self, client: Client, order: Join) -> None:
        """Follow rooms, which are channels. Raises FrameError."""
        self.subscribe(client, Subscribe(id=order.id, channels=order.rooms), order)

    def unsubscribe(self, client: Client, order: Operation, channels: tuple[str, ...]) -> None:
        """Stop following channels; those not followed are passed over."""
        self._catch_up(client)
        client.subscriptions -= frozenset(channels)
        self._drop_unused()
        self.acknowledge(client, order, channels)

    def acknowledge(
        self,
        client: Client,
        order: Operation,
        channels: tuple[str, ...] = (),
        *,
        result: Raw | UnsetType = UNSET,
    ) -> None:
        """Say that an operation was carried out, and what came of it where it was a command."""
        client.write([self._ack(order, channels, result=result)])

    def status(self, url: str) -> ServerStatus:
        """Who is connected and what was sent."""
        return self._totals.status(self.clients.values(), url, self._clock.now_ms())

    def _ack(
        self,
        order: Operation,
        channels: tuple[str, ...],
        *,
        recovered: bool = False,
        result: Raw | UnsetType = UNSET,
    ) -> bytes:
        return encode(
            Ack(
                id=order.id,
                op=str(order.__struct_config__.tag),
                channels=channels,
                epoch=self._journal.epoch,
                seq=self._journal.seq,
                recovered=recovered,
                result=result,
            )
        )

    def _check(self, client: Client, order: Subscribe) -> None:
        client.watch_pressure(self._clock.monotonic())
        if client.is_behind:
            raise FrameError("too_slow", "read what was sent before asking for more", order.id)
        if len(client.subscriptions) + len(order.channels) > MAX_SUBSCRIPTIONS:
            raise FrameError("bad_field", f"at most {MAX_SUBSCRIPTIONS} channels can be followed", order.id)
        if order.conflate_ms is not None and not 0 <= order.conflate_ms <= MAX_CONFLATE_MS:
            raise FrameError("bad_field", f"conflate_ms is between 0 and {MAX_CONFLATE_MS}", order.id)
        for channel in order.channels:
            if meant(channel, self._journal.state.market.instruments) is None:
                raise FrameError("unknown_channel", f"there is no channel {channel[:64]!r}", order.id)

    def _channels(self, subscriptions: frozenset[str]) -> frozenset[str]:
        known = self._meant.get(subscriptions)
        if known is None:
            if len(self._meant) > MAX_SUBSCRIPTIONS:
                self._meant.clear()
            known = all_meant(subscriptions, self._journal.state.market.instruments)
            self._meant[subscriptions] = known
        return known

    def _flush(self, cadence: Cadence, now_s: float) -> None:
        messages = cadence.take_messages(self._rendering, self._journal.channel_seq)
        events = cadence.take_events()
        shared: dict[tuple[frozenset[str], bool], tuple[bytes, int]] = {}
        for client in self._writable(cadence.pace_ms, now_s):
            if client.seen_seq < cadence.flushed_seq:
                self._catch_up(client)
            elif client.seen_seq > cadence.flushed_seq:
                later = [message for message in messages if message[1] > client.seen_seq]
                newer = tuple(event for event in events if event.seq > client.seen_seq)
                client.write(self._selected(client.subscriptions, later, newer))
            else:
                key = client.subscriptions, client.batch
                if key not in shared:
                    own = self._selected(client.subscriptions, messages, events)
                    shared[key] = framed(own, batch=client.batch) if own else b"", len(own)
                if shared[key][1]:
                    client.write_frames(*shared[key])
            client.seen_seq = self._journal.seq
        self._totals.add_conflated(cadence.take_conflated())
        cadence.mark_flushed(now_s, self._journal.seq)

    def _writable(self, pace_ms: int, now_s: float) -> Iterator[Client]:
        for client in self.clients.values():
            if client.subscriptions and client.conflate_ms == pace_ms:
                client.watch_pressure(now_s)
                if not client.is_behind:
                    yield client

    def _selected(
        self, subscriptions: frozenset[str], messages: list[Message], events: tuple[Event, ...]
    ) -> list[bytes]:
        channels = self._channels(subscriptions)
        own = [message for channel, _, message in messages if channel in channels]
        if PIPELINE in channels and events:
            own.append(self._rendering.events(self._journal.seq, events))
        return own

    def _catch_up(self, client: Client) -> None:
        """Write what happened on a follower's channels since it was last written to."""
        if client.seen_seq >= self._journal.seq or not client.subscriptions or client.is_behind:
            return
        channels = self._channels(client.subscriptions)
        missed = self._missed(client, Position(self._journal.epoch, client.seen_seq))
        if missed is None:
            client.gaps += 1
            client.write(self._recovery.gaps(channels, client.seen_seq))
        else:
            client.write(self._recovery.later(channels, missed, is_chained=not client.conflate_ms))
        client.seen_seq = self._journal.seq

    def _missed(self, client: Client, since: Position | None) -> Missed | None:
        if since is None:
            return None
        return self._recovery.missed(since, wants_every_change=not client.conflate_ms)

    def _settle(self, client: Client) -> None:
        """From here on the follower is written to at its pace."""
        client.seen_seq = self._journal.seq
        self._drop_unused()
        if client.subscriptions and client.conflate_ms not in self._cadences:
            self._cadences[client.conflate_ms] = Cadence(
                client.conflate_ms, self._clock.monotonic(), self._journal.seq
            )

    def _drop_unused(self) -> None:
        paces = {client.conflate_ms for client in self.clients.values() if client.subscriptions}
        for pace_ms in self._cadences.keys() - paces:
            del self._cadences[pace_ms]

    def _evict(self, client: Client) -> None:
        client.wire.close(TOO_SLOW, "too slow")
        self.leave(client)
        self._totals.add_dropped()
