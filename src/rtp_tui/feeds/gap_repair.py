"""Part "gaps": finds missing minutes and has them fetched, from the active feed's history or from a standby's."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.feeds.fallback import Guard
from rtp_tui.feeds.gap_ledger import GapLedger
from rtp_tui.feeds.gap_watch import GapWatch, Surroundings
from rtp_tui.feeds.minute_grid import MINUTE_MS, floor_minute, open_minutes
from rtp_tui.feeds.missed import Misses
from rtp_tui.feeds.past_minutes import past_minutes
from rtp_tui.feeds.poll import FAILURES
from rtp_tui.model.gaps import Gap, GapState
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Bar
from rtp_tui.model.statistics import RepairStatistics
from rtp_tui.resilience.rate_limiter import RateLimiter
from rtp_tui.sources.contract import HistorySource, Subscription
from rtp_tui.storage.contract import StoreUnusable

LOOK_EVERY_S = 1.0
AT_ONCE = 4
QUESTIONS_A_MINUTE = 60.0
BURST = 60
"""Of questions to one provider: all its instruments may have missed the same minutes."""
DEADLINE_S = 30.0
LONGEST_QUESTION_MS = 240 * MINUTE_MS
TOLD_LATER_MS = 60_000
"""A history that lacks a minute so soon after it was over may have it yet."""
NO_TRADES = "no trades in those minutes"
NO_HISTORY = "no feed of it has a history"
TOO_EARLY = "no history has it yet"

_log = logging.getLogger(__name__)

KeepRepair = Callable[[Sequence[Bar]], None]


class Archive(Struct, frozen=True):
    """A provider's past, and what protects it from us."""

    history: HistorySource
    guard: Guard


class _Answers(Struct):
    """What became of the questions about one gap."""

    absent: set[int]
    filled_from: str = ""
    asked: int = 0
    answered: int = 0
    reason: str = ""
    """Why the newest question has no answer."""
    is_active_answered: bool = False


