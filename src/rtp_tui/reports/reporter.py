"""Makes reports of what is stored, in steps between which others get their turn."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.minute_grid import MINUTE_MS, Cadence, floor_minute
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.quality import TargetReport
from rtp_tui.model.queries import GetBars
from rtp_tui.model.reports import Figures, Report, ReportPeriod, SubjectReport
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring import targets
from rtp_tui.monitoring.coverage import coverage_of, may_be_late
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts, quality_parts, total
from rtp_tui.monitoring.targets import TargetSettings, judge_targets
from rtp_tui.processing.day_figures import BEGINS_WITHIN_MS
from rtp_tui.reports.counting import (
    alert_figures,
    gap_figures,
    job_reports,
    ranked,
    share_pct,
    signal_figures,
    slowest_last_run_ms,
    subject_report,
)
from rtp_tui.reports.past import DAY_MS, Past, PastReader
from rtp_tui.reports.periods import Span, span_before, span_of
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History
from rtp_tui.text import clock_text

SETTLED_MS = 10_000
"""A minute that was over for so long has its bar."""
_POLL = "poll"


class World(Struct, frozen=True, kw_only=True):
    """What a report has to know beside the past."""

    state: PipelineState
    """Which instruments there are, how often their feeds speak, and of what kind jobs are."""
    open_ms: Callable[[str, int, int], int]
    """How much of a span a market was in session; nothing where that is not known."""
    not_stored_yet: Callable[[], Iterable[Tally]] = tuple
    """What was counted since counts were stored last."""


class Reporter:
    """Reads what is stored of a period; raises StoreUnusable where that cannot be read."""

    def __init__(
        self, history: History, world: World, target_settings: TargetSettings, timezone: str, clock: Clock
    ) -> None:
        self._history = history
        self._world = world
        self._targets = target_settings
        self._timezone = timezone
        self._clock = clock

    async def report(self, period: ReportPeriod, date: str | None = None) -> Report:
        """The period that a date is in, or the one that is. Raises NoPeriod."""
        return await self._made(span_of(period, date, self._timezone, self._clock.now_ms()))

    async def report_of_last(self, period: ReportPeriod) -> Report:
        """The newest period that is over."""
        return await self._made(span_before(period, self._timezone, self._clock.now_ms()))

    async def _made(self, span: Span) -> Report:
        now_ms = self._clock.now_ms()
        reader = PastReader(self._history, self._clock, self._world.not_stored_yet())
        past = await reader.read(span, min(span.to_ms, floor_minute(now_ms - SETTLED_MS)))
        instruments = [report async for report in self._instruments(past)]
        figures = self._figures(past, instruments)
        return Report(
            period=span.period,
            name=span.name,
            timezone=span.timezone,
            from_ms=span.from_ms,
            to_ms=span.to_ms,
            made_ms=now_ms,
            is_over=now_ms >= span.to_ms,
            known_from_ms=past.known_from_ms,
            not_known=tuple(_not_known(past, instruments, now_ms)),
            figures=figures,
            targets=self._judged(past, figures),
            jobs=job_reports(past.runs),
            alerts=alert_figures(past.alerts),
            gaps=gap_figures(past.gaps),
            signals=signal_figures(past.signals),
            instruments=ranked(instruments),
            sources=ranked(
                subject_report(name, counts, has_coverage=True)
                for name, counts in past.counts.items()
                if ":" not in name
            ),
        )

    async def _instruments(self, past: Past) -> AsyncIterator[SubjectReport]:
        known = self._world.state.market.instruments
        for instrument in known.values():
            counts = past.counts.get(instrument.id, QualityCounts())
            first_ms = await self._first_bar_ms(instrument.id)
            from_ms = (
                past.span.from_ms if first_ms is None else max(past.span.from_ms, floor_minute(first_ms))
            )
            if first_ms is None and past.known_from_ms is not None:
                from_ms = max(from_ms, past.known_from_ms)
            covered = await self._covered(instrument, from_ms, past, has_any=first_ms is not None)
            counts.bars_due, counts.bars_there = covered.bars_due, covered.bars_there
            is_late = first_ms is not None and past.span.from_ms + BEGINS_WITHIN_MS < from_ms < past.end_ms
            yield subject_report(
                instrument.id, counts, has_coverage=True, known_from_ms=from_ms if is_late else None
            )
        for gone in past.counts.keys() - known.keys():
            if ":" in gone:
                yield subject_report(gone, past.counts[gone], has_coverage=True)

    async def _first_bar_ms(self, instrument: InstrumentId) -> int | None:
        page = await self._history.bars(GetBars(instrument=instrument, limit=1))
        return page.bars[0].open_ms if page.bars else None

    async def _covered(
        self, instrument: Instrument, from_ms: int, past: Past, *, has_any: bool
    ) -> QualityCounts:
        """Minutes in session that have a bar, a day at a time."""
        cadence = self._cadence(instrument)
        covered = QualityCounts()
        if cadence is None or not cadence.has_grid or (not has_any and past.known_from_ms is None):
            return covered
        open_ms = partial(self._world.open_ms, instrument.market)
        for start_ms in range(from_ms, past.end_ms, DAY_MS):
            end_ms = min(start_ms + DAY_MS, past.end_ms)
            known = frozenset(await self._history.bar_minutes(instrument.id, start_ms, end_ms))
            # What is asked for may come late: then the newest minute is as far as it got, unless all is over.
            is_asked = cadence.is_polled and bool(known) and past.end_ms < past.span.to_ms
            is_late = is_asked and may_be_late(max(known), past.end_ms, open_ms)
            covered.add(
                coverage_of(start_ms, end_ms, known, open_ms, Cadence(cadence.expected_ms, is_late), ())
            )
        return covered

    def _cadence(self, instrument: Instrument) -> Cadence | None:
        feeds = self._world.state.feed
        active = feeds.active.get(instrument.id)
        name = instrument.feeds[0] if active is None else active.feed
        feed = feeds.feeds.get(name.partition(":")[0])
        return None if feed is None else Cadence(feed.expected_ms, feed.polled)

    def _figures(self, past: Past, instruments: Iterable[SubjectReport]) -> Figures:
        minutes = past.minutes
        due = sum(one.bars_due or 0 for one in instruments)
        there = sum(one.bars_there or 0 for one in instruments)
        return Figures(
            ticks=minutes.get("ticks"),
            bars=minutes.get("bars"),
            errors=minutes.get("errors"),
            error_rate_pct=minutes.error_rate_pct,
            reconnects=minutes.get("reconnects"),
            minutes_with_data=None if minutes.first_ms is None else minutes.with_data,
            uptime_pct=self._uptime_pct(past),
            bars_due=due or None,
            bars_there=there if due else None,
            coverage_pct=share_pct(there, due),
        )

    def _uptime_pct(self, past: Past) -> float | None:
        """Minutes that brought data of those in which a market was open, as `GET /quality` reckons it."""
        if past.known_from_ms is None or past.known_from_ms >= past.end_ms:
            return None
        markets = {one.market for one in self._world.state.market.instruments.values()}
        spans = (self._world.open_ms(market, past.known_from_ms, past.end_ms) for market in markets)
        open_minutes = max(spans, default=0) // MINUTE_MS
        pct = share_pct(past.minutes.with_data, open_minutes)
        return None if pct is None else min(100.0, pct)

    def _judged(self, past: Past, figures: Figures) -> tuple[TargetReport, ...]:
        jobs = {job.id: job.kind for job in self._world.state.job.jobs.values()}
        counts = total(one for subject, one in past.counts.items() if ":" in subject)
        parts = {part.name: part for part in quality_parts(counts)}
        measured = targets.Figures(
            error_rate_pct=figures.error_rate_pct,
            coverage_pct=figures.coverage_pct,
            accuracy_pct=parts["consistency"].value,
            gap_recovery_ms=gap_figures(past.gaps).mean_recovery_ms,
            uptime_pct=figures.uptime_pct,
            full_cycle_ms=slowest_last_run_ms(past.runs, jobs, _POLL),
        )
        looks = f"not kept over time; {parts['freshness'].reason}"
        return tuple(
            replace(one, detail=looks) if one.name.startswith("freshness") else one
            for one in judge_targets(self._targets, measured)
        )


def _not_known(past: Past, instruments: Iterable[SubjectReport], now_ms: int) -> Iterator[str]:
    """In words, what a reader might take for known."""
    span = past.span
    if past.known_from_ms is None:
        yield "nothing was counted in this period: no engine ran, or what it counted is not kept any more"
    elif past.known_from_ms > span.from_ms + MINUTE_MS:
        yield f"the beginning: counting began at {_moment(past.known_from_ms, span)}, figures are of the time since"
    if now_ms < span.to_ms:
        yield "the end: the period is not over"
    late = sum(one.known_from_ms is not None for one in instruments)
    if late:
        yield f"of {late} instruments the beginning: their first minute is later, coverage is of the time since"
    if span.from_ms % HOUR_MS:
        yield "by instrument and source, half hours at the ends: errors and latency are counted by whole hours of UTC"


def _moment(at_ms: int, span: Span) -> str:
    zone = ZoneInfo(span.timezone)
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=zone):%Y-%m-%d} {clock_text(at_ms, zone)}"
