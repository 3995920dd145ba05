"""One channel being run: what it is given is stored first, sent then, and what became of it is told.

Each channel has a part of its own, so that one that hangs keeps no other waiting.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Delivery, DeliveryState, Message
from rtp_tui.notify.channel import Channel, ChannelFailed
from rtp_tui.notify.composing import as_one, rank
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.settings import ChannelSettings
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.outcome import CircuitOpen, NotPermitted
from rtp_tui.text import words_of

_log = logging.getLogger(__name__)

COMMIT_PATIENCE_S = 5.0
"""People are told in the end, also where the store takes nothing."""
COMMIT_POLL_S = 0.01
EXPIRE_EVERY_S = 60.0
NOT_PERMITTED_PAUSE_S = 5.0
MARGIN_S = 5.0
"""Beyond the attempt's own timeout, so that it is the attempt that is blamed."""


class PostWorld(Struct, frozen=True, kw_only=True):
    """What a post is given by those who know."""

    clock: Clock
    keep: Callable[[Delivery], None]
    """Stores the newest word on a delivery, without waiting."""
    announce: Callable[[ChannelStatus], None]
    seq: Callable[[], int]
    """The number of the newest event."""
    committed: Callable[[], int]
    """The number up to which everything is durable."""


class Post:
    """Sends what its outbox holds, one after the other."""

    def __init__(
        self,
        channel: Channel,
        kind: str,
        settings: ChannelSettings,
        outbox: Outbox,
        guard: Guard,
        world: PostWorld,
        *,
        fault: str = "",
    ) -> None:
        """A `fault` is what the channel's configuration lacks: it never works as it is."""
        self.channel = channel
        self.outbox = outbox
        self._kind = kind
        self._settings = settings
        self._guard = guard
        self._world = world
        self._fault = fault
        self._sent = self._failed = self._muted = 0
        self._last_sent_ms: int | None = None
        self._last_error = fault
        self._stored_at: dict[str, int] = {}
        """The event that has to be durable before a delivery is sent, by key."""
        self._is_patient = True
        """The store took what it was given last."""
        self._came = asyncio.Event()

    def restore(self, deliveries: Iterable[Delivery]) -> None:
        """Go on where an earlier run ended."""
        self.outbox.restore(deliveries)

    def takes(self, message: Message, *, is_resolved: bool) -> bool:
        """Whether alerts of this kind go there."""
        if self._fault:
            return False
        is_urgent = rank(message.severity) >= rank(self._settings.severity)
        return is_urgent and (self._settings.tells_resolved or not is_resolved)

    def put(self, message: Message, *, may_join: bool = False) -> None:
        """Take a message; never waits."""
        self._keep(self.outbox.add(message, self._world.clock.now_ms(), may_join=may_join))

    def note_muted(self) -> None:
        """A notification was not sent because of a mute."""
        self._muted += 1
        self.tell()

    def retry_dead(self) -> int:
        """Put back what was put aside; how many letters."""
        again = self.outbox.retry_dead(self._world.clock.now_ms())
        self._keep(again)
        return sum(one.state is DeliveryState.WAITING for one in again)

    async def try_out(self, message: Message) -> None:
        """Send at once, past what waits and past the breaker. Raises ChannelFailed."""
        if self._fault:
            raise ChannelFailed(self._fault, is_retryable=False)
        try:
            async with self._world.clock.timeout(self._settings.timeout_ms / 1000):
                await self.channel.send(message)
        except TimeoutError:
            raise ChannelFailed(self._too_slow(), is_retryable=True) from None

    async def run(self) -> None:
        """Send for ever."""
        self.tell()
        while True:
            self._keep(self.outbox.expire(self._world.clock.now_ms()))
            delivery = self.outbox.due(self._world.clock.now_ms(), self._world.clock.monotonic())
            if delivery is None:
                await self._wait()
                continue
            await self._until_durable(self._stored_at.pop(delivery.key, 0))
            await self._attempt(delivery)
            # What became of it is durable before the next one goes, so that a crash repeats this one at most.
            await self._until_durable(self._world.seq())

    def tell(self) -> None:
        """Announce how the channel stands."""
        self._world.announce(self.status())

    def status(self) -> ChannelStatus:
        """How the channel stands."""
        clock = self._world.clock
        wait_s = self.outbox.wait_s(clock.now_ms(), clock.monotonic())
        is_held = wait_s is not None and self.outbox.held_until_s > clock.monotonic()
        return ChannelStatus(
            name=self.channel.name,
            kind=self._kind,
            state=self._state,
            severity=self._settings.severity,
            sent=self._sent,
            failed=self._failed,
            waiting=self.outbox.waiting,
            dead=len(self.outbox.dead),
            muted=self._muted,
            given_up=self.outbox.given_up,
            last_sent_ms=self._last_sent_ms,
            last_error=self._last_error,
            next_attempt_ms=clock.now_ms() + round((wait_s or 0.0) * 1000) if is_held else None,
        )

    @property
    def _state(self) -> ChannelState:
        if self._fault:
            return ChannelState.UNUSABLE
        return ChannelState.FAILING if self._last_error else ChannelState.READY

    def _keep(self, changed: Iterable[Delivery]) -> None:
        kept = tuple(changed)
        for one in kept:
            self._world.keep(one)
        if kept:
            self.tell()
            for one in kept:
                if one.state is DeliveryState.WAITING:
                    self._stored_at[one.key] = self._world.seq()
                else:
                    self._stored_at.pop(one.key, None)
            self._came.set()

    async def _wait(self) -> None:
        clock = self._world.clock
        wait_s = self.outbox.wait_s(clock.now_ms(), clock.monotonic())
        self._came.clear()
        try:
            async with clock.timeout(EXPIRE_EVERY_S if wait_s is None else min(wait_s, EXPIRE_EVERY_S)):
                await self._came.wait()
        except TimeoutError:
            pass

    async def _attempt(self, delivery: Delivery) -> None:
        message = as_one(delivery.messages)
        timeout_s = self._settings.timeout_ms / 1000
        try:
            await self._guard.call(lambda: self.channel.send(message), deadline_s=timeout_s + MARGIN_S)
        except NotPermitted as refused:
            self._stand_back(refused)
        except ChannelFailed as failure:
            self._note_failure(
                delivery, str(failure), failure.is_retryable, retry_after_s=failure.retry_after_s or 0.0
            )
        except TimeoutError:
            self._note_failure(delivery, self._too_slow(), True)
        except Exception as bug:  # noqa: BLE001 - a channel's bug costs it this message, not the others
            _log.error("channel %s failed", self.channel.name, exc_info=bug)
            self._note_failure(delivery, words_of(bug), False)
        else:
            self._note_sent(delivery)

    def _note_sent(self, delivery: Delivery) -> None:
        now_ms = self._world.clock.now_ms()
        self._sent += 1
        self._last_sent_ms, self._last_error = now_ms, ""
        self._keep((self.outbox.sent(delivery, now_ms),))

    def _note_failure(
        self, delivery: Delivery, error: str, is_retryable: bool, *, retry_after_s: float = 0.0
    ) -> None:
        clock = self._world.clock
        self._failed += 1
        self._last_error = error
        tried = self.outbox.failed(delivery, error, clock.now_ms(), is_retryable=is_retryable)
        if is_retryable:
            self.outbox.hold(max(retry_after_s, self.outbox.pause_s(tried.attempts)), clock.monotonic())
        end = "put aside" if tried.state is DeliveryState.DEAD else "tried again later"
        _log.warning("channel %s: %s: %s; %s", self.channel.name, delivery.key, error, end)
        self._keep((tried,))

    def _stand_back(self, refused: NotPermitted) -> None:
        """The breaker is open: nothing was tried, so nothing counts as an attempt."""
        clock = self._world.clock
        probe_ms = refused.next_probe_ms if isinstance(refused, CircuitOpen) else None
        pause_s = NOT_PERMITTED_PAUSE_S if probe_ms is None else (probe_ms - clock.now_ms()) / 1000
        self.outbox.hold(max(0.1, min(pause_s, NOT_PERMITTED_PAUSE_S)), clock.monotonic())

    async def _until_durable(self, seq: int) -> None:
        """Wait for the store, for a while; one that did not keep up is waited for again once it does."""
        world = self._world
        if not self._is_patient and world.committed() < seq:
            return
        until_s = world.clock.monotonic() + COMMIT_PATIENCE_S
        while world.committed() < seq and world.clock.monotonic() < until_s:
            await world.clock.sleep(COMMIT_POLL_S)
        self._is_patient = world.committed() >= seq

    def _too_slow(self) -> str:
        return f"no end within {self._settings.timeout_ms / 1000:g} s"
