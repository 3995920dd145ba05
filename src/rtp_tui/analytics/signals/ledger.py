"""What is remembered of signals: those that wait for an outcome, and how each strategy did. Pure."""

from collections.abc import Iterable, Iterator

from rtp_tui.analytics.signals.outcomes import Tally
from rtp_tui.model.signals import HORIZONS_MS, Score, Signal

MOST_PENDING = 20_000
"""Of more the oldest are given up, and counted."""


class _Record:
    """Of one strategy."""

    def __init__(self) -> None:
        self.signals = 0
        self.last_ms: int | None = None
        self.tallies = tuple(map(Tally, HORIZONS_MS))

    def add(self, signal: Signal) -> None:
        self.signals += 1
        self.last_ms = max(signal.at_ms, self.last_ms or 0)
        for tally, outcome in zip(self.tallies, signal.outcomes, strict=False):
            tally.add(outcome)


class SignalLedger:
    """Told of each signal and of each outcome once."""

    def __init__(self) -> None:
        self.given_up = 0
        """Signals whose outcomes nobody waits for, since there were too many."""
        self._pending: dict[str, Signal] = {}
        self._records: dict[str, _Record] = {}

    def restore(self, signals: Iterable[Signal]) -> None:
        """Go on from an earlier run's, oldest first."""
        for signal in signals:
            self.add(signal)

    def add(self, signal: Signal) -> None:
        """Take a signal with the outcomes that it has."""
        self._record(signal.strategy).add(signal)
        if signal.is_pending:
            self._pending[signal.id] = signal
        while len(self._pending) > MOST_PENDING:
            del self._pending[next(iter(self._pending))]
            self.given_up += 1

    def settle(self, signal: Signal) -> None:
        """Take a signal that has one more outcome."""
        self._record(signal.strategy).tallies[len(signal.outcomes) - 1].add(signal.outcomes[-1])
        if signal.is_pending:
            self._pending[signal.id] = signal
        else:
            self._pending.pop(signal.id, None)

    @property
    def pending(self) -> int:
        """How many wait for an outcome."""
        return len(self._pending)

    def due(self, now_ms: int) -> Iterator[Signal]:
        """Those whose next outcome may be known."""
        return (
            one for one in tuple(self._pending.values()) if one.due_ms is not None and one.due_ms <= now_ms
        )

    def signals(self, strategy: str) -> int:
        """How many a strategy gave."""
        return self._record(strategy).signals

    def last_ms(self, strategy: str) -> int | None:
        """When a strategy gave its newest."""
        return self._record(strategy).last_ms

    def scores(self, strategy: str) -> tuple[Score, ...]:
        """How a strategy did."""
        return tuple(tally.score() for tally in self._record(strategy).tallies)

    def _record(self, strategy: str) -> _Record:
        record = self._records.get(strategy)
        if record is None:
            record = self._records[strategy] = _Record()
        return record
