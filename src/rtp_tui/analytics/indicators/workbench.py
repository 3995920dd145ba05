"""What computes indicators: the library and the newest bars, both at home in one thread."""

from collections.abc import Iterable, Sequence

import numpy as np

from rtp_tui.analytics.indicators.catalogue import Indicator
from rtp_tui.analytics.indicators.columns import BarColumns, Floats, columns_of, joined
from rtp_tui.analytics.indicators.computing import compute, picked
from rtp_tui.analytics.indicators.library import Library
from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.refusals import ArgumentRefused
from rtp_tui.analytics.indicators.rings import Rings
from rtp_tui.analytics.indicators.streams import Prepared, Streams
from rtp_tui.analytics.swings import PlainBar
from rtp_tui.model.indicators import IndicatorSeries
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar

Page = tuple[tuple[int, ...], tuple[IndicatorSeries, ...], int | None]
"""When bars begin, what indicators come to at them, and when the bar after them begins."""


class Workbench:
    """Used in the thread that it was made in, and nowhere else."""

    def __init__(self) -> None:
        self.library = Library()
        self.rings = Rings()
        self._tried: tuple[Sequence[Indicator], list[Prepared], dict[str, str]] = ((), [], {})
        """What rounds ask for: tried out once, until something else is asked for."""
        self._streams: dict[InstrumentId, Streams] = {}

    def newest(
        self, indicators: Sequence[Indicator], instruments: Iterable[InstrumentId], at_ms: int
    ) -> Newest:
        """What indicators come to at the newest bars of instruments, those left out that have no bar.

        Raises LibraryMissing. An indicator that refuses what it is told is left out, and said to be.
        """
        prepared, refused = self._prepared(indicators)
        names = [name for one in indicators if one.name not in refused for name in one.series]
        held = self.rings.held
        found = {
            instrument: self._streams_of(instrument, prepared).values(held[instrument])
            for instrument in instruments
            if instrument in held and len(held[instrument])
        }
        return Newest(at_ms, {name: place for place, name in enumerate(names)}, found, refused)

    def keep(self, instruments: Iterable[InstrumentId]) -> None:
        """Forget the bars and streams of all but these."""
        self.rings.keep(instruments)
        self._streams = {one: found for one, found in self._streams.items() if one in self.rings.held}

    def columns_of(self, bars: Sequence[Bar]) -> BarColumns:
        """Columns of bars that ascend."""
        return columns_of(bars)

    def page(
        self, indicators: Sequence[Indicator], parts: Sequence[BarColumns], start_ms: int | None, limit: int
    ) -> Page:
        """The values of indicators at the first `limit` bars since a moment, at the newest where none is named.

        The bars before these settle the indicators that need it. Raises LibraryMissing and ArgumentRefused.
        """
        bars = joined(parts)
        skipped = len(bars) - limit if start_ms is None else int(np.searchsorted(bars.open_ms, start_ms))
        skipped = max(0, skipped)
        settled = compute((one for one in indicators if not one.function.is_cumulative), bars, self.library)
        summed = (one for one in indicators if one.function.is_cumulative)
        found = {name: values[skipped:] for name, values in settled.items()}
        found.update(compute(summed, bars.since(skipped), self.library))
        names = (name for one in indicators for name in one.series)
        series = tuple(IndicatorSeries(name, _told(found[name][:limit])) for name in names)
        open_ms: list[int] = bars.open_ms[skipped : skipped + limit + 1].tolist()
        return tuple(open_ms[:limit]), series, open_ms[limit] if len(open_ms) > limit else None

    def plain_bars(self, parts: Sequence[BarColumns], limit: int) -> list[PlainBar]:
        """The newest bars, one by one; those left out that have something in them which is no number."""
        bars = joined(parts)
        usable = bars.usable
        open_ms = bars.open_ms[usable][-limit:].tolist()
        columns = bars.rows[:, usable][:, -limit:].tolist()
        return [PlainBar(*values) for values in zip(open_ms, *columns, strict=True)]

    def _streams_of(self, instrument: InstrumentId, prepared: Sequence[Prepared]) -> Streams:
        found = self._streams.get(instrument)
        if found is None:
            found = self._streams[instrument] = Streams(prepared)
        return found

    def _prepared(self, indicators: Sequence[Indicator]) -> tuple[list[Prepared], dict[str, str]]:
        """The same for the same indicators; others are opened for all instruments."""
        asked, prepared, refused = self._tried
        if asked != indicators:
            prepared, refused = self._tried_out(indicators)
            self._tried = (indicators, prepared, refused)
            self._streams.clear()
        return prepared, refused

    def _tried_out(self, indicators: Sequence[Indicator]) -> tuple[list[Prepared], dict[str, str]]:
        prepared: list[Prepared] = []
        refused: dict[str, str] = {}
        for indicator in indicators:
            try:
                computation = self.library.prepared(indicator)
                computation(_SAMPLE)
                prepared.append(Prepared(computation, self.library.streaming(indicator), picked(indicator)))
            except ArgumentRefused as error:
                refused[indicator.name] = str(error)
        return prepared, refused


_SAMPLE = tuple(np.ones((5, 2)))
"""Bars that tell whether a function takes what it is told."""


def _told(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if value != value else value for value in values.tolist())
