"""What is stored of a period, read in steps between which others get their turn."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.minute_grid import MINUTE_MS
from rtp_tui.model.alerts import Alert
from rtp_tui.model.gaps import Gap
from rtp_tui.model.jobs import JobRun
from rtp_tui.model.queries import GetAlerts, GetEvents, GetGaps, GetSignals
from rtp_tui.model.signals import Signal
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts
from rtp_tui.reports.counting import MinuteSums
from rtp_tui.reports.periods import Span
from rtp_tui.storage.contract import History

DAY_MS = 86_400_000
_ROWS = 10_000
_JOB_RUN = "job_run"
_counts = msgspec.json.Decoder(QualityCounts)
_runs = msgspec.json.Decoder(JobRun)


class Past(Struct, frozen=True, kw_only=True):
    """What was read of a period."""

    span: Span
    end_ms: int
    """Where minutes are settled."""
    known_from_ms: int | None
    minutes: MinuteSums
    counts: dict[str, QualityCounts]
    runs: tuple[JobRun, ...]
    alerts: tuple[Alert, ...]
    gaps: tuple[Gap, ...]
    signals: tuple[Signal, ...]


class PastReader:
    """Reads the history; raises StoreUnusable where that cannot be read.

    `newer` are counts that were not stored yet: they go before the stored ones of the same spans.
    """

    def __init__(self, history: History, clock: Clock, newer: Iterable[Tally] = ()) -> None:
        self._history = history
        self._clock = clock
        self._newer = tuple(newer)

    async def read(self, span: Span, end_ms: int) -> Past:
        minutes = MinuteSums()
        for start_ms in range(span.from_ms, span.to_ms, DAY_MS):
            minutes.add(await self._tallies(MINUTE_MS, start_ms, min(start_ms + DAY_MS, span.to_ms)))
        return Past(
            span=span,
            end_ms=end_ms,
            known_from_ms=await self._known_from_ms(span, minutes),
            minutes=minutes,
            counts=await self._hours(span),
            runs=await self._job_runs(span),
            alerts=await self._alerts(span),
            gaps=await self._gaps(span),
            signals=await self._signals(span),
        )

    async def _known_from_ms(self, span: Span, minutes: MinuteSums) -> int | None:
        """The period's beginning, where an engine had run before: then it is known that none ran since."""
        if minutes.first_ms is not None and minutes.first_ms < span.from_ms + MINUTE_MS:
            return span.from_ms
        before = await self._history.tallies(MINUTE_MS, 0, span.from_ms, 1)
        return span.from_ms if before else minutes.first_ms

    async def _hours(self, span: Span) -> dict[str, QualityCounts]:
        """By instrument and source, of the hours that are in the period for the most part."""
        counts: dict[str, QualityCounts] = {}
        first_ms = (span.from_ms + HOUR_MS // 2) // HOUR_MS * HOUR_MS
        for hour_ms in range(first_ms, span.to_ms - HOUR_MS // 2 + 1, HOUR_MS):
            for tally in await self._tallies(HOUR_MS, hour_ms, hour_ms + HOUR_MS):
                counts.setdefault(tally.subject, QualityCounts()).add(_counts.decode(tally.counts))
            await self._clock.sleep(0)
        return counts

    async def _tallies(self, span_ms: int, since_ms: int, until_ms: int) -> Iterable[Tally]:
        """Counts of spans, ascending; where some are newer than the stored ones, those."""
        stored = await self._history.tallies(span_ms, since_ms, until_ms)
        newer = [one for one in self._newer if one.span_ms == span_ms and since_ms <= one.start_ms < until_ms]
        if not newer:
            return stored
        known = {(one.start_ms, one.subject): one for one in (*stored, *newer)}
        return [known[key] for key in sorted(known)]

    async def _job_runs(self, span: Span) -> tuple[JobRun, ...]:
        query, runs = GetEvents(since_ms=span.from_ms, kind=_JOB_RUN, limit=_ROWS), []
        while True:
            page = await self._history.events(query)
            runs += [run for event in page.events if (run := _readable(event.payload)) is not None]
            if page.next_cursor is None or page.events[-1].at_ms >= span.to_ms:
                return tuple(run for run in runs if span.from_ms <= run.started_ms < span.to_ms)
            query = replace(query, cursor=page.next_cursor)

    async def _alerts(self, span: Span) -> tuple[Alert, ...]:
        query, alerts = GetAlerts(since_ms=span.from_ms, limit=_ROWS), []
        while True:
            page = await self._history.alerts(query)
            alerts += [
                one
                for one in page.alerts
                if one.fired_ms is not None and span.from_ms <= one.fired_ms < span.to_ms
            ]
            if page.next_cursor is None:
                return tuple(alerts)
            query = replace(query, cursor=page.next_cursor)

    async def _gaps(self, span: Span) -> tuple[Gap, ...]:
        query, gaps = GetGaps(since_ms=span.from_ms, limit=_ROWS), []
        while True:
            page = await self._history.gaps(query)
            gaps += [gap for gap in page.gaps if span.from_ms <= gap.found_ms < span.to_ms]
            if page.next_cursor is None:
                return tuple(gaps)
            query = replace(query, cursor=page.next_cursor)

    async def _signals(self, span: Span) -> tuple[Signal, ...]:
        query = GetSignals(since_ms=span.from_ms, until_ms=span.to_ms, limit=_ROWS)
        signals: list[Signal] = []
        while True:
            page = await self._history.signals(query)
            signals += page.signals
            if page.next_cursor is None:
                return tuple(signals)
            query = replace(query, cursor=page.next_cursor)


def _readable(payload: str) -> JobRun | None:
    """None for what another version wrote unreadably."""
    try:
        return _runs.decode(payload)
    except msgspec.DecodeError:
        return None
