"""How much faster an instrument is asked for while its price moves. Pure; told prices and the time.

A move counts by what is usual for the instrument: its own slow mean of moves (EWMA), scaled by the root of
the time between two looks, as a random walk is; or outright where it is worth announcing.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.scheduling.adaptive_rate import Rate

FASTEST = 4
"""So many times faster at most."""
LIVELY, CALM = 3.0, 1.5
"""A move of so many usual ones makes it faster; one below so many is calm. Between them nothing changes."""
CALM_LOOKS = 3
"""After so many calm looks in a row it is slowed down by a step."""
LEARNED_FROM = 8
"""So many moves tell what is usual."""
SLOWNESS = 0.05
"""The weight of the newest move in what is usual."""


class Liveliness:
    """One instrument: 1, 2 or 4 times as fast."""

    def __init__(self, price: float, now_s: float) -> None:
        self.speed = 1
        self._price = price
        self._seen_s = now_s
        self._usual_pct = 0.0
        self._moves = self._calm = 0

    def look(self, price: float, now_s: float, base_s: float, threshold_pct: float) -> None:
        """Take the newest price in; looks at the same moment count once."""
        elapsed_s = now_s - self._seen_s
        if elapsed_s <= 0 or price <= 0:
            return
        move_pct = abs(price / self._price - 1) * 100
        scaled_pct = move_pct / math.sqrt(elapsed_s / base_s)
        self._price, self._seen_s = price, now_s
        self._judge(move_pct >= threshold_pct, scaled_pct)
        self._learn(scaled_pct)

    def _judge(self, is_announced: bool, scaled_pct: float) -> None:
        is_known = self._moves >= LEARNED_FROM
        if is_announced or (is_known and scaled_pct > LIVELY * self._usual_pct > 0):
            self.speed, self._calm = min(FASTEST, self.speed * 2), 0
        elif not is_known or scaled_pct <= CALM * self._usual_pct:
            self._calm += 1
            if self._calm >= CALM_LOOKS:
                self.speed, self._calm = max(1, self.speed // 2), 0

    def _learn(self, scaled_pct: float) -> None:
        """A single jump does not make jumps usual."""
        self._moves += 1
        if self._moves <= LEARNED_FROM:
            self._usual_pct += (scaled_pct - self._usual_pct) / self._moves
        else:
            capped_pct = min(scaled_pct, LIVELY * self._usual_pct) if self._usual_pct else scaled_pct
            self._usual_pct += SLOWNESS * (capped_pct - self._usual_pct)


class Volatility:
    """All instruments that are asked for at an interval.

    `price_of` gives the newest price of one; `cadence_ms_of` how often its provider may be asked, None for
    one that nobody has to ask for.
    """

    def __init__(
        self,
        price_of: Callable[[InstrumentId], float | None],
        cadence_ms_of: Callable[[InstrumentId], int | None],
        thresholds_pct: Mapping[str, float],
    ) -> None:
        self._price_of = price_of
        self._cadence_ms_of = cadence_ms_of
        self._thresholds_pct = thresholds_pct
        self._known: dict[InstrumentId, Liveliness] = {}

    def look(self, instruments: Iterable[Instrument], base_ms: int, now_s: float) -> None:
        """Take the newest prices in."""
        for instrument in instruments:
            price = self._price_of(instrument.id)
            if price is None or price <= 0:
                continue
            known = self._known.get(instrument.id)
            if known is None:
                self._known[instrument.id] = Liveliness(price, now_s)
            else:
                threshold_pct = self._thresholds_pct.get(instrument.asset_class, 1.0)
                known.look(price, now_s, base_ms / 1000, threshold_pct)

    def interval_ms(self, instrument: InstrumentId, base_ms: int) -> int:
        """How often it is to be asked for: never less than asked for, never more than its provider allows."""
        known, cadence_ms = self._known.get(instrument), self._cadence_ms_of(instrument)
        if known is None or cadence_ms is None or known.speed == 1:
            return base_ms
        return min(base_ms, max(base_ms // known.speed, cadence_ms))

    def judge(
        self, awake: Sequence[Instrument], base_ms: int, now_s: float
    ) -> tuple[tuple[InstrumentId, ...], Rate | None]:
        """Take the newest prices in; those that move, and how often these are to be asked for."""
        self.look(awake, base_ms, now_s)
        quick_ms = {one.id: self.interval_ms(one.id, base_ms) for one in awake}
        lively = tuple(one for one, interval_ms in quick_ms.items() if interval_ms < base_ms)
        if not lively:
            return (), None
        return lively, Rate(min(quick_ms.values()), reason=f"faster: {_some(lively)} on the move")


def _some(instruments: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(instruments) - 1
    return f"{instruments[0]} and {more} more" if more else instruments[0]
