"""Bars of one timeframe as they close: minutes become longer bars, and each closed bar is held against the rules once."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.analytics.expressions.windows import NO_BAR_MS, WINDOW, BarRing, columns_of, windows_of
from rtp_tui.analytics.signals.firing import Evaluator
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.signals import Signal
from rtp_tui.processing.bar_builder import CLOSE_GRACE_MS
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up

PRELUDE = 30
"""Bars of the past that rules are held against in silence, so that what comes true is told from what is true."""
BARS_WANTED = WINDOW + PRELUDE
"""Of an instrument's past."""
FRESH_MS = 300_000
"""A bar that is learnt of later than this after its end gives no signal."""
WINDOWS_AT_ONCE = 32
"""Of so many instruments windows are laid side by side, which takes a megabyte, however many there are."""
LATE_MS = 10_000
"""A longer bar waits so long for its last minute, once that should have closed."""

GridOf = Callable[[InstrumentId, str, int], BarGrid]
"""Where bars of an instrument and a timeframe begin and end, around a moment."""


class ClosedBar(Struct, frozen=True):
    """A bar and when it ended."""

    bar: Bar
    ended_ms: int


class _Forming(Struct, frozen=True):
    """The minutes of a longer bar that is not whole yet."""

    start_ms: int
    end_ms: int
    minutes: tuple[Bar, ...]
    grid: BarGrid
    """Where it begins and ends, as was known when it began."""


