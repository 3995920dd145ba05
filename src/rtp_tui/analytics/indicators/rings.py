"""The newest bars of every instrument as columns: what is computed each minute reads nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

import numpy as np

from rtp_tui.analytics.indicators.catalogue import COLUMNS
from rtp_tui.analytics.indicators.columns import BarColumns, Moments, columns_of
from rtp_tui.analytics.indicators.presets import BEGIN_EVERY_MINUTES, LEAST_BARS, MOST_BARS
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar

_BEGIN_EVERY_MS = BEGIN_EVERY_MINUTES * 60_000
_SPARE = 60
"""Bars that are added before those that are held are moved to more room."""


def least_bars(instrument: InstrumentId) -> int:
    """How many bars the series of an instrument has at least, where there are as many.

    More for some than for others, always the same for one: not all series move on in the same minute, neither at an
    even hour nor after a night.
    """
    return LEAST_BARS + crc32(instrument.encode()) % BEGIN_EVERY_MINUTES


def first_of_series(open_ms: Moments, least: int) -> int:
    """The place among bars that ascend where their series begins.

    That is the latest even hour since which there are `least` of them, so that it hangs on nothing but the bars: not
    on when, how often or in which order they were told. Of fewer bars it is the first.
    """
    begin_ms = _begin_ms(open_ms, least)
    return max(int(np.searchsorted(open_ms, begin_ms)), len(open_ms) - MOST_BARS)


def _begin_ms(open_ms: Moments, least: int) -> int:
    return int(open_ms[-least]) // _BEGIN_EVERY_MS * _BEGIN_EVERY_MS if len(open_ms) >= least else 0


class Ring:
    """The series of one instrument; bars that have a value that is no number are left out."""

    __slots__ = ("_count", "_least", "_open_ms", "_rows", "revisions")

    def __init__(self, least: int = LEAST_BARS) -> None:
        self._least = least
        self._open_ms = np.empty(_SPARE, np.int64)
        self._rows = np.empty((len(COLUMNS), _SPARE))
        self._count = 0
        self.revisions = 0
        """How often something else happened than that a bar came behind the newest: another beginning, a bar that
        came late or was corrected."""

    def __len__(self) -> int:
        return self._count

    @property
    def columns(self) -> BarColumns:
        """The bars as they are held: not copied."""
        return BarColumns(self._open_ms[: self._count], self._rows[:, : self._count])

    def put(self, bar: Bar) -> None:
        """Take a bar in the place of the one that begins when it does, or where it belongs."""
        values = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        held = self.columns
        if not all(map(np.isfinite, values)) or bar.open_ms < _begin_ms(held.open_ms, self._least):
            return
        place = int(np.searchsorted(held.open_ms, bar.open_ms))
        is_known = place < len(held) and held.open_ms[place] == bar.open_ms
        if is_known and (*held.rows[:, place].tolist(),) == values:
            return
        self.revisions += place < len(held)
        if not is_known:
            self._make_room(place)
        self._open_ms[place] = bar.open_ms
        self._rows[:, place] = values
        if first := first_of_series(self.columns.open_ms, self._least):
            self._hold(self.columns.since(first))
            self.revisions += 1

    def fill(self, bars: Sequence[Bar]) -> None:
        """Hold the series of these bars, which ascend, in place of all others."""
        found = columns_of(bars)
        usable = found.usable
        found = BarColumns(found.open_ms[usable], found.rows[:, usable])
        found = found.since(first_of_series(found.open_ms, self._least))
        self.revisions += not found.goes_on_from(self.columns)
        self._hold(found)

    def _make_room(self, place: int) -> None:
        """Let a bar in before a place."""
        if self._count == len(self._open_ms):
            self._hold(self.columns)
        self._open_ms[place + 1 : self._count + 1] = self._open_ms[place : self._count]
        self._rows[:, place + 1 : self._count + 1] = self._rows[:, place : self._count]
        self._count += 1

    def _hold(self, bars: BarColumns) -> None:
        """Begin anew with these, in as much room as they need and a little more."""
        count = len(bars)
        self._open_ms = np.empty(count + _SPARE, np.int64)
        self._rows = np.empty((len(COLUMNS), count + _SPARE))
        self._open_ms[:count], self._rows[:, :count] = bars.open_ms, bars.rows
        self._count = count


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
            ring = self._rings[instrument] = Ring(least_bars(instrument))
        return ring
