"""Part "quality": looks at prices every few seconds and at minutes when they are over, and counts what it finds."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.feeds.minute_grid import Cadence, floor_minute
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.monitoring.anomalies import DEVIATION_PCT, REARMED_PCT, deviation_pct, judge_minute, peers
from rtp_tui.monitoring.coverage import coverage_of, may_be_late
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts, latency_step
from rtp_tui.monitoring.quality_ledger import QualityLedger
from rtp_tui.state.pipeline_state import PipelineState

LOOK_EVERY_S = 5.0
MINUTE_MS = 60_000
SETTLED_MS = 10_000
"""A minute that was over for so long has its bar."""
PEER_AGE_MS = 2 * MINUTE_MS
"""What another feed said so long ago says nothing of now."""
_AT_A_TIME = 20
_JUDGED = {Freshness.LIVE: 1, Freshness.FRESH: 1, Freshness.AGING: 0, Freshness.STALE: 0}


class Watched(Struct, frozen=True, kw_only=True):
    """What is asked about the world: all of it is there already, counts since the start among it."""

    state: PipelineState
    bars: Callable[[InstrumentId], Sequence[Bar]]
    observed: Callable[[InstrumentId], int]
    rejected: Callable[[str], Mapping[str, int]]
    """By the feed of an instrument."""
    quarantined: Callable[[InstrumentId], int]
    verified: Callable[[InstrumentId], tuple[int, int]]
    """Bars held against their trades, and those that differed."""
    aside_prices: Callable[[InstrumentId], Mapping[str, tuple[float, int]]]
    open_ms: Callable[[str, int, int], int]


class QualityMonitor:
    """Counts into the ledger; announces what stands out."""

    def __init__(
        self, watched: Watched, ledger: QualityLedger, clock: Clock, announce: Callable[[Anomaly], None]
    ) -> None:
        self.ledger = ledger
        self._watched = watched
        self._clock = clock
        self._announce = announce
        self._before: dict[tuple[str, str], int] = {}
        self._seen_ms: dict[InstrumentId, int] = {}
        self._judged_ms: dict[InstrumentId, int] = {}
        self._deviating: set[tuple[InstrumentId, str]] = set()

    async def run(self) -> None:
        """Look every five seconds, and once a minute at the minute that is over, until cancelled."""
        minute = self._settled_ms()
        while True:
            self.look()
            if self._settled_ms() > minute:
                minute = self._settled_ms()
                await self.judge()
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """How fresh each price is now, and how long the newest was on its way."""
        state, now_ms = self._watched.state, self._clock.now_ms()
        for instrument in state.market.instruments.values():
            verdict, quote = (
                state.quality.freshness.get(instrument.id),
                state.market.quotes.get(instrument.id),
            )
            if verdict is None or verdict.freshness not in _JUDGED:
                continue
            source = self._active(instrument).partition(":")[0]
            feed = state.feed.feeds.get(source)
            is_pushed = feed is not None and not feed.polled and quote is not None and not quote.stored
            latency = None
            if is_pushed and quote is not None and quote.event_ms is not None:
                is_news = self._grown(instrument.id, "received_ms", quote.received_ms)
                latency = quote.received_ms - quote.event_ms if is_news else None
            for counts in (self.ledger.at(instrument.id, now_ms), self.ledger.at(source, now_ms)):
                counts.looks += 1
                counts.fresh += _JUDGED[verdict.freshness]
                if latency is not None:
                    step = latency_step(latency)
                    counts.latency[step] = counts.latency.get(step, 0) + 1

    async def judge(self) -> None:
        """Look at what the newest minutes brought; others get their turn meanwhile."""
        now_ms = self._clock.now_ms()
        instruments = tuple(self._watched.state.market.instruments.values())
        self._forget(instruments)
        coverage: dict[tuple[str, int], QualityCounts] = {}
        for number, instrument in enumerate(instruments, 1):
            self._judge(instrument, now_ms, coverage)
            if number % _AT_A_TIME == 0:
                await self._clock.sleep(0)
        for (source, start_ms), covered in coverage.items():
            _put_coverage(self.ledger.at(source, start_ms), covered)
        for feed in self._watched.state.feed.feeds.values():
            self._count_frames(feed, now_ms)
        self.ledger.forget(now_ms)

    def _judge(
        self, instrument: Instrument, now_ms: int, coverage: dict[tuple[str, int], QualityCounts]
    ) -> None:
        feed = self._active(instrument)
        source = feed.partition(":")[0]
        bars = [bar for bar in self._watched.bars(instrument.id) if bar.closed]
        counted = self._counted(instrument, feed)
        found = [*self._stands_out(instrument, bars, feed, now_ms, counted)]
        for anomaly in found:
            counted.anomalies[anomaly.kind] = counted.anomalies.get(anomaly.kind, 0) + 1
            self._announce(anomaly)
        self.ledger.at(instrument.id, now_ms).add(counted)
        counted.observed = 0  # a source is counted by its frames
        self.ledger.at(source, now_ms).add(counted)
        for start_ms, covered in self._covered(instrument, bars, source, now_ms).items():
            _put_coverage(self.ledger.at(instrument.id, start_ms), covered)
            coverage.setdefault((source, start_ms), QualityCounts()).add(covered)

    def _counted(self, instrument: Instrument, feed: str) -> QualityCounts:
        """What the counters of processing and verification grew by."""
        key, watched = instrument.id, self._watched
        rejected = {
            reason: grown
            for reason, count in watched.rejected(feed).items()
            if (grown := self._grown(feed, reason, count))
        }
        usable = self._grown(key, "observed", watched.observed(key))
        aside = self._grown(key, "quarantined", watched.quarantined(key))
        verified, differing = watched.verified(key)
        return QualityCounts(
            observed=usable + sum(rejected.values()),
            rejected=rejected,
            verified=self._grown(key, "verified", verified),
            differing=self._grown(key, "differing", differing),
            anomalies={AnomalyKind.OUTLIER.value: aside} if aside else {},
        )

    def _stands_out(
        self, instrument: Instrument, bars: Sequence[Bar], feed: str, now_ms: int, counted: QualityCounts
    ) -> list[Anomaly]:
        """Of a minute that was not judged yet and came live, and against other feeds."""
        aside = self._watched.aside_prices(instrument.id)
        others = peers(instrument, feed, aside, now_ms - PEER_AGE_MS)
        found = self._deviations(instrument, feed, others, now_ms, counted)
        if bars and bars[-1].open_ms > self._judged_ms.get(instrument.id, now_ms - PEER_AGE_MS):
            self._judged_ms[instrument.id] = bars[-1].open_ms
            if bars[-1].origin is not BarOrigin.BACKFILL:
                found += judge_minute(instrument, bars, has_peers=bool(others))
        return found

    def _deviations(
        self,
        instrument: Instrument,
        feed: str,
        others: Mapping[str, float],
        now_ms: int,
        counted: QualityCounts,
    ) -> list[Anomaly]:
        quote = self._watched.state.market.quotes.get(instrument.id)
        found: list[Anomaly] = []
        if quote is None or quote.price is None or now_ms - quote.received_ms > PEER_AGE_MS:
            return found
        for other, price in others.items():
            off_pct, key = deviation_pct(quote.price, price), (instrument.id, other)
            counted.compared += 1
            if abs(off_pct) > DEVIATION_PCT:
                counted.deviating += 1
                if key not in self._deviating:
                    self._deviating.add(key)
                    words = f"{off_pct:+.2f} % from {other}"
                    kind, state = AnomalyKind.DEVIATION, AnomalyState.NOTED
                    found.append(Anomaly(instrument.id, kind, state, feed, now_ms, quote.price, price, words))
            elif abs(off_pct) < REARMED_PCT:
                self._deviating.discard(key)
        return found

    def _covered(
        self, instrument: Instrument, bars: Sequence[Bar], source: str, now_ms: int
    ) -> Mapping[int, QualityCounts]:
        """Coverage of this hour and the one before, as far back as the instrument is watched."""
        state = self._watched.state
        feed = state.feed.feeds.get(source)
        this_ms = now_ms // HOUR_MS * HOUR_MS
        if instrument.id not in self._seen_ms:
            began_ms = self.ledger.restored_since(instrument.id, this_ms - HOUR_MS)
            self._seen_ms[instrument.id] = floor_minute(now_ms) if began_ms is None else began_ms
        if feed is None or not Cadence(feed.expected_ms, feed.polled).has_grid:
            return {}
        known = {bar.open_ms for bar in bars}
        gaps = [gap for gap in state.quality.gaps.values() if gap.instrument == instrument.id]
        open_ms = partial(self._watched.open_ms, instrument.market)
        newest_ms = max(known, default=self._seen_ms[instrument.id])
        is_late = feed.polled and may_be_late(newest_ms, self._settled_ms(), open_ms)
        cadence = Cadence(feed.expected_ms, is_late)
        covered = {}
        for start_ms in (this_ms - HOUR_MS, this_ms):
            from_ms = max(start_ms, self._seen_ms[instrument.id])
            end_ms = min(start_ms + HOUR_MS, self._settled_ms())
            if from_ms < end_ms:
                covered[start_ms] = coverage_of(from_ms, end_ms, known, open_ms, cadence, gaps)
        return covered

    def _count_frames(self, feed: FeedStatus, now_ms: int) -> None:
        """Of a source every frame counts, and those that could not be read are its faults."""
        counts = self.ledger.at(feed.name, now_ms)
        counts.observed += self._grown(feed.name, "frames", feed.frames)
        for reason, count in feed.bad_frames.items():
            grown = self._grown(feed.name, f"bad {reason}", count)
            if grown:
                counts.rejected[reason] = counts.rejected.get(reason, 0) + grown

    def _active(self, instrument: Instrument) -> str:
        active = self._watched.state.feed.active.get(instrument.id)
        return instrument.feeds[0] if active is None else active.feed

    def _grown(self, subject: str, name: str, count: int) -> int:
        """By how much a count grew since it was asked for last; one that fell began anew."""
        before = self._before.get((subject, name), 0)
        self._before[subject, name] = count
        return count - before if count >= before else count

    def _forget(self, instruments: Sequence[Instrument]) -> None:
        """Nothing is remembered of instruments that are not watched any more."""
        known = {instrument.id for instrument in instruments}
        for gone in self._seen_ms.keys() - known:
            del self._seen_ms[gone]
            self._judged_ms.pop(gone, None)
            self._deviating = {key for key in self._deviating if key[0] != gone}
            self._before = {key: count for key, count in self._before.items() if key[0] != gone}

    def _settled_ms(self) -> int:
        return floor_minute(self._clock.now_ms() - SETTLED_MS)


def _put_coverage(counts: QualityCounts, covered: QualityCounts) -> None:
    """Minutes are looked at anew each time: what was missing may have been filled."""
    counts.bars_due, counts.bars_there, counts.in_gaps = covered.bars_due, covered.bars_there, covered.in_gaps
