"""When a price has moved far enough to be worth saying."""

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import SignificantChange

DEFAULT_THRESHOLDS_PCT = {"crypto": 1.0, "stocks": 0.5, "fx": 0.5, "index": 0.5, "futures": 0.5}


class ChangeDetector:
    """Announces a move of one instrument by its threshold or more since the last announced price."""

    __slots__ = ("_ceiling", "_floor", "_instrument", "_reference", "_threshold_pct")

    def __init__(self, instrument: InstrumentId, threshold_pct: float) -> None:
        self._instrument = instrument
        self._threshold_pct = threshold_pct
        self._reference = 0.0
        self._floor = 0.0
        self._ceiling = 0.0

    def is_quiet(self, price: float) -> bool:
        """Whether a price is still within the threshold; the question asked for every trade."""
        return self._floor < price < self._ceiling

    def judge(self, price: float, at_ms: int) -> SignificantChange | None:
        """The change to announce, if any; the price becomes the new reference then."""
        if self.is_quiet(price):
            return None
        previous = self._reference
        self._reference = price
        self._floor = price * (1 - self._threshold_pct / 100)
        self._ceiling = price * (1 + self._threshold_pct / 100)
        if previous == 0.0:
            return None
        change_pct = (price / previous - 1) * 100
        return SignificantChange(self._instrument, price, previous, change_pct, at_ms)
