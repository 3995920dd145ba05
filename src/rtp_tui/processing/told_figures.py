"""The figures of a day that one feed tells of one instrument; what the engine computes itself is in day_figures."""

from msgspec import Struct

from rtp_tui.model.market import Tick


class ToldFigures(Struct):
    """What a feed told last; two feeds' figures are never those of one quote."""

    open_24h: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    previous_close: float | None = None

    def take(self, tick: Tick) -> bool:
        """Take what a tick tells of them; whether any changed."""
        changed = False
        if tick.open_24h is not None and tick.open_24h != self.open_24h:
            self.open_24h, changed = tick.open_24h, True
        if tick.high_24h is not None and tick.high_24h != self.high_24h:
            self.high_24h, changed = tick.high_24h, True
        if tick.low_24h is not None and tick.low_24h != self.low_24h:
            self.low_24h, changed = tick.low_24h, True
        if tick.previous_close is not None and tick.previous_close != self.previous_close:
            self.previous_close, changed = tick.previous_close, True
        return changed
