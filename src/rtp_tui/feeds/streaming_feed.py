"""A source that pushes, being run: connected, watched, counted, told about."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from random import Random

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.backfill import Backfill
from rtp_tui.feeds.comeback import Comeback, Witness
from rtp_tui.feeds.failover import SHORTEST_SILENCE_MS, SILENT_CADENCES, Candidate
from rtp_tui.feeds.fallback import ASK_EVERY_MS, Fallback, Guard
from rtp_tui.feeds.intake import Accept, Intake, RawFrame
from rtp_tui.feeds.link import Link, LinkPolicy, staggered
from rtp_tui.feeds.links import Links
from rtp_tui.feeds.missed import Miss, nobody
from rtp_tui.feeds.quotas import no_keys, no_quota
from rtp_tui.feeds.session import Connect, Session
from rtp_tui.feeds.silence import SilenceWatch
from rtp_tui.feeds.standing import MANY_TRIES, state_of, trouble_of
from rtp_tui.feeds.statistics import FrameRate
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus, KeyStatus, Quota, Resting
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.resilience.backoff import Backoff
from rtp_tui.sources.contract import Endpoint, HistorySource, StreamingSource, Subscription

REPORT_EVERY_S = 1.0
SHORTEST_CEILING_S, LONGEST_CEILING_S = 1.0, 60.0
"""Of the time between two attempts to connect."""
FALLBACK_AFTER_S = 1.0
"""So long without a socket the venue is asked instead."""
HISTORY_MS = 60 * 60_000
"""How much of the past is fetched at the start."""

_log = logging.getLogger(__name__)


def _always(instrument: InstrumentId) -> bool:
    return True


class StreamingFeed:
    """One provider's stream; `accept` and `announce` are called in the loop that runs `run()`."""

    def __init__(
        self,
        name: str,
        source: StreamingSource,
        history: HistorySource | None,
        subscriptions: Sequence[Subscription],
        *,
        clock: Clock,
        connect: Connect,
        accept: Accept,
        announce: Callable[[Payload], None],
        keep_backfill: Callable[[Sequence[Bar]], None],
        in_session: Callable[[InstrumentId], bool] = _always,
        missed: Callable[[Miss], None] = nobody,
        rng: Random | None = None,
        silence_s: float = 30.0,
        guard: Guard | None = None,
        quota: Callable[[], Quota | None] = no_quota,
        keys: Callable[[], tuple[KeyStatus, ...]] = no_keys,
    ) -> None:
        rng = rng or Random()
        self.name = name
        self._subscriptions = tuple(subscriptions)
        self._clock = clock
        self._announce = announce
        self._note_miss = missed
        self._quota = quota
        self._keys = keys
        self._intake = Intake(source.decode, accept)
        self._rate = FrameRate()
        self._resting: tuple[Resting, ...] = ()
        policy = LinkPolicy(silence_s=silence_s, lifetime_s=source.lifetime_s, in_session=in_session)
        silence_ms = max(SHORTEST_SILENCE_MS, SILENT_CADENCES * source.expected_ms)
        self._silence = SilenceWatch(silence_ms / 1000, self._intake.heard_ms, in_session)
        new_link = partial(self._link, connect, policy, rng)
        self._comeback = Comeback()
        self._links = Links(source, new_link, self._silence, self._comeback)
        self._links.want(self._subscriptions)
        backoff = Backoff(SHORTEST_CEILING_S, LONGEST_CEILING_S, rng)
        history = history and Witness(history, self._comeback, clock)
        self._backfill = None if history is None else Backfill(history, clock, backoff, accept, keep_backfill)
        self._fallback = None
        if history is not None and guard is not None:
            self._fallback = Fallback(history, guard, self._unconnected, accept, clock)
        self._is_running = False
        self._is_wanted = asyncio.Event()
        self._is_wanted.set()
        self._round: asyncio.Task[None] | None = None
        self._status = FeedStatus(
            name=name,
            source=source.name,
            state=FeedState.STOPPED,
            instruments=tuple(wanted.instrument for wanted in self._subscriptions),
            since_ms=clock.now_ms(),
            expected_ms=source.expected_ms,
        )

    async def run(self) -> None:
        """Keep the feed connected until cancelled, but while it is paused."""
        self._is_running = True
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._is_wanted.wait()
                    self._round = group.create_task(self._run_round())
                    await asyncio.wait({self._round})
                    self._round = None
                    self._rate.clear()
                    self._tell()
        finally:
            self._round = None
            self._is_running = False
            self._tell()

    def restart(self) -> None:
        """Connect anew, now; a paused feed is resumed."""
        self._end_round()
        self._is_wanted.set()

    def pause(self) -> None:
        """Close the connections until resumed."""
        self._is_wanted.clear()
        self._end_round()
        self._tell()

    def resume(self) -> None:
        """Connect again after a pause."""
        self._is_wanted.set()

    def follow(self, subscriptions: Sequence[Subscription]) -> None:
        """Carry these too, from now on; the others go on undisturbed."""
        self._subscriptions += tuple(subscriptions)
        self._carry_wanted()

    def leave(self, instrument: InstrumentId) -> None:
        """Carry an instrument no more."""
        self._subscriptions = tuple(one for one in self._subscriptions if one.instrument != instrument)
        self._intake.forget(instrument)
        self._carry_wanted()

    def rest(self, resting: Sequence[Resting]) -> None:
        """Carry none of these, and whatever else is subscribed."""
        if tuple(resting) != self._resting:
            self._resting = tuple(resting)
            self._carry_wanted()

    def revalidate(self) -> None:
        """Have each connection proved by a new one, now; the old ones are read until that is up."""
        for link in self._links:
            link.revalidate()

    async def refresh(self, instruments: Collection[InstrumentId] = ()) -> int:
        """Fetch prices now, of all instruments when none is named; how many came. The status tells why not."""
        wanted = [one for one in self._subscriptions if not instruments or one.instrument in instruments]
        return await self._backfill.refresh(wanted) if self._backfill and wanted else 0

    def raw(self, instrument: InstrumentId) -> RawFrame | None:
        """The beginning of the last frame that observed an instrument."""
        return self._intake.raw(instrument)

    def candidate(self, instrument: InstrumentId, feed: str) -> Candidate:
        """Whether the feed can price an instrument now, which is called `feed` here."""
        down_ms, fallback = self._down_since_ms(instrument), self._fallback
        heard_ms, expected_ms = self._intake.heard_ms(instrument), self._status.expected_ms
        if down_ms is not None and fallback is not None and fallback.is_answered:
            asked_ms = fallback.heard_ms(instrument)
            heard_ms = max(heard_ms or 0, asked_ms or 0) or None
            down_ms, expected_ms = None, max(expected_ms, ASK_EVERY_MS)
        return Candidate(feed, expected_ms, heard_ms, down_ms, self._error())

    def status(self) -> FeedStatus:
        """The feed as of now."""
        intake, state = self._intake, self._state()
        attempts = [link.next_attempt_ms for link in self._links if link.next_attempt_ms is not None]
        return replace(
            self._status,
            state=state,
            instruments=tuple(wanted.instrument for wanted in self._subscriptions),
            since_ms=self._status.since_ms if state is self._status.state else self._clock.now_ms(),
            rate=round(self._rate.per_second(), 1),
            frames=intake.frames,
            bad_frames=dict(intake.bad),
            heartbeats=intake.heartbeats,
            last_event_ms=intake.last_event_ms,
            last_received_ms=intake.last_received_ms,
            clock_offset_ms=intake.offset.median_ms(),
            reconnects=sum(max(0, link.attempts - 1) for link in self._links),
            next_attempt_ms=min(attempts, default=None),
            error=self._error(),
            silent=self._silent(),
            quota=self._quota(),
            keys=self._keys(),
            failed_tries=max((link.failures for link in self._links if not link.is_up), default=0),
            resubscriptions=self._silence.resubscriptions,
            resting=self._resting,
            early_tries=self._comeback.early_tries,
        )

    def _link(
        self, connect: Connect, policy: LinkPolicy, rng: Random, endpoint: Endpoint, number: int
    ) -> Link:
        return Link(
            endpoint,
            lambda endpoint: Session(endpoint, self._intake, self._clock, connect),
            staggered(policy, number),
            Backoff(SHORTEST_CEILING_S, LONGEST_CEILING_S, rng),
            self._clock,
            self._tell,
            self._missed,
        )

    async def _run_round(self) -> None:
        """Everything that goes on from one start to the next pause or restart."""
        if self._backfill is not None:
            recent_ms = self._clock.now_ms() - HISTORY_MS
            self._backfill.want(
                self._subscriptions, min(recent_ms, self._intake.last_received_ms or recent_ms)
            )
        self._tell()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._report())
            if self._backfill is not None:
                group.create_task(self._backfill.run())
            if self._fallback is not None:
                group.create_task(self._fallback.run())
            group.create_task(self._links.run())

    def _end_round(self) -> None:
        if self._round is not None:
            self._round.cancel()

    async def _report(self) -> None:
        while True:
            await self._clock.sleep(REPORT_EVERY_S)
            now_s = self._clock.monotonic()
            self._rate.sample(now_s, self._intake.frames)
            self._links.check(now_s)
            self._tell()

    def _carry_wanted(self) -> None:
        """Carry what is subscribed and not at rest; whatever is new gets its last hour."""
        at_rest = {instrument for one in self._resting for instrument in one.instruments}
        added = self._links.want([one for one in self._subscriptions if one.instrument not in at_rest])
        if self._backfill is not None and added and self._is_running:
            self._backfill.want(added, self._clock.now_ms() - HISTORY_MS)
        self._tell()

    def _tell(self) -> None:
        """Announce the status if anything in it is new."""
        status = self.status()
        if status != self._status:
            if self._status.failed_tries < MANY_TRIES <= status.failed_tries:
                _log.warning("%s: %s", self.name, status.error)
            self._status = status
            self._announce(status)

    def _missed(self, endpoint: Endpoint, last_received_ms: int | None) -> None:
        """Where nothing was ever heard, what is fetched at the start is all there is."""
        if last_received_ms is None:
            return
        for wanted in endpoint.subscriptions:
            feed = f"{self.name}:{wanted.symbol}"
            self._note_miss(Miss(wanted.instrument, feed, last_received_ms, self._clock.now_ms()))

    def _state(self) -> FeedState:
        if not self._is_running:
            return FeedState.STOPPED
        if not self._is_wanted.is_set():
            return FeedState.PAUSED
        is_asked = self._fallback is not None and self._fallback.is_answered
        return state_of(self._links, is_asked=is_asked)

    def _error(self) -> str | None:
        history = None if self._backfill is None else self._backfill.error
        return trouble_of(self._links, history)

    def _unconnected(self) -> list[Subscription]:
        """What has had no socket for longer than it takes to replace one."""
        return list(self._links.unconnected(self._clock.monotonic(), FALLBACK_AFTER_S))

    def _down_since_ms(self, instrument: InstrumentId) -> int | None:
        """Since when an instrument has no socket; None while it has one."""
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        if not self._is_running or not self._is_wanted.is_set():
            return self._status.since_ms
        link = self._links.carrier(instrument)
        if link is None:
            return self._status.since_ms
        since_s = link.down_since_s
        return None if since_s is None else now_ms - round((now_s - since_s) * 1000)

    def _silent(self) -> tuple[InstrumentId, ...]:
        return tuple(self._links.silent(self._clock.monotonic()))
