"""What TA-Lib's own streams would take in the place of whole series each minute: `python -m benchmarks.indicator_streams`.

A stream is opened with the bars that there are and told one bar after the other from then on. Whether it tells the same
numbers as the whole series, to the last bit, is held first.
"""

from collections.abc import Callable, Sequence
from time import thread_time
from typing import Any

import numpy as np
import talib
from msgspec import Struct

from benchmarks.figures import machine, report
from benchmarks.indicators import INSTRUMENTS, bars_of, resident_mb
from rtp_tui.analytics.indicators.catalogue import COLUMNS, CYCLE, VWAP_BANDS, catalogue, indicator
from rtp_tui.analytics.indicators.columns import Floats, columns_of
from rtp_tui.analytics.indicators.presets import RING_BARS
from rtp_tui.model.instrument import InstrumentId

HELD, ROUNDS = 30, 20


class Streamed(Struct, frozen=True):
    """One function: over whole series, as a stream, and what both are told."""

    whole: Callable[..., Any]
    open: Callable[..., Any]
    columns: tuple[Floats, ...]
    values: tuple[float, ...]

    def opened(self, count: int) -> Any:
        """A stream that was told so many bars."""
        return self.open(*(column[:count] for column in self.columns), *self.values)

    def bar(self, place: int) -> tuple[float, ...]:
        """What a stream is told of one bar."""
        return tuple(float(column[place]) for column in self.columns)


def streamed() -> list[Streamed]:
    """Every function of the library over one bar more than are kept."""
    rows = list(columns_of(bars_of(InstrumentId("stocks:S"), RING_BARS + 1, 3, 0)).rows)
    rows.append(talib.HT_DCPERIOD(rows[COLUMNS.index("close")]))
    found = []
    for one in map(indicator, catalogue()):
        if one.function.name == VWAP_BANDS.name:
            continue
        name = one.function.name.upper()
        columns = tuple(rows[(*COLUMNS, CYCLE).index(column)] for column in one.columns)
        told = zip(one.values, one.function.parameters, strict=True)
        values = tuple(int(value) if parameter.is_whole else value for value, parameter in told)
        found.append(Streamed(getattr(talib, name), getattr(talib.stream, name), columns, values))
    return found


def is_the_same(one: Streamed) -> bool:
    """Whether the newest values are equal to the last bit."""
    stream = one.opened(RING_BARS)
    told = stream.update(*one.bar(RING_BARS))
    whole = one.whole(*one.columns, *one.values)
    newest = [float(series[-1]) for series in (whole if isinstance(whole, tuple) else (whole,))]
    return np.array_equal(newest, np.atleast_1d(np.array(told, dtype=float)), equal_nan=True)


def bytes_a_stream(functions: Sequence[Streamed]) -> float:
    """Of resident memory, over many of all of them."""
    before = resident_mb()
    held = [one.opened(RING_BARS) for _ in range(HELD) for one in functions]
    return (resident_mb() - before) * 1e6 / len(held)


def main() -> None:
    """Print what a round of all instruments would take."""
    functions = streamed()
    print(machine())
    report(
        "functions whose stream tells the same as the whole series", [sum(map(is_the_same, functions))], ""
    )
    report("… of", [len(functions)], "")
    held = bytes_a_stream(functions)
    report("a stream", [held], "bytes")
    report(
        f"… of all functions of {INSTRUMENTS} instruments", [held * len(functions) * INSTRUMENTS / 1e6], "MB"
    )
    told = [(one.opened(RING_BARS), one.bar(RING_BARS)) for one in functions]
    began = thread_time()
    for _ in range(ROUNDS):
        for stream, bar in told:
            stream.update(*bar)
    took_s = (thread_time() - began) / ROUNDS * INSTRUMENTS
    report(f"one bar more to all functions of {INSTRUMENTS} instruments, of the processor", [took_s], "s")


if __name__ == "__main__":
    main()
