"""When rules fire: the same for bars as they close and for bars of the past. Pure.

A rule fires when it comes to be true: it was known to be false since it was true last. Where its value is not known it
does not fire, and is as ready as it was before. Within the cool-down after a signal it comes true in vain.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from rtp_tui.analytics.expressions.evaluator import Indicators, Plan, Values, truth
from rtp_tui.analytics.expressions.syntax import Node
from rtp_tui.analytics.expressions.windows import Floats, Windows
from rtp_tui.analytics.signals.strategies import Understood
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.signals import Signal, Term, signal_id
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS

_NEVER_MS = -(2**62)
_GROWS_BY = 64


class Counts:
    """What became of the rules, by strategy; grows only."""

    def __init__(self) -> None:
        self.triggers: Counter[str] = Counter()
        """Came true, in a cool-down too."""
        self.unknown: Counter[str] = Counter()
        """Had no known value at a bar."""

    def note_unknown(self, strategies: Sequence[Understood], known: Floats) -> None:
        """Count bars at which rules are not known."""
        for number in np.flatnonzero(np.isnan(known).any(axis=1)):
            self.unknown[strategies[int(number)].spec.name] += int(np.isnan(known[number]).sum())

    def note_triggers(self, strategies: Sequence[Understood], came: NDArray[np.bool_]) -> None:
        """Count rules that came true."""
        for number in np.flatnonzero(came.any(axis=1)):
            self.triggers[strategies[int(number)].spec.name] += int(came[number].sum())


class Evaluator:
    """Holds strategies of one timeframe against bars in the order in which they close."""

    def __init__(self, strategies: Sequence[Understood], timeframe: str, indicators: Indicators) -> None:
        self.counts = Counts()
        self._strategies = tuple(strategies)
        self._rules = tuple(one.rule for one in strategies)
        bar_ms = TIMEFRAMES_MS[timeframe]
        shown = (term for one in strategies for term in one.terms)
        self._plan = Plan((*self._rules, *shown), bar_ms)
        self._indicators = indicators
        self._edges = Edges(
            [one.spec.cool_down_ms for one in strategies], [one.spec.hold_ms for one in strategies]
        )
        self._places: dict[InstrumentId, int] = {}
        self._applies = np.zeros((len(self._strategies), 0), np.bool_)

    def forget(self, instrument: InstrumentId) -> None:
        """What an instrument's rules were before is not known any more."""
        if instrument in self._places:
            self._edges.forget(self._places[instrument])

    def remember(self, signals: Iterable[Signal]) -> None:
        """Keep to the cool-down of signals that an earlier run gave."""
        numbers = {one.spec.name: number for number, one in enumerate(self._strategies)}
        for signal in signals:
            number = numbers.get(signal.strategy)
            if number is not None:
                self._edges.note_fired(number, self._place(signal.instrument), signal.at_ms)

    def feed(
        self,
        instruments: Sequence[InstrumentId],
        windows: Windows,
        ended_ms: Sequence[int],
        *,
        is_told: bool = True,
    ) -> list[Signal]:
        """What the newest bar of each row gives; rows of the same instrument ascend in time.

        What is not told is not counted: it is there for what comes after it.
        """
        places = np.array([self._place(one) for one in instruments], np.intp)
        values = self._plan.values(windows, self._indicators)
        known = truth(self._rules, values, windows.rows)
        known = np.where(self._applies[:, places], known, 0.0)
        counts = self.counts if is_told else Counts()
        counts.note_unknown(self._strategies, known)
        found: list[Signal] = []
        moments = np.array(ended_ms, np.int64)
        for rows in _steps(places, known, is_holding=self._edges.holds):
            came, fired = self._edges.step(known[:, rows], places[rows], moments[rows])
            counts.note_triggers(self._strategies, came)
            for number, row in zip(*np.nonzero(fired), strict=True):
                seen = _Seen(instruments, windows, values, ended_ms, rows.start + int(row))
                found.append(_signal(self._strategies[int(number)], seen))
        return found

    def _place(self, instrument: InstrumentId) -> int:
        place = self._places.get(instrument)
        if place is None:
            place = self._places[instrument] = len(self._places)
            if place >= self._applies.shape[1]:
                more = np.zeros((len(self._strategies), _GROWS_BY), np.bool_)
                self._applies = np.concatenate((self._applies, more), axis=1)
                self._edges.grow(_GROWS_BY)
            self._applies[:, place] = [one.applies_to(instrument) for one in self._strategies]
        return place


