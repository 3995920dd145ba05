"""Values held against rules: those of quotes as they change, the others once a second."""

from collections.abc import Callable, Iterable, Mapping

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Quote
from rtp_tui.model.quality import Anomaly
from rtp_tui.monitoring.alerts.book import AlertBook
from rtp_tui.monitoring.alerts.fields import Field
from rtp_tui.monitoring.alerts.measures import READS, Disk, Sight
from rtp_tui.monitoring.alerts.rules import Rule, Rules
from rtp_tui.monitoring.alerts.samples import Samples
from rtp_tui.state.pipeline_state import PipelineState

_MOVES: Mapping[str, Callable[[float], float]] = {"change_1m": float, "move_1m": abs}
"""What is read of a price's change, with each new quote too."""


class AlertEvaluation:
    """Remembers the newest value of all that is looked at, and tells the book what passed a threshold."""

    def __init__(self, book: AlertBook, rules: Rules, began_ms: int) -> None:
        self._book = book
        self._samples = Samples(began_ms)
        self._values: dict[str, dict[str, float]] = {}
        self.use(rules)

    def use(self, rules: Rules) -> None:
        """Go by other rules; all values count as new."""
        self._rules = rules
        self._values = {field.name: {} for field in rules.fields}
        self._quoted = tuple(field for field in rules.fields if field.of_quote is not None)
        self._measured = tuple(field for field in rules.fields if field.of_quote is None)
        self._moved = tuple(field for field in rules.fields if field.name in _MOVES)

    def note_quotes(self, quotes: Iterable[Quote], now_ms: int) -> None:
        """Take quotes that changed."""
        for quote in quotes:
            self._samples.note_quote(quote, now_ms)
            for field in self._quoted:
                self._note_quote(field, quote, now_ms)
            if self._moved:
                self._note_move(quote, now_ms)

    def note_bar(self, bar: Bar) -> None:
        """Take a bar that was announced."""
        self._samples.note_bar(bar)

    def note_anomaly(self, anomaly: Anomaly, now_ms: int) -> None:
        """Take something that stood out."""
        self._samples.note_anomaly(anomaly, now_ms)

    def follow_clock(self, now_ms: int) -> None:
        """The clock was set: what was noted by the old one says nothing of now."""
        self._samples.begin_anew(now_ms)

    def forget(self, instrument: InstrumentId) -> None:
        """Drop what is known of an instrument that is not priced any more."""
        self._samples.forget(instrument)
        for values in self._values.values():
            values.pop(instrument, None)

    def measure(self, state: PipelineState, now_ms: int, disk: Disk | None) -> None:
        """Read all that is read once a second, and let time have its effect."""
        self._samples.note_counts(state, now_ms)
        sight = Sight(state, self._samples, now_ms, disk)
        for field in self._measured:
            self._measure(field, sight)
        self._book.sweep(self.value_of, now_ms)

    def value_of(self, rule: Rule, subject: str) -> float | None:
        """The newest value that a rule looks at; None where it is not measured."""
        return self._values.get(rule.condition.field.name, {}).get(subject)

    def _note_quote(self, field: Field, quote: Quote, now_ms: int) -> None:
        assert field.of_quote is not None
        if self._rules.has(field.name, quote.instrument):
            value = field.of_quote(quote)
            if value is not None:
                self._note(field, quote.instrument, value, quote.source, now_ms)

    def _note_move(self, quote: Quote, now_ms: int) -> None:
        """A price that moved far is told at once; that it is calm again once a second."""
        key = quote.instrument
        fields = [field for field in self._moved if self._rules.has(field.name, key)]
        change_pct = self._samples.change_pct(key, now_ms) if fields else None
        if change_pct is not None:
            for field in fields:
                self._note(field, key, _MOVES[field.name](change_pct), quote.source, now_ms)

    def _measure(self, field: Field, sight: Sight) -> None:
        values = self._values[field.name]
        gone = set(values)
        for subject, value, feed in READS[field.name](sight):
            gone.discard(subject)
            self._note(field, subject, value, feed, sight.now_ms)
        for subject in gone:
            del values[subject]

    def _note(self, field: Field, subject: str, value: float, feed: str, now_ms: int) -> None:
        values = self._values[field.name]
        before = values.get(subject)
        if before != value:
            values[subject] = value
            for rule in self._rules.passed(field.name, subject, before, value):
                self._book.note(rule, subject, value, feed, now_ms)