class Follower:
    """The rings and the rules of one timeframe."""

    def __init__(self, timeframe: str, evaluator: Evaluator, grid_of: GridOf) -> None:
        self.timeframe = timeframe
        self.evaluator = evaluator
        self._grid_of = grid_of
        self._rings: dict[InstrumentId, BarRing] = {}
        self._forming: dict[InstrumentId, _Forming] = {}

    def begin(
        self, instrument: InstrumentId, bars: Sequence[Bar], minutes: Sequence[Bar], now_ms: int
    ) -> list[ClosedBar]:
        """Take an instrument's closed bars of the past, and the minutes of the bar that forms.

        Returns those that ended just now and were not looked at: they are still to be held against the rules.
        """
        before = self._rings.get(instrument)
        seen_ms = NO_BAR_MS if before is None else before.newest_ms
        ended = [ClosedBar(bar, self.ended_ms(bar)) for bar in bars]
        fresh = [one for one in ended if one.bar.open_ms > seen_ms and one.ended_ms > now_ms - FRESH_MS]
        past = ended[: len(ended) - len(fresh)]
        ring = self._rings[instrument] = BarRing([one.bar for one in past])
        self._forming.pop(instrument, None)
        self._relive(instrument, past)
        newest_ms = bars[-1].open_ms if bars else ring.newest_ms
        for minute in minutes:
            span = self._grid(minute).span_at(minute.open_ms)
            if span is not None and span[0] > newest_ms:
                fresh += self._rolled(minute)
        return fresh

    def _relive(self, instrument: InstrumentId, past: Sequence[ClosedBar]) -> None:
        """Learn from bars of the past what is true and what is not."""
        self.evaluator.forget(instrument)
        count = min(PRELUDE, len(past))
        if count:
            windows = columns_of([one.bar for one in past]).windows(len(past) - count, len(past))
            ended_ms = [one.ended_ms for one in past[-count:]]
            self.evaluator.feed([instrument] * count, windows, ended_ms, is_told=False)

    def forget(self, instrument: InstrumentId) -> None:
        """It is not priced any more."""
        self._rings.pop(instrument, None)
        self._forming.pop(instrument, None)

    def knows(self, instrument: InstrumentId) -> bool:
        """Whether it has begun with an instrument."""
        return instrument in self._rings

    def note_minute(self, minute: Bar) -> list[ClosedBar]:
        """Take a minute that closed, or another word on one; the bars that are hereby whole, not yet in the ring."""
        if self.timeframe == "1m":
            ring = self._rings[minute.instrument]
            if minute.open_ms > ring.newest_ms:
                return [ClosedBar(minute, minute.open_ms + MINUTE_MS)]
            ring.add(minute)
            return []
        return list(self._rolled(minute))

    def overdue(self, now_ms: int) -> list[ClosedBar]:
        """Longer bars whose last minutes nobody traded in."""
        late = [
            one
            for one, forming in self._forming.items()
            if forming.end_ms + CLOSE_GRACE_MS + LATE_MS <= now_ms
        ]
        return [self._finished(one) for one in late]

    def evaluate(
        self, closed: Iterable[ClosedBar], spread_of: Callable[[InstrumentId], float | None]
    ) -> list[Signal]:
        """Hold bars against the rules, of each instrument in turn; whoever waits for it runs it in a thread."""
        found: list[Signal] = []
        for together in _some_at_a_time(_in_turn(closed)):
            added = [one for one in together if self._rings[one.bar.instrument].add(one.bar)]
            if added:
                names = [one.bar.instrument for one in added]
                windows = windows_of(
                    [self._rings[name] for name in names], [spread_of(name) for name in names]
                )
                found += self.evaluator.feed(names, windows, [one.ended_ms for one in added])
        return found

    def ended_ms(self, bar: Bar) -> int:
        """When a bar of this timeframe ended."""
        if self.timeframe == "1m":
            return bar.open_ms + MINUTE_MS
        span = self._grid(bar).span_at(bar.open_ms)
        return bar.open_ms + TIMEFRAMES_MS[self.timeframe] if span is None else span[1]

    def _rolled(self, minute: Bar) -> Iterator[ClosedBar]:
        """Bars that end with a minute, or with the one before it; what is in no bar, between two days, ends none."""
        grid = self._grid(minute)
        span = grid.span_at(minute.open_ms)
        if span is None:
            return
        start_ms, end_ms = span
        forming = self._forming.get(minute.instrument)
        if start_ms <= self._rings[minute.instrument].newest_ms or (forming and start_ms < forming.start_ms):
            return
        if forming is not None and forming.start_ms != start_ms:
            yield self._finished(minute.instrument)
            forming = None
        if forming is None:
            forming = _Forming(start_ms, end_ms, (), grid)
        others = tuple(one for one in forming.minutes if one.open_ms != minute.open_ms)
        minutes = tuple(sorted((*others, minute), key=_open_ms))
        self._forming[minute.instrument] = replace(forming, end_ms=end_ms, minutes=minutes)
        if minutes[-1].open_ms + MINUTE_MS >= end_ms:
            yield self._finished(minute.instrument)

    def _finished(self, instrument: InstrumentId) -> ClosedBar:
        forming = self._forming.pop(instrument)
        bar = rolled_up(forming.minutes, self.timeframe, forming.grid, forming.end_ms + CLOSE_GRACE_MS)[0]
        return ClosedBar(replace(bar, closed=True), forming.end_ms)

    def _grid(self, bar: Bar) -> BarGrid:
        return self._grid_of(bar.instrument, self.timeframe, bar.open_ms)


def _in_turn(closed: Iterable[ClosedBar]) -> Iterator[list[ClosedBar]]:
    """Bars in rounds, each with one bar of an instrument at most, ascending in time."""
    waiting: dict[InstrumentId, list[ClosedBar]] = {}
    for one in closed:
        waiting.setdefault(one.bar.instrument, []).append(one)
    for bars in waiting.values():
        bars.sort(key=lambda one: one.bar.open_ms, reverse=True)
    while waiting:
        yield [bars.pop() for bars in waiting.values()]
        waiting = {name: bars for name, bars in waiting.items() if bars}


def _some_at_a_time(rounds: Iterable[Sequence[ClosedBar]]) -> Iterator[Sequence[ClosedBar]]:
    for bars in rounds:
        yield from (bars[first : first + WINDOWS_AT_ONCE] for first in range(0, len(bars), WINDOWS_AT_ONCE))


def _open_ms(bar: Bar) -> int:
    return bar.open_ms