class _Seen(Struct, frozen=True):
    """A row of bars and what the parts of the rules came to."""

    instruments: Sequence[InstrumentId]
    windows: Windows
    values: Values
    ended_ms: Sequence[int]
    row: int


def _signal(strategy: Understood, seen: _Seen) -> Signal:
    spec, row = strategy.spec, seen.row
    instrument, at_ms = seen.instruments[row], seen.ended_ms[row]
    return Signal(
        id=signal_id(spec.name, instrument, at_ms),
        strategy=spec.name,
        instrument=instrument,
        timeframe=spec.timeframe,
        direction=spec.direction,
        at_ms=at_ms,
        price=float(seen.windows.figures["close"][row, -1]),
        spread=_or_none(seen.windows.spread[row]),
        terms=tuple(Term(str(term), _at(seen.values, term, row)) for term in strategy.terms),
    )


class Edges:
    """What each rule was for each instrument, and when it fired last."""

    def __init__(self, cool_downs_ms: Sequence[int], holds_ms: Sequence[int]) -> None:
        self.holds = any(holds_ms)
        """Whether a rule must stay true for a while."""
        self._cool_down_ms = np.array(cool_downs_ms, np.int64)[:, None]
        self._hold_ms = np.array(holds_ms, np.int64)[:, None]
        shape = (len(cool_downs_ms), 0)
        self._is_ready = np.zeros(shape, np.bool_)
        self._since_ms = np.full(shape, _NEVER_MS, np.int64)
        self._fired_ms = np.full(shape, _NEVER_MS, np.int64)

    def grow(self, places: int) -> None:
        """Make room for more instruments."""
        room = ((0, 0), (0, places))
        self._is_ready = np.pad(self._is_ready, room)
        self._since_ms = np.pad(self._since_ms, room, constant_values=_NEVER_MS)
        self._fired_ms = np.pad(self._fired_ms, room, constant_values=_NEVER_MS)

    def forget(self, place: int) -> None:
        """What an instrument's rules were is not known any more; when they fired is."""
        self._is_ready[:, place] = False
        self._since_ms[:, place] = _NEVER_MS

    def note_fired(self, number: int, place: int, at_ms: int) -> None:
        """A rule fired before."""
        self._fired_ms[number, place] = max(at_ms, int(self._fired_ms[number, place]))

    def step(
        self, known: Floats, places: NDArray[np.intp], at_ms: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which rules come true now, and which of them fire; each place at most once."""
        is_true = known == 1
        is_ready = self._is_ready[:, places] | (known == 0)
        since_ms = self._since_ms[:, places]
        since_ms = np.where(is_true, np.where(since_ms == _NEVER_MS, at_ms, since_ms), _NEVER_MS)
        came = is_true & is_ready & (at_ms - since_ms >= self._hold_ms)
        fired_ms = self._fired_ms[:, places]
        fired = came & (at_ms > fired_ms) & (at_ms >= fired_ms + self._cool_down_ms)
        self._is_ready[:, places] = is_ready & ~came
        self._since_ms[:, places] = since_ms
        self._fired_ms[:, places] = np.where(fired, at_ms, fired_ms)
        return came, fired


def _steps(places: NDArray[np.intp], known: Floats, *, is_holding: bool) -> list[slice]:
    """How rows are stepped through: all at once where each is another instrument's, else one by one.

    Of rows that are all of one instrument those are passed over at which all rules are what they were a row before:
    they change nothing, unless a rule must stay true for a while.
    """
    rows, different = len(places), len(set(places.tolist()))
    if different == rows:
        return [slice(0, rows)] if rows else []
    is_news = np.ones(rows, np.bool_)
    if different == 1:
        is_news[1:] = ~_same(known[:, 1:], known[:, :-1]).all(axis=0)
        if is_holding:
            is_news |= (known == 1).any(axis=0)
    return [slice(int(row), int(row) + 1) for row in np.flatnonzero(is_news)]


def _same(left: Floats, right: Floats) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (left == right) | (np.isnan(left) & np.isnan(right))
    return same


def _at(values: Values, term: Node, row: int) -> float | None:
    column = values[term][:, -1]
    return _or_none(column[row if len(column) > 1 else 0])


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
