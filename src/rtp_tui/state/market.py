"""Prices: the newest quote and the last minutes of each instrument."""

from collections import deque
from collections.abc import Iterable

from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarsBackfilled, Quote

SPARKLINE_POINTS = 16


class MarketSlice:
    """Instruments by id, their newest quotes, and at most 16 one-minute closes each."""

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self.instruments: dict[InstrumentId, Instrument] = {i.id: i for i in instruments}
        self.quotes: dict[InstrumentId, Quote] = {}
        self._closes: dict[InstrumentId, deque[tuple[int, float]]] = {}

    def apply(self, event: Event) -> None:
        payload = event.payload
        if type(payload) is Quote:
            self.quotes[payload.instrument] = payload
        elif type(payload) is Bar:
            self._add_close(payload)
        elif type(payload) is BarsBackfilled:
            self._prepend_closes(payload)

    def sparkline(self, instrument: InstrumentId) -> tuple[float, ...]:
        """Closes, oldest first; the newest price is not among them."""
        return tuple(close for _, close in self._closes.get(instrument, ()))

    def load_sparkline(self, instrument: InstrumentId, closes: tuple[float, ...]) -> None:
        """Take the closes of a snapshot, whose minutes are not told."""
        self._closes[instrument] = deque(((0, close) for close in closes), maxlen=SPARKLINE_POINTS)

    def _add_close(self, bar: Bar) -> None:
        if bar.timeframe != "1m" or not bar.closed:
            return
        closes = self._closes.setdefault(bar.instrument, deque(maxlen=SPARKLINE_POINTS))
        if not closes or closes[-1][0] < bar.open_ms:
            closes.append((bar.open_ms, bar.close))
            return
        for index, (open_ms, _) in enumerate(closes):
            if open_ms == bar.open_ms:
                closes[index] = (open_ms, bar.close)

    def _prepend_closes(self, backfill: BarsBackfilled) -> None:
        if backfill.timeframe != "1m":
            return
        known = self._closes.get(backfill.instrument, ())
        newer = [point for point in known if point[0] > backfill.to_ms]
        older = [(0, close) for close in backfill.closes]
        self._closes[backfill.instrument] = deque((*older, *newer), maxlen=SPARKLINE_POINTS)
