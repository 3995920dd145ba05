"""Bars as columns of numbers, which is how they are computed with."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from rtp_tui.analytics.indicators.catalogue import COLUMNS
from rtp_tui.model.market import Bar

Floats = npt.NDArray[np.float64]
Moments = npt.NDArray[np.int64]


class BarColumns:
    """Bars of one instrument and timeframe, ascending: when each begins, and a row for each of their columns."""

    __slots__ = ("open_ms", "rows")

    def __init__(self, open_ms: Moments, rows: Floats) -> None:
        self.open_ms = open_ms
        self.rows = rows
        """Open, high, low, close and volume, each contiguous."""

    def __len__(self) -> int:
        return len(self.open_ms)

    @property
    def nbytes(self) -> int:
        """What they hold in memory."""
        return int(self.open_ms.nbytes + self.rows.nbytes)

    def since(self, start: int) -> "BarColumns":
        """Without the first so many bars."""
        return BarColumns(self.open_ms[start:], self.rows[:, start:])

    def goes_on_from(self, before: "BarColumns") -> bool:
        """Whether it has all of these bars first, as they were."""
        begun = self.until(len(before))
        return np.array_equal(begun.open_ms, before.open_ms) and np.array_equal(begun.rows, before.rows)

    def until(self, end: int) -> "BarColumns":
        """The first so many bars."""
        return BarColumns(self.open_ms[:end], self.rows[:, :end])

    def between(self, start_ms: int, end_ms: int) -> "BarColumns":
        """Those that begin in `[start_ms, end_ms)`."""
        first, last = np.searchsorted(self.open_ms, (start_ms, end_ms)).tolist()
        return BarColumns(self.open_ms[first:last], self.rows[:, first:last])

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Which bars have a number in every column."""
        return cast("npt.NDArray[np.bool_]", np.isfinite(self.rows).all(axis=0))


def columns_of(bars: Sequence[Bar]) -> BarColumns:
    """Columns of bars that ascend."""
    open_ms = np.fromiter((bar.open_ms for bar in bars), np.int64, len(bars))
    rows = np.empty((len(COLUMNS), len(bars)))
    for row, column in zip(rows, COLUMNS, strict=True):
        row[:] = [getattr(bar, column) for bar in bars]
    return BarColumns(open_ms, rows)


def joined(parts: Sequence[BarColumns]) -> BarColumns:
    """Columns one behind the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return columns_of(())
    open_ms = np.concatenate([part.open_ms for part in parts])
    return BarColumns(open_ms, np.concatenate([part.rows for part in parts], axis=1))
