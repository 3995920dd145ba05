"""TA-Lib, and what is ours beside it: an indicator becomes something that can be called with columns."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from operator import itemgetter
from threading import Lock
from types import ModuleType
from typing import Protocol, cast

import numpy as np
from msgspec import Struct

from rtp_tui.analytics.indicators.catalogue import COLUMNS, CYCLE, VWAP_BANDS, Indicator
from rtp_tui.analytics.indicators.columns import Floats
from rtp_tui.analytics.indicators.refusals import ArgumentRefused, LibraryMissing
from rtp_tui.analytics.indicators.vwap_bands import vwap_bands

Rows = Sequence[Floats]
"""Open, high, low, close and volume, without gaps."""
Computation = Callable[[Rows], tuple[Floats, ...]]
"""From columns to one array a result, as long as they are."""

_Call = Callable[..., object]
_loading = Lock()
"""What is hidden is hidden from the whole process: from one thread at a time."""
_HIDDEN = ("pandas", "polars")
_POSITIONS = frozenset({"maxindex", "minindex", "minmaxindex"})
MOST_PREPARED = 2_000
"""So many are remembered as prepared; then one begins anew."""
LONGEST_WINDOW = 2_000
"""Of the bands, which look at each bar as often as their window is long."""


class Stream(Protocol):
    """An indicator that keeps what it needs of the bars before, and is told each one after them."""

    def update(self, *bar: float) -> float | tuple[float, ...]:
        """What it comes to at one bar more: the same number as over the whole series, to the last bit."""
        ...


class Streaming(Struct, frozen=True):
    """How a stream of an indicator is opened, and which values of a bar it is told."""

    open_and_fill: _Call
    pick: "itemgetter[object]"
    """Picks its columns out of rows, and its values out of a bar that is as long."""
    told: tuple[float, ...]

    def opened(self, rows: Rows) -> tuple[Stream, tuple[Floats, ...]]:
        """A stream after these bars, and what it came to at each.

        Raises ArgumentRefused, for bars too that are too few for a first value.
        """
        try:
            stream, given = cast("tuple[Stream, object]", self.open_and_fill(*self.pick(rows), *self.told))
        except Exception as error:
            raise _refusal(self.open_and_fill, self.told, error) from error
        return stream, _results(given)


class Library:
    """Prepares indicators; used in one thread, since TA-Lib's settings are those of the process."""

    def __init__(self) -> None:
        self._talib: ModuleType | None = None
        self._prepared: dict[str, Computation] = {}

    def prepared(self, indicator: Indicator) -> Computation:
        """What computes an indicator. Raises LibraryMissing; what it gives raises ArgumentRefused."""
        known = self._prepared.get(indicator.name)
        if known is None:
            known = self._prepare(indicator)
            if len(self._prepared) >= MOST_PREPARED:
                self._prepared.clear()
            self._prepared[indicator.name] = known
        return known

    def streaming(self, indicator: Indicator) -> Streaming | None:
        """How it goes on bar by bar; None for what is ours or made of two, which is worked out over whole series.

        Raises LibraryMissing.
        """
        name = indicator.function.name
        if name == VWAP_BANDS.name or name in _POSITIONS or CYCLE in indicator.columns:
            return None
        stream = getattr(self._module().stream, name.upper())
        return Streaming(stream.open_and_fill, _picking(_read(indicator)), _told(indicator))

    def _prepare(self, indicator: Indicator) -> Computation:
        function = indicator.function
        if function.name == VWAP_BANDS.name:
            return _own(indicator)
        call = self._function(function.name)
        told = _told(indicator)
        if CYCLE in indicator.columns:
            return _along_the_cycle(indicator, call, self._function("ht_dcperiod"), told)
        computation = _direct(call, _read(indicator), told)
        return _ages(computation, int(told[0])) if function.name in _POSITIONS else computation

    def _function(self, name: str) -> _Call:
        found = getattr(self._module(), name.upper(), None)
        if found is None:
            raise LibraryMissing(f"the TA-Lib of this machine has no {name}")
        return cast("_Call", found)

    def _module(self) -> ModuleType:
        if self._talib is None:
            self._talib = _loaded()
        return self._talib


def _loaded() -> ModuleType:
    try:
        with _loading, _hidden(_HIDDEN):
            return import_module("talib")
    except ImportError as error:
        raise LibraryMissing(f"TA-Lib cannot be loaded, and indicators need it: {error}") from error


@contextmanager
def _hidden(names: Sequence[str]) -> Iterator[None]:
    """TA-Lib loads these where it finds them, and takes four times as long; afterwards they are found again."""
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]  # None says that there is no such module
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _told(indicator: Indicator) -> tuple[float, ...]:
    """Its numbers as the library wants them: whole ones as integers."""
    parameters = zip(indicator.values, indicator.function.parameters, strict=True)
    return tuple(int(value) if parameter.is_whole else value for value, parameter in parameters)


def _direct(call: _Call, read: tuple[int, ...], told: tuple[float, ...]) -> Computation:
    pick = _picking(read)

    def compute(rows: Rows) -> tuple[Floats, ...]:
        try:
            given = call(*pick(rows), *told)
        except Exception as error:
            raise _refusal(call, told, error) from error
        return _results(given)

    return compute


def _results(given: object) -> tuple[Floats, ...]:
    return given if isinstance(given, tuple) else (cast("Floats", given),)


def _read(indicator: Indicator) -> tuple[int, ...]:
    """The places of the columns that it reads."""
    return tuple((*COLUMNS, CYCLE).index(column) for column in indicator.columns)


def _picking(read: tuple[int, ...]) -> "itemgetter[object]":
    """Takes what stands in these places, as quickly as can be: a hundred thousand times each minute."""
    return itemgetter(*read) if len(read) > 1 else itemgetter(slice(read[0], read[0] + 1))


def _refusal(call: _Call, told: Sequence[float], error: Exception) -> ArgumentRefused:
    """The library raises nothing more particular; what it says ends with the name of its error."""
    name = str(getattr(call, "__name__", "the function")).lower()
    numbers = ", ".join(f"{one:g}" for one in told) or "these columns"
    return ArgumentRefused(f"{name} does not take {numbers}: {error}")


def _own(indicator: Indicator) -> Computation:
    period, deviations = indicator.values
    if not 1 <= period <= LONGEST_WINDOW:
        raise ArgumentRefused(f"timeperiod of vwap_bands is between 1 and {LONGEST_WINDOW}")
    high, low, close, volume = (COLUMNS.index(column) for column in indicator.columns)

    def compute(rows: Rows) -> tuple[Floats, ...]:
        return vwap_bands(rows[high], rows[low], rows[close], rows[volume], int(period), deviations)

    return compute


def _along_the_cycle(indicator: Indicator, call: _Call, cycle: _Call, told: tuple[float, ...]) -> Computation:
    """A function that is told a period for each bar: that of the dominant cycle of the close, by the Hilbert
    transform (Ehlers, "Rocket Science for Traders", 2001)."""
    periods = _direct(cycle, (COLUMNS.index("close"),), ())
    computation = _direct(call, _read(indicator), told)

    def compute(rows: Rows) -> tuple[Floats, ...]:
        return computation((*rows, *periods(rows)))

    return compute


def _ages(computation: Computation, period: int) -> Computation:
    """Where in the series something is, told as how many bars ago it was: a place would mean another bar with
    each bar that is read before the first one."""

    def compute(rows: Rows) -> tuple[Floats, ...]:
        here = np.arange(len(rows[0]), dtype=np.float64)
        here[: period - 1] = np.nan
        return tuple(here - places for places in computation(rows))

    return compute
