"""What the data means: the newest signals, and how each strategy does."""

from rtp_tui.model.events import Event
from rtp_tui.model.signals import Signal, StrategyStatus

KEPT_SIGNALS = 100


class AnalyticsSlice:
    """The newest word on each signal, and on each strategy by name."""

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        """By id, oldest first."""
        self.strategies: dict[str, StrategyStatus] = {}

    def apply(self, event: Event) -> None:
        payload = event.payload
        if isinstance(payload, Signal):
            self.note(payload)
        elif isinstance(payload, StrategyStatus):
            self.strategies[payload.strategy.name] = payload

    def note(self, signal: Signal) -> None:
        """Take the newest word on a signal; an outcome of one that is forgotten does not bring it back."""
        if signal.outcomes and signal.id not in self.signals and len(self.signals) >= KEPT_SIGNALS:
            return
        self.signals[signal.id] = signal
        while len(self.signals) > KEPT_SIGNALS:
            del self.signals[next(iter(self.signals))]
