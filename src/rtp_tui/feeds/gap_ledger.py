"""All gaps that are to be repaired, what is tried when, and what came of it. Pure; told the time."""

from collections import deque
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.feeds.minute_grid import MINUTE_MS, Span, floor_minute
from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import RepairStatistics

LIMIT = 10_000
LAG_MS = 8_000
"""A provider's history has a minute so long after it is over."""
SHORTEST_WAIT_S, LONGEST_WAIT_S = 5.0, 600.0
GIVEN_UP_AFTER_MS = 24 * 3_600_000
REMEMBERED_MS = 25 * 3_600_000
_DURATIONS = 500


class _Entry(Struct):
    """A gap that is pending."""

    gap: Gap
    due_s: float
    failures: int = 0
    is_tried: bool = False


class GapLedger:
    """At most `limit` pending gaps; a minute of an instrument belongs to one of them at most."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.found = self.filled = self.unfillable = self.dropped = 0
        self._limit = limit
        self._entries: dict[InstrumentId, dict[int, _Entry]] = {}
        self._explained: dict[InstrumentId, set[int]] = {}
        self._durations_ms: deque[float] = deque(maxlen=_DURATIONS)

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    @property
    def pending(self) -> tuple[Gap, ...]:
        """What is still to be done."""
        return tuple(entry.gap for entry in self._all())

    def statistics(self) -> RepairStatistics:
        """Counters since the start."""
        return RepairStatistics(
            found=self.found,
            pending=len(self),
            filled=self.filled,
            unfillable=self.unfillable,
            dropped=self.dropped,
            repair_ms=percentiles(self._durations_ms),
        )

    def restore(self, gaps: Iterable[Gap], now_s: float) -> None:
        """Go on with what an earlier run, or this part before it failed, left pending."""
        for gap in gaps:
            if gap.is_pending:
                known = self._of(gap.instrument).setdefault(gap.from_ms, _Entry(gap, now_s))
                known.is_tried = False
                known.gap = replace(known.gap, state=GapState.OPEN)
            elif gap.state is GapState.UNFILLABLE:
                self.explain(gap.instrument, range(gap.from_ms, gap.to_ms, MINUTE_MS))

    def find(
        self, instrument: InstrumentId, span: Span, cause: GapCause, feed: str, now_ms: int, now_s: float
    ) -> list[Gap]:
        """Note that whole minutes are missing; the gaps that are new or longer than before.

        The minute that is not over yet becomes a gap of its own, so that the others need not wait for it.
        """
        changed = []
        for from_ms, to_ms in self._unknown(instrument, span):
            over_ms = min(to_ms, max(from_ms, floor_minute(now_ms)))
            for part in ((from_ms, over_ms), (over_ms, to_ms)):
                gap = self._open(instrument, part, cause, feed, now_ms, now_s) if part[0] < part[1] else None
                if gap is not None:
                    changed.append(gap)
        return changed

    def due(self, now_ms: int, now_s: float) -> list[Gap]:
        """Gaps that can be tried now, those that were found first coming first."""
        due = [
            entry.gap
            for entry in self._all()
            if not entry.is_tried and entry.due_s <= now_s and entry.gap.to_ms + LAG_MS <= now_ms
        ]
        return sorted(due, key=lambda gap: (gap.found_ms, gap.from_ms))

    def begin(self, gap: Gap, now_ms: int) -> Gap:
        """It is being tried."""
        entry = self._entries[gap.instrument][gap.from_ms]
        entry.is_tried = True
        entry.gap = replace(
            entry.gap, state=GapState.BACKFILLING, attempts=entry.gap.attempts + 1, changed_ms=now_ms
        )
        return entry.gap

    def put_off(self, gap: Gap, reason: str, now_ms: int, now_s: float) -> Gap:
        """It failed: try again later, each time later, for a day at most."""
        if now_ms - gap.found_ms >= GIVEN_UP_AFTER_MS:
            return self.end(gap, GapState.UNFILLABLE, now_ms, detail=f"given up after a day: {reason}")
        entry = self._entries[gap.instrument][gap.from_ms]
        wait_s = min(LONGEST_WAIT_S, SHORTEST_WAIT_S * 2 ** min(entry.failures, 10))
        entry.failures += 1
        return self.wait(gap, wait_s, reason, now_ms, now_s)

    def wait(self, gap: Gap, wait_s: float, reason: str, now_ms: int, now_s: float) -> Gap:
        """Nothing failed, and it is too early to conclude anything."""
        entry = self._entries[gap.instrument][gap.from_ms]
        entry.is_tried, entry.due_s = False, now_s + wait_s
        entry.gap = replace(gap, state=GapState.OPEN, changed_ms=now_ms, detail=reason)
        return entry.gap

    def end(self, gap: Gap, state: GapState, now_ms: int, *, filled_from: str = "", detail: str = "") -> Gap:
        """It is filled, or will never be."""
        del self._entries[gap.instrument][gap.from_ms]
        if not self._entries[gap.instrument]:
            del self._entries[gap.instrument]
        if state is GapState.FILLED:
            self.filled += 1
            self._durations_ms.append(max(0, now_ms - gap.found_ms))
        else:
            self.unfillable += 1
            self.explain(gap.instrument, range(gap.from_ms, gap.to_ms, MINUTE_MS))
        return replace(gap, state=state, changed_ms=now_ms, filled_from=filled_from, detail=detail)

    def explain(self, instrument: InstrumentId, minutes: Iterable[int]) -> None:
        """Nothing is known to have happened in these minutes: nobody need look for them again."""
        self._explained.setdefault(instrument, set()).update(minutes)

    def explained(self, instrument: InstrumentId, now_ms: int) -> frozenset[int]:
        """Minutes of the last day that will never have bars."""
        minutes = {
            minute for minute in self._explained.get(instrument, ()) if minute > now_ms - REMEMBERED_MS
        }
        if instrument in self._explained:
            self._explained[instrument] = minutes
        return frozenset(minutes)

    def _open(
        self,
        instrument: InstrumentId,
        span: Span,
        cause: GapCause,
        feed: str,
        now_ms: int,
        now_s: float,
    ) -> Gap | None:
        before = self._before(instrument, span[0])
        if before is not None and before.gap.cause is cause and span[1] <= floor_minute(now_ms):
            before.gap = replace(before.gap, to_ms=span[1], changed_ms=now_ms)
            return before.gap
        if len(self) >= self._limit:
            self.dropped += 1
            return None
        gap = Gap(
            instrument=instrument,
            from_ms=span[0],
            to_ms=span[1],
            cause=cause,
            state=GapState.OPEN,
            found_ms=now_ms,
            changed_ms=now_ms,
            feed=feed,
        )
        self._of(instrument)[span[0]] = _Entry(gap, now_s)
        self.found += 1
        return gap

    def _before(self, instrument: InstrumentId, at_ms: int) -> _Entry | None:
        """The gap that ends at a moment, unless it is being tried."""
        entries = self._entries.get(instrument, {}).values()
        return next((one for one in entries if one.gap.to_ms == at_ms and not one.is_tried), None)

    def _unknown(self, instrument: InstrumentId, span: Span) -> list[Span]:
        """What of a span is in no pending gap."""
        rest = [(floor_minute(span[0]), -floor_minute(-span[1]))]
        for entry in self._entries.get(instrument, {}).values():
            rest = [part for one in rest for part in _without(one, (entry.gap.from_ms, entry.gap.to_ms))]
        return rest

    def _of(self, instrument: InstrumentId) -> dict[int, _Entry]:
        return self._entries.setdefault(instrument, {})

    def _all(self) -> Iterator[_Entry]:
        for entries in self._entries.values():
            yield from entries.values()


def _without(span: Span, other: Span) -> Iterator[Span]:
    """What is left of a span without another, its two ends at most."""
    before, after = (span[0], min(span[1], other[0])), (max(span[0], other[1]), span[1])
    yield from (part for part in (before, after) if part[0] < part[1])
