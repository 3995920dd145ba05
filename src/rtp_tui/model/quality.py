"""How good the data is: what stood out, scores with their parts, and targets."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic


class AnomalyKind(StrEnum):
    """What is unusual about an observation."""

    OUTLIER = "outlier"
    """One price far from those before it: kept aside until the next ones confirm it."""
    PRICE_SPIKE = "price_spike"
    """A minute moved the price much further than its minutes do."""
    VOLUME_SURGE = "volume_surge"
    """A minute's volume was several times the average of those before it."""
    STUCK_VALUE = "stuck_value"
    """A price that used to move is told again and again."""
    DEVIATION = "deviation"
    """It is away from what another feed says in the same currency, or from its own rolling median."""


class AnomalyState(StrEnum):
    """What became of it."""

    NOTED = "noted"
    QUARANTINED = "quarantined"
    """Kept out of quotes and bars until those after it say the same."""
    CONFIRMED = "confirmed"
    """Those after it said the same: it is part of quotes and bars now."""


class Anomaly(Struct, frozen=True, gc=False, tag="anomaly"):
    """Something that stood out; nothing is deleted for it."""

    topic: ClassVar[Topic] = Topic.QUALITY

    instrument: InstrumentId
    kind: AnomalyKind
    state: AnomalyState
    feed: str
    at_ms: int
    """By the venue's clock where it told it."""
    value: float
    expected: float
    detail: str
    """In words: `10.0x the average of 20 minutes`."""


class QualityPart(Struct, frozen=True):
    """One part of a score."""

    name: str
    """coverage, freshness, validity, consistency or latency."""
    value: float | None
    """What was measured, in percent or in milliseconds; None where nothing was."""
    points: float | None
    """0 to 100; None leaves the part out of the score."""
    weight: float
    reason: str


class QualityHour(Struct, frozen=True):
    """An hour's score."""

    start_ms: int
    score: float | None
    anomalies: int


class QualityScore(Struct, frozen=True, kw_only=True):
    """How good the data of an instrument or of a source was over some hours."""

    subject: str
    """An instrument's id or a source's name."""
    kind: str
    """`instrument` or `source`."""
    score: float | None
    """0 to 100; None where nothing could be measured."""
    parts: tuple[QualityPart, ...]
    anomalies: dict[str, int] = {}
    """By `AnomalyKind`."""
    rejected: dict[str, int] = {}
    """By `RejectReason`, and by `BadFrame` reason for a source."""
    hours: tuple[QualityHour, ...] = ()
    """Ascending; hours of which nothing is known are left out."""


class TargetReport(Struct, frozen=True):
    """A figure held against what it should be."""

    name: str
    unit: str
    """`%`, or `s`."""
    target: float
    actual: float | None
    """None where nothing was measured yet."""
    met: bool | None
    detail: str = ""
