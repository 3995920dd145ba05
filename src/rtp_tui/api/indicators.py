"""Answers about indicators: which there are, what they come to over any bars, and what the last round came to."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rtp_tui.analytics.indicators.catalogue import (
    Function,
    Indicator,
    UnknownIndicator,
    catalogue,
    indicator,
    indicators,
)
from rtp_tui.analytics.indicators.naming import Misspelled
from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.presets import PRESETS
from rtp_tui.analytics.indicators.refusals import ArgumentRefused, LibraryMissing
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.api.bar_blocks import BarBlocks, Series
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest, Unavailable, UnknownInstrument
from rtp_tui.model.indicators import (
    IndicatorCatalogue,
    IndicatorFunction,
    IndicatorPage,
    IndicatorParameter,
    NewestIndicators,
    NewestValues,
)
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.queries import GetIndicatorCatalogue, GetIndicators, GetNewestIndicators
from rtp_tui.storage.pages import cursor_number

if TYPE_CHECKING:
    from rtp_tui.analytics.indicators.columns import BarColumns
    from rtp_tui.analytics.indicators.workbench import Page, Workbench

MOST_NAMES = 250
MOST_BARS = 10_000
MOST_VALUES = 500_000
"""Of one page: so many names times so many bars."""

InstrumentOf = Callable[[InstrumentId], Instrument | None]


class IndicatorAnswers:
    """Computes what is asked for; nothing of it is stored."""

    def __init__(
        self,
        blocks: BarBlocks,
        thread: IndicatorThread,
        newest: Callable[[], Newest | None],
        instrument_of: InstrumentOf,
        clock: Clock,
    ) -> None:
        self._blocks = blocks
        self._thread = thread
        self._newest = newest
        self._instrument_of = instrument_of
        self._clock = clock

    async def catalogue(self, _query: GetIndicatorCatalogue) -> IndicatorCatalogue:
        """Everything that there is a name for."""
        return IndicatorCatalogue(
            functions=tuple(map(_function, catalogue().values())),
            presets=PRESETS,
            obstacle=self._thread.obstacle(),
        )

    async def indicators(self, query: GetIndicators) -> IndicatorPage:
        """Raises UnknownInstrument, BadRequest, Unavailable, Failed."""
        wanted = self._wanted(query)
        series = Series(query.instrument, query.timeframe)
        warm_up = max(one.warm_up for one in wanted)
        now_ms = self._clock.now_ms()
        end_ms = now_ms + 1 if query.end_ms is None else min(query.end_ms, now_ms + 1)
        start_ms = query.start_ms if query.cursor is None else cursor_number(query.cursor)
        if start_ms is None:
            bars = await self._blocks.before(series, end_ms, query.limit + warm_up)
        else:
            start_ms = min(start_ms, end_ms)
            before = await self._blocks.before(series, start_ms, warm_up) if warm_up else ()
            # One more than fits tells where the next page begins.
            bars = (*before, *await self._blocks.since(series, start_ms, end_ms, query.limit + 1))
        work = partial(_page, wanted, bars, start_ms, query.limit)
        open_ms, found, next_ms = await self._computed(work)
        return IndicatorPage(
            instrument=query.instrument,
            timeframe=query.timeframe,
            open_ms=open_ms,
            series=found,
            next_cursor=None if next_ms is None else str(next_ms),
        )

    async def newest(self, query: GetNewestIndicators) -> NewestIndicators:
        """What the last round came to. Raises BadRequest for what it does not work out."""
        found = self._newest()
        if found is None:
            return NewestIndicators(at_ms=None, names=(), instruments=())
        wanted = [name for one in _named(query.names) for name in one.series]
        names = tuple(wanted or found.series)
        unknown = [name for name in names if name not in found.series]
        if unknown:
            raise BadRequest(f"names: {unknown[0]} is not worked out each minute")
        values = tuple(
            NewestValues(
                instrument=instrument,
                open_ms=of.open_ms[-1],
                values=tuple(found.value(instrument, name) for name in names),
            )
            for instrument, of in found.instruments.items()
        )
        return NewestIndicators(at_ms=found.at_ms, names=names, instruments=values)

    def _wanted(self, query: GetIndicators) -> tuple[Indicator, ...]:
        """What is asked for, if it can be given. Raises UnknownInstrument, BadRequest."""
        if self._instrument_of(query.instrument) is None:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        if not 1 <= query.limit <= MOST_BARS:
            raise BadRequest(f"limit: between 1 and {MOST_BARS}")
        if not 1 <= len(query.names) <= MOST_NAMES:
            raise BadRequest(f"names: between 1 and {MOST_NAMES}, such as rsi(14),macd(12,26,9).signal")
        wanted = _named(query.names)
        if sum(len(one.series) for one in wanted) * query.limit > MOST_VALUES:
            raise BadRequest(f"limit: so many names times bars are more than {MOST_VALUES} values")
        return wanted

    async def _computed(self, work: "Callable[[Workbench], Page]") -> "Page":
        try:
            return await self._thread.work(work)
        except LibraryMissing as error:
            raise Unavailable(str(error)) from error
        except ArgumentRefused as error:
            raise BadRequest(f"names: {error}") from error


def _page(
    wanted: Sequence[Indicator],
    bars: "Sequence[BarColumns]",
    start_ms: int | None,
    limit: int,
    bench: "Workbench",
) -> "Page":
    return bench.page(wanted, bars, start_ms, limit)


def _named(names: Sequence[str]) -> tuple[Indicator, ...]:
    """The indicators that names mean. Raises BadRequest, which says what is wrong and where."""
    for name in names:
        try:
            indicator(name)
        except (Misspelled, UnknownIndicator) as error:
            raise BadRequest(f"names: {name[:80]!r}: {error}") from None
    return indicators(names)


def _function(function: Function) -> IndicatorFunction:
    return IndicatorFunction(
        name=function.name,
        group=function.group,
        title=function.title,
        inputs=tuple(
            one.name if one.name == one.column else f"{one.name}={one.column}" for one in function.inputs
        ),
        parameters=tuple(
            IndicatorParameter(one.name, one.default, one.is_whole) for one in function.parameters
        ),
        outputs=function.outputs,
    )
