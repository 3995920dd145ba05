"""What a strategy would have said over bars of the past: the evaluator that runs live, fed with stored bars."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence

from msgspec import Struct

from rtp_tui.analytics.expressions.evaluator import Indicators
from rtp_tui.analytics.expressions.windows import BarColumns, columns_of
from rtp_tui.analytics.signals.bars_of_the_past import ReadBars, all_bars, bars_before
from rtp_tui.analytics.signals.firing import Evaluator
from rtp_tui.analytics.signals.following import PRELUDE, Follower, GridOf
from rtp_tui.analytics.signals.outcomes import minutes_wanted, scores_of, settled
from rtp_tui.analytics.signals.strategies import Understood
from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars
from rtp_tui.model.signals import Backtest, Signal

MOST_BARS = 250_000
"""Of one backtest, over all its instruments."""
MOST_SIGNALS = 1_000
ROWS_AT_ONCE = 500

SpreadShareOf = Callable[[InstrumentId], float | None]
"""The spread of now as a share of the price; None where it is not known."""


class PastBars(Struct, frozen=True, kw_only=True):
    """Where bars of the past come from, and what is known beside them."""

    read: ReadBars
    grid_of: GridOf
    spread_share_of: SpreadShareOf
    indicators: Indicators
    clock: Clock


class _Series(Struct, frozen=True):
    """The bars of one instrument: those of the past that rules want, then those that are asked for."""

    instrument: InstrumentId
    past: tuple[Bar, ...]
    asked: tuple[Bar, ...]
    ended_ms: tuple[int, ...]
    """When each bar of both ended."""


async def backtest(
    strategy: Understood, instruments: Sequence[InstrumentId], start_ms: int, end_ms: int, of: PastBars
) -> Backtest:
    """What a strategy would have said of the bars that began in `[start_ms, end_ms)`. Raises Refused."""
    evaluator = Evaluator((strategy,), strategy.spec.timeframe, of.indicators)
    follower = Follower(strategy.spec.timeframe, evaluator, of.grid_of)
    signals: list[Signal] = []
    bars, notes = 0, _notes(strategy, instruments, of)
    for instrument in instruments:
        series = await _series(follower, instrument, start_ms, end_ms, of)
        if bars + len(series.asked) > MOST_BARS:
            notes.append(f"not looked at from {instrument} on: more than {MOST_BARS:,} bars")
            break
        bars += len(series.asked)
        share = of.spread_share_of(instrument)
        found = await asyncio.to_thread(_run, evaluator, series, share)
        if len(signals) + len(found) > MOST_SIGNALS:
            notes.append(f"the first {MOST_SIGNALS:,} signals only")
        kept = found[: MOST_SIGNALS - len(signals)]
        signals += [await _with_outcomes(signal, series, of) for signal in kept]
    signals.sort(key=lambda one: (one.at_ms, one.instrument))
    name = strategy.spec.name
    return Backtest(
        strategy=strategy.spec,
        start_ms=start_ms,
        end_ms=end_ms,
        bars=bars,
        instruments=tuple(instruments),
        triggers=evaluator.counts.triggers[name],
        signals=tuple(signals),
        scores=scores_of(signals),
        unknown=evaluator.counts.unknown[name],
        note="; ".join(notes),
    )


def _notes(strategy: Understood, instruments: Sequence[InstrumentId], of: PastBars) -> list[str]:
    without = sum(of.spread_share_of(one) is None for one in instruments)
    notes = ["spreads are those of now, as a share of the price"] if without < len(instruments) else []
    if without:
        notes.append(f"no spread is known of {without} instruments: any move in the direction is a hit there")
    if "spread" in strategy.spec.when:
        notes.append("the rule looks at spreads, of which the past keeps none")
    return notes


async def _series(
    follower: Follower, instrument: InstrumentId, start_ms: int, end_ms: int, of: PastBars
) -> _Series:
    timeframe = follower.timeframe
    past = await bars_before(of.read, instrument, timeframe, start_ms)
    query = GetBars(instrument=instrument, timeframe=timeframe, start_ms=start_ms, end_ms=end_ms, limit=5_000)
    asked = [bar for bar in await all_bars(of.read, query) if bar.closed and bar.open_ms >= start_ms]
    before = tuple(bar for bar in past if bar.closed)
    ended_ms = tuple(follower.ended_ms(bar) for bar in (*before, *asked))
    return _Series(instrument, before, tuple(asked), ended_ms)


def _run(evaluator: Evaluator, series: _Series, spread_share: float | None) -> list[Signal]:
    """Runs in a thread: hundreds of bars at a time, which the evaluator takes for so many rows."""
    columns, first = columns_of((*series.past, *series.asked)), len(series.past)
    _feed(evaluator, series, columns, max(0, first - PRELUDE), first, spread_share, is_told=False)
    found: list[Signal] = []
    for start in range(first, columns.bars, ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, columns.bars)
        found += _feed(evaluator, series, columns, start, end, spread_share, is_told=True)
    return found


def _feed(
    evaluator: Evaluator,
    series: _Series,
    columns: BarColumns,
    start: int,
    end: int,
    spread_share: float | None,
    *,
    is_told: bool,
) -> list[Signal]:
    if start == end:
        return []
    rows = columns.windows(start, end, spread_share)
    return evaluator.feed(
        [series.instrument] * (end - start), rows, series.ended_ms[start:end], is_told=is_told
    )


async def _with_outcomes(signal: Signal, series: _Series, of: PastBars) -> Signal:
    now_ms = of.clock.now_ms()
    while (wanted := minutes_wanted(signal)) is not None:
        after = settled(signal, await _minutes(signal, series, wanted, of), now_ms)
        if after is None:
            break
        signal = after
    return signal


async def _minutes(signal: Signal, series: _Series, wanted: tuple[int, int], of: PastBars) -> Sequence[Bar]:
    """Those that are in memory where the bars are minutes, else those that are stored."""
    bars = series.asked
    if signal.timeframe == "1m" and bars and wanted[1] <= bars[-1].open_ms:
        return bars[bisect_left(bars, wanted[0], key=_open_ms) : bisect_left(bars, wanted[1], key=_open_ms)]
    return await all_bars(
        of.read, GetBars(instrument=signal.instrument, start_ms=wanted[0], end_ms=wanted[1])
    )


def _open_ms(bar: Bar) -> int:
    return bar.open_ms
