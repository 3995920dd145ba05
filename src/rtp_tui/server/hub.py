"""Who gets what: followers, their channels and paces, and the bytes they share.

Knows no sockets and does not wait: it is told what happened, and says when it wants to be called again.
Followers of the same channels at the same pace are written the same bytes, made once.
"""

from msgspec import UNSET, Raw, UnsetType

from rtp_tui.api.frames import FrameError, Heartbeat, Position, Shutdown
from rtp_tui.api.operations import Join, Operation, Subscribe
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.acknowledgement import acknowledgement
from rtp_tui.server.cadence import Cadence, pace_of
from rtp_tui.server.channels import all_meant, meant
from rtp_tui.server.client import Client
from rtp_tui.server.delivery import Delivery
from rtp_tui.server.journal import Journal
from rtp_tui.server.messages import Message, text_frame
from rtp_tui.server.recovery import Recovery
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.totals import Totals

MAX_SUBSCRIPTIONS = 1_000
MAX_CONFLATE_MS = 60_000
RECONNECT_AFTER_MS = 1_500
HELD_S = 0.003
"""How long writing may hold the loop before others have their turn."""
NOTHING_SEEN = -1
TOO_SLOW, GOING_AWAY = 4008, 1001
_CHANNELS_CHANGE = frozenset((InstrumentAdded, InstrumentRemoved))


