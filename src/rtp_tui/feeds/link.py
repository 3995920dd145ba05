"""One endpoint kept connected: backoff, announced ends, old age and silence."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.session import Session
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.resilience.backoff import Backoff
from rtp_tui.sources.contract import Endpoint

HEALTHY_S = 60.0
"""A socket that was up so long makes us forget the failures before it."""
OVERLAP_S = 1.0
"""How long both sockets are read when one replaces the other, until the new one surely has its streams."""

HEARTBEATS_MISSED = 2
SHORTEST_SILENCE_S = 5.0
"""A venue that promises to say something is given up after two promises, and never sooner than this."""
SILENT_AFTER_S = 10.0
"""How long after connecting an instrument that was not heard from is called silent."""
STAGGER_S, STAGGERED = 60.0, 20
"""Connections that are replaced because of their age are so far apart, that not all are at once."""


class LinkPolicy(Struct, frozen=True, kw_only=True):
    """When a socket that is still open is given up."""

    silence_s: float
    """Nothing at all came for so long, while something was expected; shorter where the venue has a heartbeat."""
    lifetime_s: float | None
    """The age at which it is replaced; None: never."""
    in_session: Callable[[InstrumentId], bool]
    """Whether an instrument's market is open, so that something is expected."""


def staggered(policy: LinkPolicy, number: int) -> LinkPolicy:
    """The policy of one of many connections, which are not to grow old at the same moment."""
    if policy.lifetime_s is None:
        return policy
    sooner_s = min(STAGGER_S, policy.lifetime_s / 100) * (number % STAGGERED)
    return replace(policy, lifetime_s=policy.lifetime_s - sooner_s)


