"""Prices: the newest quote and the last minutes of each instrument."""

from collections.abc import Iterable

from msgspec import Struct

from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarsBackfilled, InstrumentAdded, InstrumentRemoved, Quote

SPARKLINE_POINTS = 32
MINUTE_MS = 60_000


class Closes(Struct, frozen=True):
    """The newest one-minute closes of an instrument, oldest first, and the minute of the last of them."""

    closes: tuple[float, ...] = ()
    to_ms: int = 0

    def with_bar(self, bar: Bar) -> "Closes":
        """After a minute closed, or the newest was revised; revisions of older ones do not show."""
        if bar.open_ms < self.to_ms:
            return self
        kept = self.closes[:-1] if bar.open_ms == self.to_ms else self.closes
        return Closes((*kept, bar.close)[-SPARKLINE_POINTS:], bar.open_ms)

    def with_backfill(self, backfill: BarsBackfilled) -> "Closes":
        """After older minutes arrived: as many of the known ones stay as are newer."""
        newer = max(0, self.to_ms - backfill.to_ms) // MINUTE_MS
        kept = self.closes[-newer:] if newer else ()
        joined = (*backfill.closes, *kept)[-SPARKLINE_POINTS:]
        return Closes(joined, max(self.to_ms, backfill.to_ms))


class MarketSlice:
    """Instruments by id, their newest quotes, and at most 32 one-minute closes each."""

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self.instruments: dict[InstrumentId, Instrument] = {i.id: i for i in instruments}
        self.quotes: dict[InstrumentId, Quote] = {}
        self.closes: dict[InstrumentId, Closes] = {}

    def apply(self, event: Event) -> None:
        payload = event.payload
        if type(payload) is Quote:
            self.quotes[payload.instrument] = payload
        elif type(payload) is Bar:
            if payload.timeframe == "1m" and payload.closed:
                self.closes[payload.instrument] = self._closes(payload.instrument).with_bar(payload)
        elif type(payload) is InstrumentAdded:
            self.instruments[payload.instrument.id] = payload.instrument
        elif type(payload) is InstrumentRemoved:
            for known in (self.instruments, self.quotes, self.closes):
                known.pop(payload.instrument, None)
        elif type(payload) is BarsBackfilled and payload.timeframe == "1m":
            self.closes[payload.instrument] = self._closes(payload.instrument).with_backfill(payload)

    def sparkline(self, instrument: InstrumentId) -> tuple[float, ...]:
        """Closes, oldest first; the newest price is not among them."""
        return self._closes(instrument).closes

    def sparkline_to_ms(self, instrument: InstrumentId) -> int:
        """When the minute of the newest close began; 0 without one."""
        return self._closes(instrument).to_ms

    def _closes(self, instrument: InstrumentId) -> Closes:
        return self.closes.get(instrument, _NO_CLOSES)


_NO_CLOSES = Closes()
