"""A thousand rules on 500 instruments: one minute's bars, held against all of them in one thread."""

from collections.abc import Iterator
from itertools import product
from random import Random
from time import perf_counter, thread_time

from rtp_tui.analytics.expressions.windows import WINDOW
from rtp_tui.analytics.signals.firing import Evaluator
from rtp_tui.analytics.signals.following import ClosedBar, Follower
from rtp_tui.analytics.signals.indicator_values import LibraryIndicators
from rtp_tui.analytics.signals.strategies import understood
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.signals import Strategy
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid

RULES, INSTRUMENTS, MINUTES = 1_000, 500, 5
START_MS = 1_790_000_000_000 // MINUTE_MS * MINUTE_MS


def rules() -> Iterator[str]:
    """Different ones, as people would write them: twenty indicators, thresholds of their own."""
    levels = range(1, 21)
    for period, level in product((7, 14, 21), levels):
        yield f"rsi({period}) < {15 + level} and close > ema(200)"
    for fast, slow, level in product((5, 9, 12), (21, 50), levels):
        yield f"crosses_above(ema({fast}), ema({slow})) and volume > {1 + level / 10} * avg(volume, 20)"
    for span, level in product((1, 5, 15, 60), levels):
        yield f"change({span}m) > {level / 10} % and adx(14) > {10 + level}"
    for bars, level in product((10, 20, 50), levels):
        yield f"close < lowest(low, {bars})[1] - {level / 10} * atr(14)"
    for level in range(RULES):
        yield f"close > bbands(20,2,2).upper + {level / 100} * stdev(close, 20) or macd(12,26,9) > {level}"


def main() -> None:
    """Print the time of each minute and the share of the first, which prepares."""
    rng, indicators = Random(1), LibraryIndicators()
    some = [rule for rule, _ in zip(rules(), range(RULES), strict=False)]
    known = [understood(Strategy(name=f"r{n}", when=rule), indicators) for n, rule in enumerate(some)]
    follower = Follower(
        "1m", Evaluator(known, "1m", indicators), lambda _i, timeframe, _at: BarGrid(TIMEFRAMES_MS[timeframe])
    )
    names = [InstrumentId(f"stocks:S{number}") for number in range(INSTRUMENTS)]
    prices = dict.fromkeys(names, 100.0)

    def bar(name: InstrumentId, at_ms: int) -> Bar:
        before = prices[name]
        prices[name] = close = before * (1 + rng.gauss(0, 0.001))
        high, low = max(before, close) * 1.0005, min(before, close) * 0.9995
        volume = rng.uniform(1, 100)
        return Bar(name, "1m", at_ms, before, high, low, close, volume, 9, True, 0, BarOrigin.LIVE, "x:Y")

    for name in names:
        past = [bar(name, START_MS + n * MINUTE_MS) for n in range(WINDOW)]
        follower.begin(name, past, (), START_MS + 10**9)
    for minute in range(MINUTES):
        at_ms = START_MS + (WINDOW + minute) * MINUTE_MS
        closed = [ClosedBar(bar(name, at_ms), at_ms + MINUTE_MS) for name in names]
        wall_s, cpu_s = perf_counter(), thread_time()
        signals = follower.evaluate(closed, lambda _: 0.01)
        wall_s, cpu_s = perf_counter() - wall_s, thread_time() - cpu_s
        print(
            f"minute {minute}: {1000 * cpu_s:.0f} ms of the thread, {1000 * wall_s:.0f} ms, {len(signals)} signals"
        )


if __name__ == "__main__":
    main()
