"""Indicators of one instrument that go on bar by bar instead of over all bars again."""

from collections.abc import Sequence
from math import nan

import numpy as np
from msgspec import Struct

from rtp_tui.analytics.indicators.columns import BarColumns, Floats
from rtp_tui.analytics.indicators.library import Computation, Stream, Streaming
from rtp_tui.analytics.indicators.newest import KEPT_VALUES, Values
from rtp_tui.analytics.indicators.refusals import ArgumentRefused
from rtp_tui.analytics.indicators.rings import Ring

MOST_TOLD = 5
"""After more bars than that it is quicker to open streams anew."""


class Prepared(Struct, frozen=True):
    """An indicator as it is worked out each minute."""

    computation: Computation
    streaming: Streaming | None
    picked: slice
    """Which of its results are asked for."""


class Streams:
    """What indicators come to at the newest bars of one ring: by definition what its whole series comes to.

    A bar that came behind the newest is told to a stream of each indicator. When anything else happened to the ring, all
    are opened anew with the bars there are.
    """

    __slots__ = ("_prepared", "_revisions", "_rows", "_streams", "_told")

    def __init__(self, prepared: Sequence[Prepared]) -> None:
        self._prepared = prepared
        self._streams: list[Stream | None] = []
        self._rows = np.empty((0, 0))
        self._revisions = -1
        self._told = 0

    def values(self, ring: Ring) -> Values:
        """At the newest bars of a ring, which is the same one each time. Raises ArgumentRefused."""
        bars, revisions = ring.columns, self._revisions
        # What ends halfway is opened anew the next time: some streams know a bar that others do not.
        self._revisions = -1
        if revisions == ring.revisions and len(bars) - self._told <= MOST_TOLD:
            for count in range(self._told + 1, len(bars) + 1):
                self._tell(bars.until(count))
        else:
            self._open(bars)
        self._told, self._revisions = len(bars), ring.revisions
        return Values(tuple(bars.open_ms[-KEPT_VALUES:].tolist()), self._rows)

    def _open(self, bars: BarColumns) -> None:
        rows, newest = tuple(bars.rows), list[Floats]()
        self._streams.clear()
        for one in self._prepared:
            stream, results = _begun(one, rows)
            self._streams.append(stream)
            newest += [result[-KEPT_VALUES:] for result in results[one.picked]]
        self._rows = np.array(newest, np.float64)

    def _tell(self, bars: BarColumns) -> None:
        """The newest of these bars to all streams."""
        rows, bar = tuple(bars.rows), bars.rows[:, -1].tolist()
        newest, whole = list[float](), dict[int, Floats]()
        for place, (one, stream) in enumerate(zip(self._prepared, self._streams, strict=True)):
            if stream is not None and one.streaming is not None:
                told = stream.update(*one.streaming.pick(bar))
                newest += (told if isinstance(told, tuple) else (told,))[one.picked]
            else:
                self._streams[place], results = _begun(one, rows)
                whole.update(enumerate(results[one.picked], len(newest)))
                newest += [nan] * len(results[one.picked])
        self._rows = np.column_stack((self._rows[:, 1 - KEPT_VALUES :], newest))
        for place, result in whole.items():
            self._rows[place] = result[-KEPT_VALUES:]


def _begun(one: Prepared, rows: Sequence[Floats]) -> tuple[Stream | None, tuple[Floats, ...]]:
    """A stream after these bars and what it came to; no stream where there is none, or none as yet."""
    if one.streaming is not None:
        try:
            return one.streaming.opened(rows)
        except ArgumentRefused:
            pass
    return None, one.computation(rows)