class Link:
    """Keeps one endpoint connected for ever.

    `changed` is called when a socket opens or ends, `missed` with the time of the last frame before a
    gap, if there was any, when the connection is back.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        new_session: Callable[[Endpoint], Session],
        policy: LinkPolicy,
        backoff: Backoff,
        clock: Clock,
        changed: Callable[[], None],
        missed: Callable[[Endpoint, int | None], None],
    ) -> None:
        self.endpoint = endpoint
        """Where it goes and what it carries, from the next socket on."""
        self.attempts = 0
        self.failures = 0
        """Sockets in a row that could not be had, or were soon over."""
        self.next_attempt_ms: int | None = None
        self.error: str | None = None
        self.session = new_session(endpoint)
        """The newest socket."""
        self._retiring: Session | None = None
        self._lost_s: float | None = clock.monotonic()
        self._before_ms: int | None = None
        self._hurried = asyncio.Event()
        self._new_session = new_session
        self._policy = policy
        self._backoff = backoff
        self._clock = clock
        self._changed = changed
        self._missed = missed

    @property
    def is_up(self) -> bool:
        """Frames can arrive: by the newest socket, or by the one that it is to replace."""
        return self.session.is_up or self._old_is_up

    @property
    def down_since_s(self) -> float | None:
        """Since when nothing arrives for want of a connection; None while something can.

        A socket after one that was lost has to say something first, unless its markets are closed: some venues let us
        in and stay silent.
        """
        if self._old_is_up or (self.session.is_up and (self._lost_s is None or self._has_spoken)):
            return None
        return self.session.ended_s if self._lost_s is None or self._has_spoken else self._lost_s

    @property
    def is_unheard(self) -> bool:
        """A socket is open after one that was lost, and has to say something first."""
        return self.is_up and self.down_since_s is not None

    @property
    def _has_spoken(self) -> bool:
        """The newest socket received something."""
        return self.session.received_ms != self._before_ms

    @property
    def _old_is_up(self) -> bool:
        return self._retiring is not None and self._retiring.is_up

    def check(self, now_s: float) -> None:
        """Give up a socket that is silent or old; to be called about once a second."""
        session, lifetime_s = self.session, self._policy.lifetime_s
        if not session.is_up or session.opened_s is None:
            return
        if now_s - session.opened_s >= HEALTHY_S:
            self.failures = 0
        is_expected = self._expects_frames()
        if not is_expected:
            self._lost_s = None
        silent_s = session.silent_s(now_s, is_expected=is_expected)
        if silent_s >= self._silence_s:
            session.end(f"nothing received for {silent_s:.0f} s")
        elif lifetime_s is not None and now_s - session.opened_s >= lifetime_s:
            session.needs_successor.set()

    def carry(self, endpoint: Endpoint, texts: Sequence[str]) -> None:
        """Carry what this endpoint does: `texts` tell the open socket; without any it is replaced."""
        self.endpoint = endpoint
        if texts:
            self.session.say(texts)
        else:
            self.session.needs_successor.set()

    def revalidate(self) -> None:
        """Replace an open socket: nothing ran here for a while, and its peer may have given it up."""
        if self.session.is_up:
            self.session.needs_successor.set()

    @property
    def failed_s(self) -> float | None:
        """When the last try or the socket before this wait ended; None unless a try is waited for that may be early.

        A venue that refused us, or said when to come back, is not met sooner.
        """
        session = self.session
        may_be_early = not session.is_up and not session.is_denied and session.denied_s is None
        return session.ended_s if self.next_attempt_ms is not None and may_be_early else None

    def hurry(self) -> None:
        """End the wait for the next try."""
        self._hurried.set()

    def silent(self, now_s: float) -> Iterable[InstrumentId]:
        """Instruments in session that the newest socket should have heard of by now, and has not."""
        opened_s = self.session.opened_s
        if not self.session.is_up or opened_s is None or now_s - opened_s < SILENT_AFTER_S:
            return ()
        unheard = (
            wanted.instrument
            for wanted in self.endpoint.subscriptions
            if not self.session.has_heard_of(wanted.instrument)
        )
        return filter(self._policy.in_session, unheard)

    async def run(self) -> None:
        """Connect, and connect again whenever that is needed, until cancelled."""
        self._backoff.reset()
        self._lost_s = self._clock.monotonic()
        is_first = True
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._replace(group, is_first=is_first)
                    is_first = False
                    await self.session.needs_successor.wait()
                    await self._wait()
        finally:
            self.next_attempt_ms = self.error = None
            self.failures = 0

    async def _replace(self, group: asyncio.TaskGroup, *, is_first: bool) -> None:
        """Start a new socket; one that is still up goes on until the new one is."""
        last_received_ms = self.session.received_ms
        if self.session.is_up:
            self._retiring = self.session
        self.attempts += 1
        self.session = self._new_session(self.endpoint)
        self.session.received_ms = self._before_ms = last_received_ms
        self.session.start(group)
        await self.session.settled.wait()
        if self.session.is_up:
            await self._welcome(last_received_ms, is_first=is_first)

    async def _welcome(self, last_received_ms: int | None, *, is_first: bool) -> None:
        self.error = None
        if is_first or self._old_is_up or not self._expects_frames():
            self._lost_s = None
        self._changed()
        if self._old_is_up:
            await self._clock.sleep(OVERLAP_S)
        elif not is_first:
            self._missed(self.endpoint, last_received_ms)
        if self._retiring is not None:
            self._retiring.close()
            self._retiring = None

    async def _wait(self) -> None:
        """Let go of a socket that is over, and wait as long as its life calls for."""
        if not self.session.is_up:
            self._lost_s = self.down_since_s
            self.session.close()
            self.error = self.session.error
            self.failures += 1
        delay_s = self._delay_s()
        if delay_s > 0:
            self.next_attempt_ms = self._clock.now_ms() + round(delay_s * 1000)
            self._changed()
            await self._pause(delay_s)
            self.next_attempt_ms = None

    async def _pause(self, delay_s: float) -> None:
        self._hurried.clear()
        with suppress(TimeoutError):
            async with self._clock.timeout(delay_s):
                await self._hurried.wait()

    def _delay_s(self) -> float:
        session = self.session
        is_healthy = session.opened_s is not None and self._clock.monotonic() - session.opened_s >= HEALTHY_S
        if is_healthy:
            self._backoff.reset()
            self.failures = 0
        if session.is_denied or session.denied_s is not None:
            return max(session.denied_s or self._backoff.cap_s, self._backoff.next_s())
        return 0.0 if session.is_up and is_healthy else self._backoff.next_s()

    @property
    def _silence_s(self) -> float:
        heartbeat_s = self.endpoint.heartbeat_s
        if heartbeat_s is None:
            return self._policy.silence_s
        return max(SHORTEST_SILENCE_S, HEARTBEATS_MISSED * heartbeat_s)

    def _expects_frames(self) -> bool:
        return any(self._policy.in_session(wanted.instrument) for wanted in self.endpoint.subscriptions)
