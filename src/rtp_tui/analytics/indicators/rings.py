"""The newest bars of every instrument as columns: what is computed each minute reads nothing else."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from rtp_tui.analytics.indicators.catalogue import COLUMNS
from rtp_tui.analytics.indicators.columns import BarColumns, columns_of
from rtp_tui.analytics.indicators.presets import RING_BARS
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar

_ROOM = 300
"""So many bars are added before the newest are moved to the front."""


class Ring:
    """The newest 600 bars of one instrument; what has a value that is no number is left out."""

    __slots__ = ("_begin", "_end", "_open_ms", "_rows")

    def __init__(self) -> None:
        self._open_ms = np.empty(RING_BARS + _ROOM, np.int64)
        self._rows = np.empty((len(COLUMNS), RING_BARS + _ROOM))
        self._begin = self._end = 0

    def __len__(self) -> int:
        return self._end - self._begin

    @property
    def columns(self) -> BarColumns:
        """The bars as they are held: not copied."""
        held = slice(self._begin, self._end)
        return BarColumns(self._open_ms[held], self._rows[:, held])

    def put(self, bar: Bar) -> None:
        """Take a bar in the place of the one that begins when it does, or where it belongs."""
        values = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        if not all(map(np.isfinite, values)):
            return
        place = self._place(bar.open_ms)
        if place == self._end or self._open_ms[place] != bar.open_ms:
            if place == self._begin and len(self) == RING_BARS:
                return
            place = self._make_room(place)
        self._open_ms[place] = bar.open_ms
        self._rows[:, place] = values

    def fill(self, bars: Sequence[Bar]) -> None:
        """Hold these bars, which ascend, in place of all others."""
        found = columns_of(bars)
        usable = found.usable
        open_ms, rows = found.open_ms[usable][-RING_BARS:], found.rows[:, usable][:, -RING_BARS:]
        self._begin, self._end = 0, len(open_ms)
        self._open_ms[: self._end] = open_ms
        self._rows[:, : self._end] = rows

    def _place(self, open_ms: int) -> int:
        if self._begin == self._end or open_ms > self._open_ms[self._end - 1]:
            return self._end
        return bisect_left(self._open_ms, open_ms, self._begin, self._end)

    def _make_room(self, place: int) -> int:
        """Let a bar in before a place; where it may be written."""
        if self._end == len(self._open_ms):
            place -= self._begin
            self._move_to_the_front()
        self._open_ms[place + 1 : self._end + 1] = self._open_ms[place : self._end]
        self._rows[:, place + 1 : self._end + 1] = self._rows[:, place : self._end]
        self._end += 1
        if len(self) > RING_BARS:
            self._begin += 1
        return place

    def _move_to_the_front(self) -> None:
        held = self.columns
        count = len(held)
        self._open_ms[:count] = held.open_ms.copy()
        self._rows[:, :count] = held.rows.copy()
        self._begin, self._end = 0, count


class Rings:
    """A ring for each instrument."""

    def __init__(self) -> None:
        self._rings: dict[InstrumentId, Ring] = {}

    def fill(self, instrument: InstrumentId, bars: Sequence[Bar]) -> None:
        """Hold these bars of an instrument in place of all others."""
        self._ring(instrument).fill(bars)

    def put(self, bars: Iterable[Bar]) -> None:
        """Take closed one-minute bars of any instruments."""
        for bar in bars:
            self._ring(bar.instrument).put(bar)

    def keep(self, instruments: Iterable[InstrumentId]) -> None:
        """Forget all but these."""
        kept = set(instruments)
        for instrument in [one for one in self._rings if one not in kept]:
            del self._rings[instrument]

    @property
    def held(self) -> Mapping[InstrumentId, Ring]:
        """The rings by instrument."""
        return self._rings

    def _ring(self, instrument: InstrumentId) -> Ring:
        ring = self._rings.get(instrument)
        if ring is None:
            ring = self._rings[instrument] = Ring()
        return ring
