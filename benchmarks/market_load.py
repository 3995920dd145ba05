"""A market for tables: so many instruments, so many random quote updates a second, the newest of each every 100 ms."""

import random

from rtp_tui.clock import Clock
from rtp_tui.model.health import Freshness, FreshnessVerdict
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Quote

INSTRUMENTS = 500
UPDATES_PER_S = 1_000
EVERY_S = 0.1


def symbol(number: int) -> str:
    """`S007`: what a reader of the terminal looks for."""
    return f"S{number:03d}"


class MarketLoad:
    """Quotes that walk at random, always the same way."""

    def __init__(
        self, clock: Clock, instruments: int = INSTRUMENTS, updates_per_s: int = UPDATES_PER_S
    ) -> None:
        self._clock = clock
        self._updates_per_s = updates_per_s
        self._random = random.Random(7)
        self._began = clock.monotonic()
        self._updates = 0
        self.instruments = [
            Instrument(
                id=InstrumentId(f"crypto:{symbol(n)}"), name=f"Load {n}", feeds=(f"load:{n}",), precision=2
            )
            for n in range(instruments)
        ]
        self.quotes = {instrument.id: self._first(instrument.id) for instrument in self.instruments}

    def verdict(self, instrument: InstrumentId) -> FreshnessVerdict:
        """All of them are live."""
        return FreshnessVerdict(
            instrument=instrument,
            freshness=Freshness.LIVE,
            reason="",
            at_ms=self._clock.now_ms(),
            connected=True,
        )

    def due(self) -> dict[InstrumentId, Quote]:
        """The newest quote of each instrument that was updated since the last call."""
        elapsed_s = self._clock.monotonic() - self._began
        wanted = int(elapsed_s * self._updates_per_s)
        changed = {}
        for _ in range(wanted - self._updates):
            instrument = self._random.choice(self.instruments).id
            changed[instrument] = self.quotes[instrument] = self._moved(self.quotes[instrument])
        self._updates = wanted
        return changed

    def _first(self, instrument: InstrumentId) -> Quote:
        return self._quote(instrument, self._random.uniform(10, 5000), self._random.uniform(-5, 5))

    def _moved(self, quote: Quote) -> Quote:
        step_pct = self._random.uniform(-0.05, 0.05)
        price = (quote.price or 1.0) * (1 + step_pct / 100)
        return self._quote(quote.instrument, price, (quote.change_24h_pct or 0.0) + step_pct)

    def _quote(self, instrument: InstrumentId, price: float, change_pct: float) -> Quote:
        now_ms = self._clock.now_ms()
        return Quote(
            instrument=instrument,
            price=price,
            event_ms=now_ms,
            received_ms=now_ms,
            source="load:1",
            bid=price - 0.01,
            ask=price + 0.01,
            change_24h_pct=change_pct,
            volume_24h=1e6,
        )
