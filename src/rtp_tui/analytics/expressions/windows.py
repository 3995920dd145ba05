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
    """The newest bars of one instrument; room for twice as many, so that they are seldom moved."""

    __slots__ = ("_begin", "_end", "_figures", "_open_ms")

    def __init__(self, bars: Sequence[Bar] = ()) -> None:
        self._figures = np.full((len(FIGURES), 2 * WINDOW), np.nan)
        self._open_ms = np.full(2 * WINDOW, NO_BAR_MS, np.int64)
        self._begin = self._end = WINDOW
        for bar in bars:
            self.add(bar)

    @property
    def newest_ms(self) -> int:
        """When the newest bar begins; long ago where there is none."""
        return int(self._open_ms[self._end - 1]) if self._end > self._begin else NO_BAR_MS

    def add(self, bar: Bar) -> bool:
        """Take the next bar, or another word on one that is known; False where it is neither."""
        newest_ms = self.newest_ms
        if bar.open_ms > newest_ms:
            if self._end == 2 * WINDOW:
                self._move()
            self._put(self._end, bar)
            self._end += 1
            return True
        at = int(np.searchsorted(self._open_ms[self._begin : self._end], bar.open_ms)) + self._begin
        if at < self._end and self._open_ms[at] == bar.open_ms:
            self._put(at, bar)
        return False

    def figures(self) -> Floats:
        """A window of each figure."""
        return self._figures[:, self._end - WINDOW : self._end]

    def moments(self) -> Moments:
        """When the bars of the window begin."""
        return self._open_ms[self._end - WINDOW : self._end]

    def _put(self, at: int, bar: Bar) -> None:
        self._open_ms[at] = bar.open_ms
        self._figures[:, at] = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.trades)

    def _move(self) -> None:
        self._figures[:, :WINDOW] = self._figures[:, WINDOW:]
        self._open_ms[:WINDOW] = self._open_ms[WINDOW:]
        self._begin = max(0, self._begin - WINDOW)
        self._end = WINDOW


def windows_of(rings: Sequence[BarRing], spreads: Sequence[float | None]) -> Windows:
    """The newest bars of several instruments."""
    figures = np.stack([ring.figures() for ring in rings], axis=1)
    return Windows(
        figures={name: figures[number] for number, name in enumerate(FIGURES)},
        open_ms=np.stack([ring.moments() for ring in rings]),
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
