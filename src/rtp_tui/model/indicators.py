"""What is told of indicators: which there are, and what they come to."""

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId


class IndicatorParameter(Struct, frozen=True):
    """A number that an indicator can be told."""

    name: str
    default: float
    is_whole: bool


class IndicatorFunction(Struct, frozen=True, kw_only=True):
    """One indicator that there is."""

    name: str
    group: str
    title: str
    inputs: tuple[str, ...]
    """The columns of bars that it reads; `real=close` is read as `close` unless it is told another."""
    parameters: tuple[IndicatorParameter, ...]
    outputs: tuple[str, ...]


class IndicatorCatalogue(Struct, frozen=True, kw_only=True):
    """All indicators that there are, and whether they can be computed."""

    functions: tuple[IndicatorFunction, ...]
    presets: tuple[str, ...]
    """Those that are worked out each minute."""
    obstacle: str = ""
    """Why none can be computed; empty where they can."""


class IndicatorSeries(Struct, frozen=True):
    """One result of an indicator by its full name, `macd(12,26,9).signal`: a value for each bar."""

    name: str
    values: tuple[float | None, ...]


class IndicatorPage(Struct, frozen=True, kw_only=True):
    """Series over bars that ascend, and where the next page starts."""

    instrument: InstrumentId
    timeframe: str
    open_ms: tuple[int, ...]
    """When the bars begin."""
    series: tuple[IndicatorSeries, ...]
    next_cursor: str | None = None


class NewestValues(Struct, frozen=True, kw_only=True):
    """What indicators came to at the newest closed minute of an instrument, in the order of their names."""

    instrument: InstrumentId
    open_ms: int
    values: tuple[float | None, ...]


class NewestIndicators(Struct, frozen=True, kw_only=True):
    """What the last round came to."""

    at_ms: int | None
    """When it was worked out; None where it has not been yet."""
    names: tuple[str, ...]
    instruments: tuple[NewestValues, ...]
