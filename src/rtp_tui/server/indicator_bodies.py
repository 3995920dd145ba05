"""Indicators and levels as they are sent."""

from msgspec import Struct

from rtp_tui.model.indicators import (
    IndicatorCatalogue,
    IndicatorFunction,
    IndicatorPage,
    NewestIndicators,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.levels import Level, Levels, Zone


class CatalogueBody(Struct, frozen=True, kw_only=True):
    """All indicators, those worked out each minute, and why none can be computed (empty: they can)."""

    indicators: tuple[IndicatorFunction, ...]
    presets: tuple[str, ...]
    obstacle: str


class IndicatorsBody(Struct, frozen=True, kw_only=True):
    """A value for each bar of each result; null is "not known"."""

    id: InstrumentId
    timeframe: str
    open_ms: tuple[int, ...]
    values: dict[str, tuple[float | None, ...]]
    """By the full names of results."""
    next_cursor: str | None


class NewestOfOneBody(Struct, frozen=True, kw_only=True):
    """One instrument's values, in the order of the names."""

    id: InstrumentId
    open_ms: int
    values: tuple[float | None, ...]


class NewestBody(Struct, frozen=True, kw_only=True):
    """What the last round came to; `at_ms` is null before the first."""

    at_ms: int | None
    names: tuple[str, ...]
    instruments: tuple[NewestOfOneBody, ...]


class LevelsBody(Struct, frozen=True, kw_only=True):
    """Levels and zones, each ascending by price; strengths are of 100."""

    id: InstrumentId
    timeframe: str
    bars: int
    from_ms: int | None
    to_ms: int | None
    levels: tuple[Level, ...]
    zones: tuple[Zone, ...]


def catalogue_body(catalogue: IndicatorCatalogue) -> CatalogueBody:
    """The catalogue as it is sent."""
    return CatalogueBody(
        indicators=catalogue.functions, presets=catalogue.presets, obstacle=catalogue.obstacle
    )


def indicators_body(page: IndicatorPage) -> IndicatorsBody:
    """A page as it is sent."""
    return IndicatorsBody(
        id=page.instrument,
        timeframe=page.timeframe,
        open_ms=page.open_ms,
        values={series.name: series.values for series in page.series},
        next_cursor=page.next_cursor,
    )


def newest_body(newest: NewestIndicators) -> NewestBody:
    """The last round as it is sent."""
    instruments = (
        NewestOfOneBody(id=one.instrument, open_ms=one.open_ms, values=one.values)
        for one in newest.instruments
    )
    return NewestBody(at_ms=newest.at_ms, names=newest.names, instruments=tuple(instruments))


def levels_body(levels: Levels) -> LevelsBody:
    """Levels and zones as they are sent."""
    return LevelsBody(
        id=levels.instrument,
        timeframe=levels.timeframe,
        bars=levels.bars,
        from_ms=levels.from_ms,
        to_ms=levels.to_ms,
        levels=levels.levels,
        zones=levels.zones,
    )
