"""The newest bars of several instruments, or of one at several moments, as arrays: one row each, the newest last."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from rtp_tui.model.market import Bar

Floats = NDArray[np.float64]
Moments = NDArray[np.int64]

WINDOW = 600
"""Bars of a row: what indicators go by, so that they come to the same wherever they are worked out."""
FIGURES = ("open", "high", "low", "close", "volume", "trades")
NO_BAR_MS = -(2**62)
"""Where a row has fewer bars: when a bar that is not there begins; its figures are NaN."""
_SPARE = 64
"""Bars that a ring takes before it moves those it has."""


class Windows(Struct, frozen=True):
    """What rules are held against."""

    figures: Mapping[str, Floats]
    """Of each of FIGURES a row of bars."""
    open_ms: Moments
    spread: Floats
    """One value a row: offer minus bid now, NaN where it is not known."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.open_ms.shape[0])


class BarRing:
    """The newest bars of one instrument, with room for a few more than there are, so that they are seldom moved."""

    __slots__ = ("_end", "_figures", "_open_ms")

    def __init__(self, bars: Sequence[Bar] = ()) -> None:
        held = bars[-WINDOW:]
        self._figures = np.empty((len(FIGURES), len(held) + _SPARE))
        self._open_ms = np.empty(len(held) + _SPARE, np.int64)
        self._end = 0
        for bar in held:
            self.add(bar)

    def __len__(self) -> int:
        return min(self._end, WINDOW)

    @property
    def newest_ms(self) -> int:
        """When the newest bar begins; long ago where there is none."""
        return int(self._open_ms[self._end - 1]) if self._end else NO_BAR_MS

    def add(self, bar: Bar) -> bool:
        """Take the next bar, or another word on one that is known; False where it is neither."""
        if bar.open_ms > self.newest_ms:
            if self._end == len(self._open_ms):
                self._move()
            self._put(self._end, bar)
            self._end += 1
            return True
        at = int(np.searchsorted(self._open_ms[: self._end], bar.open_ms))
        if self._open_ms[at] == bar.open_ms:
            self._put(at, bar)
        return False

    def figures(self) -> Floats:
        """The bars that a window shows, a row of each figure."""
        return self._figures[:, self._end - len(self) : self._end]

    def moments(self) -> Moments:
        """When those bars begin."""
        return self._open_ms[self._end - len(self) : self._end]

    def _put(self, at: int, bar: Bar) -> None:
        self._open_ms[at] = bar.open_ms
        self._figures[:, at] = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.trades)

    def _move(self) -> None:
        """Begin anew with what a window shows, and room behind it."""
        figures, moments, count = self.figures(), self.moments(), len(self)
        self._figures = np.empty((len(FIGURES), count + _SPARE))
        self._open_ms = np.empty(count + _SPARE, np.int64)
        self._figures[:, :count], self._open_ms[:count] = figures, moments
        self._end = count


def windows_of(rings: Sequence[BarRing], spreads: Sequence[float | None]) -> Windows:
    """The newest bars of several instruments."""
    figures = np.full((len(FIGURES), len(rings), WINDOW), np.nan)
    open_ms = np.full((len(rings), WINDOW), NO_BAR_MS, np.int64)
    for row, ring in enumerate(rings):
        figures[:, row, WINDOW - len(ring) :] = ring.figures()
        open_ms[row, WINDOW - len(ring) :] = ring.moments()
    return Windows(
        figures={name: figures[number] for number, name in enumerate(FIGURES)},
        open_ms=open_ms,
        spread=np.array([np.nan if one is None else one for one in spreads], np.float64),
    )


class BarColumns(Struct, frozen=True):
    """Bars of one instrument as columns, with room before them for the window of the first one."""

    figures: Floats
    open_ms: Moments

    @property
    def bars(self) -> int:
        """How many there are."""
        return int(self.open_ms.shape[0]) - WINDOW + 1

    def windows(self, first: int, end: int, spread_share: float | None = None) -> Windows:
        """A row for each bar of `[first, end)`; nothing is copied. A spread is a share of the close."""
        span = slice(first, end)
        rolling = np.lib.stride_tricks.sliding_window_view
        figures = {name: rolling(self.figures[number], WINDOW)[span] for number, name in enumerate(FIGURES)}
        share = np.nan if spread_share is None else spread_share
        return Windows(figures, rolling(self.open_ms, WINDOW)[span], figures["close"][:, -1] * share)


def columns_of(bars: Sequence[Bar]) -> BarColumns:
    """Bars that ascend as columns."""
    padding = WINDOW - 1
    figures = np.full((len(FIGURES), padding + len(bars)), np.nan)
    open_ms = np.full(padding + len(bars), NO_BAR_MS, np.int64)
    for number, name in enumerate(FIGURES):
        figures[number, padding:] = [getattr(bar, name) for bar in bars]
    open_ms[padding:] = [bar.open_ms for bar in bars]
    return BarColumns(figures, open_ms)
