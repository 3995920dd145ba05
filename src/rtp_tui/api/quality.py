"""Answers about how good the data is, and what of it should be better."""

from collections.abc import Callable, Iterator

from rtp_tui.clock import Clock
from rtp_tui.model.errors import Failed, UnknownFeed, UnknownInstrument
from rtp_tui.model.gaps import GapState
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Priority
from rtp_tui.model.quality import QualityScore
from rtp_tui.model.queries import GetGaps, GetQuality, QualityPage
from rtp_tui.monitoring.quality import HOUR_MS, quality_parts, score, total
from rtp_tui.monitoring.quality_ledger import HOURS_KEPT, QualityLedger
from rtp_tui.monitoring.targets import Figures, TargetSettings, judge_targets
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable

_GAPS = 10_000
_POLL = "poll"


class QualityAnswers:
    """Reads what was counted; gaps that were filled are in the history."""

    def __init__(
        self,
        state: PipelineState,
        history: History,
        ledger: QualityLedger,
        targets: TargetSettings,
        uptime_pct: Callable[[int], float | None],
        clock: Clock,
    ) -> None:
        self._state = state
        self._history = history
        self._ledger = ledger
        self._targets = targets
        self._uptime_pct = uptime_pct
        self._clock = clock

    async def quality(self, query: GetQuality) -> QualityPage:
        """Scores, the worst first; those of which nothing is known last."""
        if query.instrument is not None and query.instrument not in self._state.market.instruments:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        if query.source is not None and query.source not in self._state.feed.feeds:
            raise UnknownFeed(f"no feed {query.source}")
        since_ms = self._clock.now_ms() - max(1, min(query.hours, HOURS_KEPT)) * HOUR_MS
        scores = sorted(self._scores(query, since_ms), key=_worst_first)
        targets = judge_targets(self._targets, await self._figures(since_ms))
        return QualityPage(scores=tuple(scores[: max(0, query.limit)]), targets=targets)

    def _scores(self, query: GetQuality, since_ms: int) -> Iterator[QualityScore]:
        is_all = query.instrument is None and query.source is None
        instruments = tuple(self._state.market.instruments) if is_all else (query.instrument,)
        sources = tuple(self._state.feed.feeds) if is_all else (query.source,)
        for kind, subjects in (("instrument", instruments), ("source", sources)):
            for subject in subjects:
                if subject is not None and (hours := self._ledger.hours(subject, since_ms)):
                    yield score(subject, kind, hours)

    async def _figures(self, since_ms: int) -> Figures:
        instruments = self._state.market.instruments
        parts = {
            part.name: part.value
            for part in quality_parts(
                total(one for key in instruments for one in self._ledger.hours(key, since_ms).values())
            )
        }
        return Figures(
            error_rate_pct=self._error_rate_pct(),
            oldest_priority_ms=self._oldest_ms(only_priority=True),
            oldest_ms=self._oldest_ms(only_priority=False),
            coverage_pct=parts["coverage"],
            accuracy_pct=parts["consistency"],
            gap_recovery_ms=await self._gap_recovery_ms(since_ms),
            uptime_pct=self._uptime_pct(self._clock.now_ms()),
            full_cycle_ms=self._full_cycle_ms(),
        )

    def _error_rate_pct(self) -> float | None:
        statistics = self._state.measurements.statistics
        if statistics is None:
            return None
        day = statistics.last_24h
        errors = day.get("errors", 0)
        came = day.get("ticks", 0) + errors
        return 100 * errors / came if came else None

    def _oldest_ms(self, *, only_priority: bool) -> float | None:
        market, verdicts = self._state.market, self._state.quality.freshness
        ages = [
            self._clock.now_ms() - quote.received_ms
            for key, instrument in market.instruments.items()
            if (instrument.priority is Priority.HIGH or not only_priority)
            and (quote := market.quotes.get(key)) is not None
            and (verdict := verdicts.get(key)) is not None
            and verdict.freshness not in (Freshness.CLOSED, Freshness.UNKNOWN)
        ]
        return max(0, *ages, 0) if ages else None

    async def _gap_recovery_ms(self, since_ms: int) -> float | None:
        try:
            page = await self._history.gaps(GetGaps(since_ms=since_ms, limit=_GAPS))
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        took = [gap.changed_ms - gap.found_ms for gap in page.gaps if gap.state is GapState.FILLED]
        return sum(took) / len(took) if took else None

    def _full_cycle_ms(self) -> float | None:
        polls = (job.duration_ms.last for job in self._state.job.jobs.values() if job.kind == _POLL)
        return max((last for last in polls if last is not None), default=None)


def _worst_first(one: QualityScore) -> tuple[float, str]:
    return (101.0 if one.score is None else one.score), one.subject
