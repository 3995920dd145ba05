"""A source that is asked, being run: guarded, counted, told about. When it is asked is for its jobs to say."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.failover import Candidate
from rtp_tui.feeds.fallback import Guard
from rtp_tui.feeds.intake import RAW_BYTES, Accept, RawFrame
from rtp_tui.feeds.pacing import Pacing
from rtp_tui.feeds.poll import FAILURES, Failure, Poll, Report, next_attempt_ms
from rtp_tui.feeds.quotas import no_keys, no_quota
from rtp_tui.feeds.settings import PollingSettings
from rtp_tui.feeds.statistics import FrameRate
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus, KeyStatus, Quota, Resting
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.jobs import Progress
from rtp_tui.model.market import BadFrame, Tick
from rtp_tui.sources.contract import (
    BadPayload,
    PollingSource,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.text import redacted, safe, words_of

REPORT_EVERY_S = 1.0
LONGEST_ERROR = 160
UNANSWERED_S = 1.0
"""A round that was given up sooner says nothing of the provider."""
_ORDER = tuple(Priority)


def _medium(instrument: InstrumentId) -> Priority:
    return Priority.MEDIUM


def _nobody(progress: Progress) -> None:
    pass


class PollingFeed:
    """One provider that is asked; `accept` and `announce` are called in the loop that runs `run()`.

    `unasked` says why no job ever asks, where that is so; the feed is paused then, but for what is refreshed by hand.
    """

    def __init__(
        self,
        name: str,
        source: PollingSource,
        subscriptions: Sequence[Subscription],
        guard: Guard,
        *,
        clock: Clock,
        accept: Accept,
        announce: Callable[[Payload], None],
        priority_of: Callable[[InstrumentId], Priority] = _medium,
        settings: PollingSettings = PollingSettings(),  # noqa: B008 - frozen
        unasked: str | None = None,
        quota: Callable[[], Quota | None] = no_quota,
        keys: Callable[[], tuple[KeyStatus, ...]] = no_keys,
    ) -> None:
        self.name = name
        self._source = source
        self._priority_of = priority_of
        self._subscriptions = self._ordered(subscriptions)
        self._instruments = tuple(wanted.instrument for wanted in subscriptions)
        self._resting: tuple[Resting, ...] = ()
        self._guard = guard
        self._clock = clock
        self._accept = accept
        self._pacing = Pacing(source, clock)
        self._announce = announce
        self._quota = quota
        self._keys = keys
        self._workers = self._pacing.workers(settings.workers_data)
        self._batch_size = min(settings.batch_size, source.batch_limit)
        self._unasked = unasked
        self._polls: list[Poll] = []
        self._answers = 0
        self._bad: Counter[str] = Counter()
        self._rate = FrameRate()
        self._received_ms: dict[InstrumentId, int] = {}
        self._absent: set[InstrumentId] = set()
        self._last_event_ms: int | None = None
        self._failure: Failure | None = None
        self._next_attempt_ms: int | None = None
        self._is_lost = self._is_paused = self._is_running = False
        self._is_asked = asyncio.Event()
        self._newly_wanted: set[InstrumentId] = set()
        """What to ask for at once; everything when it is empty."""
        self._status = FeedStatus(
            name=name,
            source=source.name,
            state=FeedState.STOPPED,
            instruments=self._instruments,
            since_ms=clock.now_ms(),
            expected_ms=max(source.cadence_ms, self._pacing.pace_ms(len(subscriptions))),
            polled=True,
        )

    async def run(self) -> None:
        """Report once a second, and ask for everything after a restart, until cancelled."""
        self._is_running = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._report())
                while True:
                    await self._is_asked.wait()
                    self._is_asked.clear()
                    wanted, self._newly_wanted = self._newly_wanted, set()
                    await self.refresh(wanted)
        finally:
            self._is_running = False
            self._rate.clear()
            self._tell()

    async def poll(
        self, instruments: Collection[InstrumentId] | None = None, report: Report = _nobody
    ) -> Progress:
        """Ask for these instruments, or all of them, the important ones first; nothing while paused.

        Of a metered source only those are asked for that its quota allows by now. What fails is left out. Raises SourceError, NotPermitted or AttemptTimedOut when nothing came.
        """
        if self._is_paused:
            return Progress(0, 0)
        return await self._ask(self._pacing.due(self._wanted(instruments), len(self._subscriptions)), report)

    async def refresh(self, instruments: Collection[InstrumentId] = ()) -> int:
        """Ask now, even while paused; how many instruments came. The status tells why not."""
        try:
            return (await self._ask(self._wanted(instruments or None), _nobody)).done
        except FAILURES:
            return 0

    def follow(self, subscriptions: Sequence[Subscription]) -> None:
        """Ask for these too, now and whenever a job calls for it."""
        self._subscriptions = self._ordered((*self._subscriptions, *subscriptions))
        added = tuple(wanted.instrument for wanted in subscriptions)
        self._instruments += added
        self._newly_wanted.update(added)
        self._is_asked.set()
        self._tell()

    def leave(self, instrument: InstrumentId) -> None:
        """Ask for an instrument no more."""
        self._subscriptions = [one for one in self._subscriptions if one.instrument != instrument]
        self._instruments = tuple(one for one in self._instruments if one != instrument)
        self._received_ms.pop(instrument, None)
        self._absent.discard(instrument)
        self._newly_wanted.discard(instrument)
        self._pacing.forget(instrument)
        self._tell()

    def rest(self, resting: Sequence[Resting]) -> None:
        """Say for which instruments no job asks while their markets are closed."""
        self._resting = tuple(resting)
        self._tell()

    def expect_every(self, interval_ms: int) -> None:
        """Let freshness follow how often the feed is asked."""
        self._status = replace(self._status, expected_ms=interval_ms)
        self._tell(even_if_same=True)

    def restart(self) -> None:
        """Forget what went wrong, and ask for everything now; a paused feed is resumed."""
        self._end_polls()
        self._failure = self._next_attempt_ms = None
        self._is_lost = self._is_paused = False
        self._newly_wanted.clear()
        self._is_asked.set()
        self._tell()

    def pause(self) -> None:
        """Ask nothing more until resumed; questions under way are let go on."""
        self._is_paused = True
        self._end_polls()
        self._tell()

    def resume(self) -> None:
        """Ask again after a pause, whenever a job calls for it."""
        self._is_paused = False
        self._tell()

    def raw(self, instrument: InstrumentId) -> RawFrame | None:
        """The beginning of what the last answer said about an instrument."""
        said, received_ms = self._source.raw(instrument), self._received_ms.get(instrument)
        if said is None or received_ms is None:
            return None
        return RawFrame(safe(redacted(said.decode("utf-8", "replace")), RAW_BYTES), received_ms)

    def candidate(self, instrument: InstrumentId, feed: str) -> Candidate:
        """Whether the feed can price an instrument now, which is called `feed` here."""
        is_up = self._state() is FeedState.POLLING
        return Candidate(
            feed,
            self._status.expected_ms,
            self._received_ms.get(instrument),
            None if is_up else self._status.since_ms,
            self._status.error,
        )

    def status(self) -> FeedStatus:
        """The feed as of now."""
        state, next_ms = self._state(), self._next_attempt_ms
        return replace(
            self._status,
            state=state,
            instruments=self._instruments,
            since_ms=self._status.since_ms if state is self._status.state else self._clock.now_ms(),
            rate=round(self._rate.per_second(), 1),
            frames=self._answers,
            bad_frames=dict(self._bad),
            last_event_ms=self._last_event_ms,
            last_received_ms=max(self._received_ms.values(), default=None),
            next_attempt_ms=next_ms if next_ms is not None and next_ms > self._clock.now_ms() else None,
            error=self._unasked if self._failure is None else words_of(self._failure, LONGEST_ERROR),
            silent=tuple(one for one in self._instruments if one in self._absent),
            quota=self._quota(),
            keys=self._keys(),
            resting=self._resting,
        )

    def _ordered(self, subscriptions: Sequence[Subscription]) -> list[Subscription]:
        return sorted(subscriptions, key=lambda wanted: _ORDER.index(self._priority_of(wanted.instrument)))

    def _wanted(self, instruments: Collection[InstrumentId] | None) -> list[Subscription]:
        return [one for one in self._subscriptions if instruments is None or one.instrument in instruments]

    async def _ask(self, wanted: Sequence[Subscription], report: Report) -> Progress:
        poll = Poll(wanted, self._batch_size, report)
        self._polls.append(poll)
        began_s = self._clock.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._workers, poll.batches)):
                    group.create_task(self._work(poll))
        except asyncio.CancelledError:
            self._note_given_up(poll, self._clock.monotonic() - began_s)
            raise
        finally:
            self._polls.remove(poll)
        self._conclude(poll)
        if poll.failure is not None and poll.is_lost:
            raise poll.failure
        return poll.progress

    async def _work(self, poll: Poll) -> None:
        while poll.batches:
            batch = poll.next_batch()
            try:
                ticks = await self._guard.call(partial(self._source.latest, batch))
            except FAILURES as failure:
                self._count(failure, batch)
                poll.fail(failure)
            else:
                poll.take(self._take(ticks, batch))

    def _take(self, ticks: Iterable[Tick], batch: Sequence[Subscription]) -> Collection[InstrumentId]:
        """Hand on what an answer observed; whom it heard of."""
        self._answers += 1
        heard = set()
        for tick in ticks:
            heard.add(tick.instrument)
            self._received_ms[tick.instrument] = tick.received_ms
            if self._accept(tick) is not False and tick.event_ms is not None:
                self._last_event_ms = max(tick.event_ms, self._last_event_ms or 0)
        self._pacing.note(heard)
        asked = {wanted.instrument for wanted in batch}
        self._absent = (self._absent - heard) | (asked - heard)
        return heard

    def _count(self, failure: Failure, batch: Sequence[Subscription]) -> None:
        if isinstance(failure, UnknownSymbol):
            unknown = [wanted.instrument for wanted in batch]
            self._absent.update(unknown)
            self._pacing.note(unknown)
            self._bad[BadFrame.UNKNOWN_SYMBOL.value] += 1
        elif isinstance(failure, BadPayload):
            self._bad[BadFrame.WRONG_SHAPE.value] += 1

    def _conclude(self, poll: Poll) -> None:
        if poll.heard or poll.failure is not None:
            self._failure = poll.failure
            self._next_attempt_ms = next_attempt_ms(poll.failure, self._clock.now_ms())
            # A provider that does not know a symbol answers: the others on the feed are not cut off by it.
            self._is_lost = poll.is_lost and not isinstance(poll.failure, UnknownSymbol)
            self._tell()

    def _note_given_up(self, poll: Poll, after_s: float) -> None:
        """A round is cancelled when its time is over: a provider that said nothing in it does not answer."""
        if after_s < UNANSWERED_S or poll.heard:
            return
        poll.fail(SourceUnavailable(f"no answer within {after_s:.0f} s"))
        self._conclude(poll)

    def _end_polls(self) -> None:
        for poll in self._polls:
            poll.end()

    async def _report(self) -> None:
        while True:
            self._rate.sample(self._clock.monotonic(), self._answers)
            self._tell()
            await self._clock.sleep(REPORT_EVERY_S)

    def _tell(self, *, even_if_same: bool = False) -> None:
        """Announce the status if anything in it is new."""
        status = self.status()
        if even_if_same or status != self._status:
            self._status = status
            self._announce(status)

    def _state(self) -> FeedState:
        if not self._is_running:
            return FeedState.STOPPED
        if self._is_paused or self._unasked is not None:
            return FeedState.PAUSED
        return FeedState.RECONNECTING if self._is_lost else FeedState.POLLING