class Hub:
    """All followers of this server."""

    def __init__(self, journal: Journal, rendering: Rendering, clock: Clock) -> None:
        self.clients: dict[int, Client] = {}
        self._journal = journal
        self._rendering = rendering
        self._clock = clock
        self._cadences: dict[int, Cadence] = {}
        self._recovery = Recovery(journal, rendering)
        self._delivery = Delivery(rendering, self._recovery, clock)
        self._totals = Totals()

    def join(self, client: Client) -> None:
        """A follower arrived; it gets nothing until it asks."""
        self.clients[client.id] = client

    def leave(self, client: Client) -> None:
        """A follower went; its counters stay in the totals."""
        if client.id in self.clients:
            self._totals.add_departed(client)
            self._withdraw(client)
            del self.clients[client.id]

    def load(self, snapshot: Snapshot) -> None:
        """The engine starts over: everybody gets everything they follow."""
        self._journal.load(snapshot)
        self._rendering.forget()
        self._cadences.clear()
        for client in self.clients.values():
            self._settle(client)
            if client.is_behind:
                client.seen_seq = NOTHING_SEEN
            else:
                client.write_messages(self._recovery.whole(client.channels))

    def note(self, event: Event) -> None:
        """Something happened."""
        if type(event.payload) in _CHANNELS_CHANGE:
            self._note_channels(event)
        else:
            self._fold(event)

    def _fold(self, event: Event) -> None:
        changes = self._journal.apply(event)
        for cadence in self._cadences.values():
            cadence.add(event, changes, self._rendering)

    def _note_channels(self, event: Event) -> None:
        """An instrument came or went: whoever follows it, perhaps as one of many, is told up to here first."""
        name = _named(event)
        affected = [one for one in self.clients.values() if name in all_meant(one.subscriptions, {name})]
        for client in affected:
            self._recovery.catch_up(client)
        self._fold(event)
        seen_seq = {}
        for client in affected:
            self._recovery.catch_up(client)
            seen_seq[client.id] = client.seen_seq
            self._withdraw(client)
        for cadence in self._cadences.values():
            cadence.drop(name)
        for client in affected:
            self._settle(client)
            if client.is_behind:
                client.seen_seq = seen_seq[client.id]
            elif name in client.channels:
                client.write_messages(self._recovery.whole(frozenset((name,))))

    def flush(self) -> float | None:
        """Write some of what is due; seconds until more will be, None when nothing waits."""
        now_s = self._clock.monotonic()
        delays: list[float] = []
        for cadence in list(self._cadences.values()):
            if cadence.due_in_s(now_s) == 0.0:
                self._write_some(cadence, now_s + HELD_S)
            delay = cadence.due_in_s(now_s)
            if delay is not None:
                delays.append(delay)
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
                self._recovery.catch_up(client)

    def heartbeat(self) -> None:
        """Tell everybody that the server is there."""
        frame = text_frame(encode(Heartbeat(ts_ms=self._clock.now_ms())))
        for client in self.clients.values():
            if not client.is_behind:
                client.write_frames(frame, 1)

    def say_goodbye(self) -> None:
        """Tell everybody that the server ends, and close."""
        frame = text_frame(encode(Shutdown(reconnect_after_ms=RECONNECT_AFTER_MS)))
        for client in list(self.clients.values()):
            client.write_frames(frame, 1)
            client.wire.close(GOING_AWAY, "the server ends")

    def subscribe(self, client: Client, order: Subscribe, heard: Operation | None = None) -> None:
        """Follow channels: an ack, then what is known or what was missed. Raises FrameError.

        `heard` is the operation to acknowledge where it was said in other words.
        """
        self._check(client, order)
        self._recovery.catch_up(client)
        self._withdraw(client)
        client.subscriptions |= frozenset(order.channels)
        client.conflate_ms = client.conflate_ms if order.conflate_ms is None else pace_of(order.conflate_ms)
        client.batch = client.batch if order.batch is None else order.batch
        self._settle(client)
        channels = all_meant(order.channels, self._journal.state.market.instruments)
        missed = self._missed(client, channels, order.since)
        client.write(
            [acknowledgement(self._journal, heard or order, order.channels, recovered=missed is not None)]
        )
        client.write_messages(self._recovery.whole(channels) if missed is None else missed)

    def join_rooms(self, client: Client, order: Join) -> None:
        """Follow rooms, which are channels. Raises FrameError."""
        self.subscribe(client, Subscribe(id=order.id, channels=order.rooms), order)

    def unsubscribe(self, client: Client, order: Operation, channels: tuple[str, ...]) -> None:
        """Stop following channels; those not followed are passed over."""
        self._recovery.catch_up(client)
        was_seen = client.seen_seq
        self._withdraw(client)
        client.subscriptions -= frozenset(channels)
        self._settle(client)
        client.seen_seq = was_seen if client.is_behind else client.seen_seq
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
        client.write([acknowledgement(self._journal, order, channels, result=result)])

    def status(self, url: str) -> ServerStatus:
        """Who is connected and what was sent."""
        return self._totals.status(self.clients.values(), url, self._clock.now_ms())

    def _write_some(self, cadence: Cadence, until_s: float) -> None:
        """Write for a while to the followers of a pace."""
        if cadence.delivery is None:
            round_ = cadence.take_round(self._rendering, self._clock.monotonic(), self._journal.seq)
            self._totals.add_conflated(cadence.take_conflated())
            cadence.delivery = self._delivery.write(round_, cadence.audience)
        for _ in cadence.delivery:
            if self._clock.monotonic() >= until_s:
                # The others' turn comes first next time.
                self._cadences[cadence.pace_ms] = self._cadences.pop(cadence.pace_ms)
                return
        cadence.delivery = None

    def _check(self, client: Client, order: Subscribe) -> None:
        client.watch_pressure(self._clock.monotonic())
        if client.is_behind:
            raise FrameError("too_slow", "read what was sent before asking for more", order.id)
        followed = client.subscriptions | frozenset(order.channels)
        if max(len(order.channels), len(followed)) > MAX_SUBSCRIPTIONS:
            raise FrameError("bad_field", f"at most {MAX_SUBSCRIPTIONS} channels can be followed", order.id)
        if order.conflate_ms is not None and not 0 <= order.conflate_ms <= MAX_CONFLATE_MS:
            raise FrameError("bad_field", f"conflate_ms is between 0 and {MAX_CONFLATE_MS}", order.id)
        for channel in order.channels:
            if meant(channel, self._journal.state.market.instruments) is None:
                raise FrameError("unknown_channel", f"there is no channel {channel[:64]!r}", order.id)

    def _missed(
        self, client: Client, channels: frozenset[str], since: Position | None
    ) -> list[Message] | None:
        if since is None:
            return None
        return self._recovery.missed(channels, since, is_chained=not client.conflate_ms)

    def _settle(self, client: Client) -> None:
        """From here on the follower is written to at its pace."""
        client.seen_seq = self._journal.seq
        client.channels = all_meant(client.subscriptions, self._journal.state.market.instruments)
        if not self._is_written_to(client):
            return
        cadence = self._cadences.get(client.conflate_ms)
        if cadence is None:
            cadence = Cadence(client.conflate_ms, self._clock.monotonic(), self._journal.seq)
            self._cadences[client.conflate_ms] = cadence
        cadence.audience.add(client)

    def _withdraw(self, client: Client) -> None:
        """The follower is not written to, before its subscriptions change or for good."""
        if not self._is_written_to(client):
            return
        audience = self._cadences[client.conflate_ms].audience
        audience.remove(client)
        if not audience.groups:
            del self._cadences[client.conflate_ms]

    def _is_written_to(self, client: Client) -> bool:
        """It follows something, and has not been sent away with an operation on its lips."""
        return bool(client.subscriptions) and client.id in self.clients

    def _evict(self, client: Client) -> None:
        client.wire.close(TOO_SLOW, "too slow")
        self.leave(client)
        self._totals.add_dropped()


def _named(event: Event) -> InstrumentId:
    """The instrument that came or went."""
    payload = event.payload
    assert isinstance(payload, InstrumentAdded | InstrumentRemoved)
    return payload.instrument.id if isinstance(payload, InstrumentAdded) else payload.instrument
