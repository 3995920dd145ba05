"""What waits to be written."""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from math import isfinite, isnan

from rtp_tui.model.documents import Document
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick
from rtp_tui.model.notifications import AnyRecord
from rtp_tui.model.signals import Signal
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.writing_alerts import record_key

COMMIT_SECONDS = 0.1
"""Between one batch and the next."""

BarKey = tuple[InstrumentId, str, int]
GapKey = tuple[InstrumentId, int]
TallyKey = tuple[int, int, str]
_INTEGER_LIMIT = 2**63


class Batch:
    """Rows that become durable together; `since` is when the oldest came, on the monotonic clock."""

    __slots__ = (
        "alert_records",
        "bars",
        "disclosures",
        "documents",
        "events",
        "gaps",
        "keyframes",
        "seq",
        "signals",
        "since",
        "tallies",
        "ticks",
    )

    def __init__(self, seq: int = 0) -> None:
        self.ticks: deque[Tick] = deque()
        self.bars: dict[BarKey, Bar] = {}
        self.events: list[tuple[Event, int]] = []
        self.gaps: dict[GapKey, Gap] = {}
        self.tallies: dict[TallyKey, Tally] = {}
        self.disclosures: dict[int, Disclosures] = {}
        """By company."""
        self.documents: dict[tuple[str, str], Document] = {}
        """By kind and name."""
        self.signals: dict[str, Signal] = {}
        self.alert_records: dict[tuple[str, str], AnyRecord] = {}
        self.keyframes: list[Snapshot] = []
        self.seq = seq
        """Everything up to it is in this batch or in an earlier one."""
        self.since: float | None = None

    def __len__(self) -> int:
        return sum(
            map(
                len,
                (
                    self.ticks,
                    self.bars,
                    self.events,
                    self.gaps,
                    self.tallies,
                    self.disclosures,
                    self.documents,
                    self.alert_records,
                    self.signals,
                    self.keyframes,
                ),
            )
        )

    def take(self, bars: Iterable[Bar]) -> None:
        """Add bars: the newest of each minute is the one that counts."""
        self.bars.update({key_of(bar): bar for bar in bars})

    def add_remembered(self, bars: Iterable[Bar]) -> None:
        """Add bars that were stored before, where nothing newer of their minutes waits."""
        for bar in bars:
            self.bars.setdefault(key_of(bar), bar)

    def add_gap(self, gap: Gap) -> None:
        """Add a gap: the newest word on it is the one that counts."""
        self.gaps[gap.instrument, gap.from_ms] = gap

    def add_tally(self, tally: Tally) -> None:
        """Add a tally: the newest word on it is the one that counts."""
        self.tallies[tally.span_ms, tally.start_ms, tally.subject] = tally

    def add_disclosures(self, disclosed: Disclosures) -> None:
        """Add what a company filed: what waits was not stored, so a later visit brings it again."""
        self.disclosures[disclosed.company.cik] = disclosed

    def add_document(self, document: Document) -> None:
        """Add a document: the newest word on it is the one that counts."""
        self.documents[document.kind.value, document.name] = document

    def add_alert_record(self, record: AnyRecord) -> None:
        """Add an alert, a silence or a rule: the newest word on it is the one that counts."""
        self.alert_records[record_key(record)] = record

    def add_signal(self, signal: Signal) -> None:
        """Add a signal: the newest word on it is the one that counts."""
        self.signals[signal.id] = signal

    def followed_by(self, later: "Batch") -> "Batch":
        """This batch with what came while it could not be written; of its keyframes the newest is enough."""
        self.ticks.extend(later.ticks)
        self.bars.update(later.bars)
        self.events += later.events
        self.gaps.update(later.gaps)
        self.tallies.update(later.tallies)
        self.disclosures.update(later.disclosures)
        self.documents.update(later.documents)
        self.alert_records.update(later.alert_records)
        self.signals.update(later.signals)
        self.keyframes = (self.keyframes + later.keyframes)[-1:]
        self.seq = max(self.seq, later.seq)
        self.since = later.since if self.since is None else self.since
        return self

    def give_up_ticks(self, capacity: int) -> int:
        """Forget the oldest ticks above a number; returns how many."""
        surplus = max(0, len(self.ticks) - capacity)
        for _ in range(surplus):
            self.ticks.popleft()
        return surplus

    def give_up_surplus(self, capacity: int) -> int:
        """Forget the oldest bars and events above a number of each; returns how many."""
        surplus_events = max(0, len(self.events) - capacity)
        del self.events[:surplus_events]
        surplus_bars = list(islice(self.bars, max(0, len(self.bars) - capacity)))
        for key in surplus_bars:
            del self.bars[key]
        return surplus_events + len(surplus_bars)

    def give_up_unstorable(self) -> int:
        """Forget what SQLite cannot hold, numbers of a hostile feed among them; returns how many rows."""
        before = len(self)
        self.ticks = deque(tick for tick in self.ticks if _is_storable_tick(tick))
        self.bars = {key: bar for key, bar in self.bars.items() if _is_storable_bar(bar)}
        self.disclosures = {cik: one for cik, one in self.disclosures.items() if _is_storable_disclosure(one)}
        return before - len(self)


def key_of(bar: Bar) -> BarKey:
    """What there is one bar of."""
    return bar.instrument, bar.timeframe, bar.open_ms


class Unstorable(Exception):
    """A batch has a row that can never be written, however often it is tried."""


def _is_storable_tick(tick: Tick) -> bool:
    return all(map(_fits, (tick.event_ms, tick.received_ms, tick.sequence)))


def _is_storable_bar(bar: Bar) -> bool:
    figures = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    return all(map(_fits, (bar.open_ms, bar.trades, bar.revision))) and not any(map(isnan, figures))


def _is_storable_disclosure(disclosed: Disclosures) -> bool:
    moments = (filing.accepted_ms for filing in disclosed.filings)
    return all(map(_fits, (disclosed.company.cik, *moments))) and all(
        isfinite(fact.value) for fact in disclosed.facts
    )


def _fits(value: int | None) -> bool:
    return value is None or -_INTEGER_LIMIT <= value < _INTEGER_LIMIT
