"""How good data is, from 0 to 100, of counts that add up. Pure.

The score is the mean of the parts, weighed; parts of which nothing was measured are left out:

- coverage (30): closed minutes in session that have a bar, of those that should have one.
- freshness (25): looks in an open session that found the price live or fresh, of all of them.
- validity (20): usable observations of all; duplicates are no fault, since reconnecting overlaps.
- consistency (15): bars that their stored trades confirmed, and prices within 1 % of another feed's in the
  same currency, of all that were compared.
- latency (10): from the venue's time to ours, of feeds that push. p95 up to 1 s is full, ten times that is
  nothing, in between by its logarithm. A venue's clock that is off is part of it; one ahead counts as 0.
"""

from collections.abc import Iterable, Mapping
from math import ceil, log2, log10

from msgspec import Struct, field

from rtp_tui.model.market import RejectReason
from rtp_tui.model.quality import QualityHour, QualityPart, QualityScore

HOUR_MS = 3_600_000
WEIGHTS = {"coverage": 30.0, "freshness": 25.0, "validity": 20.0, "consistency": 15.0, "latency": 10.0}
FULL_LATENCY_MS = 1_000.0
_STEPS = 8
"""Of the latencies' histogram to each doubling: percentiles are told within 9 %."""


class QualityCounts(Struct):
    """What was counted of a subject; two of them add up to what was counted in both."""

    bars_due: int = 0
    bars_there: int = 0
    in_gaps: int = 0
    """Minutes without a bar that are known to be missing and being repaired."""
    looks: int = 0
    fresh: int = 0
    observed: int = 0
    """Everything that came, usable or not."""
    rejected: dict[str, int] = field(default_factory=dict)
    verified: int = 0
    differing: int = 0
    compared: int = 0
    deviating: int = 0
    latency: dict[int, int] = field(default_factory=dict)
    """By step: `latency_step`."""
    anomalies: dict[str, int] = field(default_factory=dict)

    def add(self, other: "QualityCounts") -> None:
        """Take another's counts in."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.rejected, other.rejected), (self.anomalies, other.anomalies)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        for step, count in other.latency.items():
            self.latency[step] = self.latency.get(step, 0) + count


_NUMBERS = tuple(
    name for name in QualityCounts.__struct_fields__ if name not in ("rejected", "latency", "anomalies")
)


def total(counts: Iterable[QualityCounts]) -> QualityCounts:
    """What all of them counted."""
    together = QualityCounts()
    for one in counts:
        together.add(one)
    return together


def latency_step(latency_ms: float) -> int:
    """The step of the histogram that a latency belongs to."""
    return ceil(_STEPS * log2(1 + max(0.0, latency_ms)))


def latency_ms(latency: Mapping[int, int], rank: float) -> float | None:
    """The latency that so much of all stay within, at the upper bound of its step; None of nothing."""
    needed, seen = rank * sum(latency.values()), 0
    for step in sorted(latency):
        seen += latency[step]
        if seen >= needed:
            return round(2 ** (step / _STEPS) - 1, 1)
    return None


def score(subject: str, kind: str, hours: Mapping[int, QualityCounts]) -> QualityScore:
    """The score of some hours, each by when it began, with their own."""
    together = total(hours.values())
    parts = quality_parts(together)
    return QualityScore(
        subject=subject,
        kind=kind,
        score=overall(parts),
        parts=parts,
        anomalies=dict(together.anomalies),
        rejected=dict(together.rejected),
        hours=tuple(
            QualityHour(
                start_ms, overall(quality_parts(hours[start_ms])), sum(hours[start_ms].anomalies.values())
            )
            for start_ms in sorted(hours)
        ),
    )


def overall(parts: Iterable[QualityPart]) -> float | None:
    """The weighed mean of the parts that are known; None where none is."""
    known = [(part.points, part.weight) for part in parts if part.points is not None]
    weight = sum(weight for _, weight in known)
    return round(sum(points * weight for points, weight in known) / weight, 1) if weight else None


def quality_parts(counts: QualityCounts) -> tuple[QualityPart, ...]:
    """Each part, measured or not."""
    return (_coverage(counts), _freshness(counts), _validity(counts), _consistency(counts), _latency(counts))


def _coverage(counts: QualityCounts) -> QualityPart:
    missing = counts.bars_due - counts.bars_there
    reason = f"{counts.bars_there} of {counts.bars_due} minutes"
    reason += f", {counts.in_gaps} of {missing} missing in known gaps" if missing and counts.in_gaps else ""
    return _share("coverage", counts.bars_there, counts.bars_due, reason)


def _freshness(counts: QualityCounts) -> QualityPart:
    return _share(
        "freshness", counts.fresh, counts.looks, f"live or fresh at {counts.fresh} of {counts.looks} looks"
    )


def _validity(counts: QualityCounts) -> QualityPart:
    faults = {name: n for name, n in counts.rejected.items() if name != RejectReason.DUPLICATE.value and n}
    wrong = sum(faults.values())
    worst = max(faults, key=lambda name: faults[name], default="")
    reason = f"{wrong} of {counts.observed} rejected" + (f", most {worst.replace('_', ' ')}" if worst else "")
    return _share("validity", max(0, counts.observed - wrong), max(counts.observed, wrong), reason)


def _consistency(counts: QualityCounts) -> QualityPart:
    off, judged = counts.differing + counts.deviating, counts.verified + counts.compared
    reason = (
        f"{counts.differing} of {counts.verified} bars differed from their trades,"
        f" {counts.deviating} of {counts.compared} prices from another feed's"
    )
    return _share("consistency", judged - off, judged, reason)


def _latency(counts: QualityCounts) -> QualityPart:
    p50, p95 = latency_ms(counts.latency, 0.5), latency_ms(counts.latency, 0.95)
    if p95 is None:
        return QualityPart("latency", None, None, WEIGHTS["latency"], "not measured")
    points = 100 * (1 - log10(max(1.0, p95 / FULL_LATENCY_MS)))
    return QualityPart(
        "latency", p95, round(max(0.0, points), 1), WEIGHTS["latency"], f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    )


def _share(name: str, good: int, of_all: int, reason: str) -> QualityPart:
    if of_all <= 0:
        return QualityPart(name, None, None, WEIGHTS[name], "not measured")
    pct = round(100 * good / of_all, 3)
    return QualityPart(name, pct, pct, WEIGHTS[name], reason)