class GapRepair:
    """Watches, asks and announces; `keep` takes bars of any feed's history, of a standby's only absent ones."""

    def __init__(
        self,
        around: Surroundings,
        archives: Mapping[str, Archive],
        misses: Misses,
        keep: KeepRepair,
        announce: Callable[[Gap], None],
        clock: Clock,
        ledger: GapLedger | None = None,
    ) -> None:
        self._around = around
        self._archives = archives
        self._misses = misses
        self._keep = keep
        self._announce = announce
        self._clock = clock
        self._ledger = GapLedger() if ledger is None else ledger
        self._watch = GapWatch(around, self._ledger, misses, clock)
        self._budgets: dict[str, RateLimiter] = {}
        self._began_ms: int | None = clock.now_ms()

    def restore(self, gaps: Iterable[Gap]) -> None:
        """Go on with what an earlier run left pending."""
        self._ledger.restore(gaps, self._clock.monotonic())

    def statistics(self) -> RepairStatistics:
        """Counters since the start."""
        return self._ledger.statistics()

    async def sweep(self) -> int:
        """Hold the last day against the session's minutes; how many gaps were found."""
        found = await self._watch.sweep()
        self._tell_found(found)
        return len(found)

    async def run(self) -> None:
        """Look once a second, and repair at most four gaps at once, until cancelled."""
        self.restore(self._ledger.pending)
        if self._began_ms is not None:
            self._tell_found(self._watch.resume(self._began_ms))
            self._began_ms = None
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                self._tell_found(self._watch.look())
                for gap in self._ledger.due(self._clock.now_ms(), self._clock.monotonic()):
                    if places.locked():
                        break
                    await places.acquire()
                    begun = self._ledger.begin(gap, self._clock.now_ms())
                    task = group.create_task(self._repair(begun))
                    task.add_done_callback(lambda _: places.release())
                await self._clock.sleep(LOOK_EVERY_S)

    async def _repair(self, gap: Gap) -> None:
        self._announce(gap)
        instrument = next((one for one in self._around.instruments() if one.id == gap.instrument), None)
        if instrument is None:
            self._tell(self._end(gap, GapState.UNFILLABLE, detail="it is not priced any more"))
            return
        expected = self._expected(gap, instrument)
        try:
            known = await self._known(gap)
        except StoreUnusable as error:
            self._tell(self._put_off(gap, str(error)))
            return
        answers = _Answers(set(expected) - known)
        feeds = self._in_order(instrument)
        for feed in feeds:
            if answers.absent or feed == self._around.active_feed(instrument):
                await self._ask(gap, feed, instrument, answers)
        self._tell(self._judged(gap, len(expected), answers, has_history=bool(feeds)))

    async def _ask(self, gap: Gap, feed: str, instrument: Instrument, answers: _Answers) -> None:
        """Put what one feed's history knows in the place of what is missing."""
        provider, _, symbol = feed.partition(":")
        wanted, is_active = Subscription(instrument.id, symbol), feed == self._around.active_feed(instrument)
        answers.asked += 1
        try:
            for start_ms in range(gap.from_ms, gap.to_ms, LONGEST_QUESTION_MS):
                end_ms = min(gap.to_ms, start_ms + LONGEST_QUESTION_MS)
                bars = await self._fetched(provider, wanted, start_ms, end_ms)
                self._take(bars, feed, answers, is_active=is_active)
        except FAILURES as failure:
            answers.reason = f"{feed}: {failure}"
            return
        answers.answered += 1
        answers.is_active_answered |= is_active

    async def _fetched(self, provider: str, wanted: Subscription, start_ms: int, end_ms: int) -> list[Bar]:
        archive = self._archives[provider]
        await self._budget(provider).acquire(provider, self._clock, DEADLINE_S)
        fetch = partial(past_minutes, archive.history, wanted, start_ms, end_ms)
        return await archive.guard.call(fetch, deadline_s=DEADLINE_S)

    def _take(self, bars: Sequence[Bar], feed: str, answers: _Answers, *, is_active: bool) -> None:
        """Bars in memory can be compared; older ones that are stored stay as they are."""
        in_memory = self._around.minutes(bars[0].instrument) if bars and is_active else frozenset()
        chosen = [bar for bar in bars if bar.open_ms in answers.absent or bar.open_ms in in_memory]
        if chosen:
            self._keep(chosen)
            filled = {bar.open_ms for bar in chosen}
            if filled & answers.absent or not answers.filled_from:
                answers.filled_from = feed
            answers.absent -= filled

    def _judged(self, gap: Gap, expected: int, answers: _Answers, *, has_history: bool) -> Gap:
        now_ms = self._clock.now_ms()
        is_unheard = answers.asked > 0 and not answers.answered
        if not answers.absent and not is_unheard:
            return self._end(gap, GapState.FILLED, filled_from=answers.filled_from)
        if not has_history:
            return self._end(gap, GapState.UNFILLABLE, detail=NO_HISTORY)
        if answers.reason and not answers.is_active_answered:
            return self._put_off(gap, answers.reason)
        if now_ms < gap.to_ms + TOLD_LATER_MS:
            wait_s = (gap.to_ms + TOLD_LATER_MS - now_ms) / 1000
            return self._ledger.wait(gap, wait_s, TOO_EARLY, now_ms, self._clock.monotonic())
        self._ledger.explain(gap.instrument, answers.absent)
        if len(answers.absent) >= expected:
            return self._end(gap, GapState.UNFILLABLE, detail=NO_TRADES)
        detail = f"no trades in {len(answers.absent)} of {expected} minutes"
        return self._end(gap, GapState.FILLED, filled_from=answers.filled_from, detail=detail)

    def _end(self, gap: Gap, state: GapState, *, filled_from: str = "", detail: str = "") -> Gap:
        return self._ledger.end(gap, state, self._clock.now_ms(), filled_from=filled_from, detail=detail)

    def _put_off(self, gap: Gap, reason: str) -> Gap:
        return self._ledger.put_off(gap, reason, self._clock.now_ms(), self._clock.monotonic())

    def _expected(self, gap: Gap, instrument: Instrument) -> list[int]:
        def open_ms(start_ms: int, end_ms: int) -> int:
            return self._around.open_ms(instrument.market, start_ms, end_ms)

        return list(open_minutes(floor_minute(gap.from_ms), gap.to_ms, open_ms))

    async def _known(self, gap: Gap) -> frozenset[int]:
        stored = await self._around.stored_minutes(gap.instrument, gap.from_ms, gap.to_ms)
        return stored | self._around.minutes(gap.instrument)

    def _in_order(self, instrument: Instrument) -> list[str]:
        """Feeds that have a history: the active one, then the others as they are preferred."""
        active = self._around.active_feed(instrument)
        feeds = dict.fromkeys((active, *instrument.feeds))
        return [feed for feed in feeds if feed.partition(":")[0] in self._archives]

    def _budget(self, provider: str) -> RateLimiter:
        if provider not in self._budgets:
            now_s = self._clock.monotonic()
            self._budgets[provider] = RateLimiter(QUESTIONS_A_MINUTE, BURST, AT_ONCE, now_s)
        return self._budgets[provider]

    def _tell_found(self, gaps: Iterable[Gap]) -> None:
        for gap in gaps:
            self._announce(gap)
            if gap.changed_ms == gap.found_ms:
                _log.info("%s", gap_text(gap))

    def _tell(self, gap: Gap) -> None:
        self._announce(gap)
        if gap.is_pending and gap.attempts > 1:
            return
        _log.log(logging.INFO if _is_well(gap) else logging.WARNING, "%s", gap_text(gap))


def _is_well(gap: Gap) -> bool:
    return gap.state is not GapState.UNFILLABLE or gap.detail == NO_TRADES


def gap_text(gap: Gap) -> str:
    """A gap in words: `crypto:BTC lacks 3 minutes (disconnect): filled from other:BTC-USD`."""
    minutes = (gap.to_ms - gap.from_ms) // MINUTE_MS
    words = f"{gap.instrument} lacks {minutes} minute{'s' * (minutes != 1)} ({gap.cause}): {gap.state}"
    words += f" from {gap.filled_from}" if gap.filled_from else ""
    return words + (f", {gap.detail}" if gap.detail else "")
