"""Signals as bars close, and as the past would have given them."""

from collections.abc import Iterable
from random import Random

import pytest
from msgspec.structs import replace

from rtp_tui.analytics.signals.backtest import backtest
from rtp_tui.analytics.signals.following import GridOf
from rtp_tui.analytics.signals.indicator_values import LibraryIndicators
from rtp_tui.analytics.signals.monitor import SignalMonitor, SignalWorld
from rtp_tui.analytics.signals.strategies import understood
from rtp_tui.bus import Bus, Reader
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.market import Bar
from rtp_tui.model.sessions import SessionSpans
from rtp_tui.model.signals import Backtest, Signal, SignalMemory, Strategy, StrategyStatus
from rtp_tui.processing.bar_grid import MINUTE_MS, BarGrid
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, a_quote, a_signal, an_instrument
from tests.fakes import FakeClock
from tests.unit.analytics.signals.fed import START_MS, Stored, grid_of, minutes

CLOSED_AFTER_MS = 5_000
NOTHING = SignalMemory()


class Live:
    """A monitor that is told of bars as they close."""

    def __init__(
        self,
        *strategies: Strategy,
        memory: SignalMemory = NOTHING,
        now_ms: int = START_MS,
        grid_of: GridOf = grid_of,
    ) -> None:
        self.clock = FakeClock(now_ms)
        self.state = PipelineState([an_instrument(BTC)])
        self.stored = Stored(now_ms=now_ms)
        self.kept: list[Signal] = []
        self.announced: list[Payload] = []
        self.bus = Bus()
        indicators = LibraryIndicators()
        world = SignalWorld(
            state=self.state,
            reading=lambda: self.bus.reading(conflates=True),
            read_bars=self.stored.read,
            grid_of=grid_of,
            keep=self.kept.append,
            announce=self.announced.append,
        )
        known = [understood(one, indicators) for one in strategies]
        self.monitor = SignalMonitor(world, known, indicators, memory, self.clock)
        self.monitor.begin_anew()
        self._seq = 0

    async def begin(self, past: Iterable[Bar] = ()) -> Reader:
        self.stored.bars += past
        reader = Reader(conflates=True)
        await self.monitor.look(reader)
        return reader

    async def close(self, bar: Bar, reader: Reader) -> None:
        """A bar closes five seconds after its end."""
        await self.pass_to(bar.open_ms + MINUTE_MS + CLOSED_AFTER_MS)
        self.stored.bars.append(bar)
        self._seq += 1
        reader.offer(Event(self._seq, bar))
        await self.monitor.look(reader)

    async def pass_to(self, at_ms: int) -> None:
        await self.clock.advance((at_ms - self.clock.now_ms()) / 1000)
        self.stored.now_ms = self.clock.now_ms()

    @property
    def signals(self) -> list[Signal]:
        """Each as it is known now."""
        return list({one.id: one for one in self.kept}.values())


async def live(strategy: Strategy, past: tuple[Bar, ...], bars: tuple[Bar, ...]) -> list[Signal]:
    engine = Live(strategy, now_ms=bars[0].open_ms)
    reader = await engine.begin(past)
    for bar in bars:
        await engine.close(bar, reader)
    return engine.signals


async def backtested(strategy: Strategy, all_bars: tuple[Bar, ...], start_ms: int) -> Backtest:
    stored = Stored(all_bars, all_bars[-1].open_ms + MINUTE_MS + CLOSED_AFTER_MS)
    known = understood(strategy, LibraryIndicators())
    return await backtest(known, [BTC], start_ms, all_bars[-1].open_ms + MINUTE_MS, stored.past())


def wandering(count: int, seed: int = 7) -> tuple[Bar, ...]:
    rng, price, closes = Random(seed), 100.0, []
    for _ in range(count):
        price *= 1 + rng.gauss(0, 0.002)
        closes.append(round(price, 2))
    return minutes(*closes, start_ms=START_MS - 700 * MINUTE_MS)


@pytest.mark.parametrize(
    ("when", "timeframe", "cool_down_ms", "hold_ms"),
    [
        ("rsi(14) < 40", "1m", 0, 0),
        ("crosses_above(ema(9), ema(21))", "1m", 600_000, 0),
        ("close > avg(close, 20) and change(5m) > 0.1 %", "1m", 0, 120_000),
        ("macd(12,26,9) > macd(12,26,9).signal or close > avg(close, 5)", "5m", 0, 0),
        ("close > highest(high, 3)[1]", "5m", 900_000, 0),
    ],
)
async def test_live_and_backtest_give_the_same_signals_of_the_same_bars(
    when: str, timeframe: str, cool_down_ms: int, hold_ms: int
) -> None:
    strategy = Strategy(name="s", when=when, timeframe=timeframe, cool_down_ms=cool_down_ms, hold_ms=hold_ms)
    bars = wandering(900)
    past, fresh = bars[:700], bars[700:]
    # Bars that had closed just before the start are looked at too; the backtest was not asked for those.
    given = [one for one in await live(strategy, past, fresh) if one.at_ms > fresh[0].open_ms]
    found = await backtested(strategy, bars, fresh[0].open_ms)

    assert given
    assert [replace(one, outcomes=()) for one in found.signals] == [
        replace(one, outcomes=()) for one in given
    ]
    assert found.bars == (200 if timeframe == "1m" else 40)


V = (*([100.0] * 40), 99.0, 98.0, 97.0, 96.0, 97.0, 98.0, 99.0, *([100.0] * 20))
DIP = Strategy(name="dip", when="change(3m) <= -3 %", cool_down_ms=0)


async def test_a_pattern_fires_once_live_and_in_the_backtest_with_the_outcome_worked_out_by_hand() -> None:
    bars = minutes(*V)
    [given] = await live(DIP, (), bars)
    [found] = (await backtested(DIP, bars, START_MS)).signals

    # 97 is 3 % below the 100 of three minutes before; it ends the 43rd minute. Five minutes later the price is 100.
    assert (given.at_ms, given.price, given.terms[0].text) == (START_MS + 43 * MINUTE_MS, 97.0, "change(3m)")
    assert given.outcomes[0].price == 100.0
    assert given.outcomes[0].move_pct == pytest.approx(100 * 3 / 97)
    assert given.outcomes[0].is_hit is True
    assert found == given


async def test_a_rule_that_is_true_from_the_start_on_did_not_come_true() -> None:
    always = Strategy(name="always", when="close > 1", cool_down_ms=0)
    assert await live(always, (), minutes(*V)) == []


async def test_a_calm_market_gives_no_signal_and_no_fault() -> None:
    assert await live(DIP, (), minutes(*([100.0] * 30))) == []


async def test_an_unfinished_bar_and_a_revised_one_are_not_looked_at() -> None:
    engine = Live(DIP, now_ms=START_MS)
    reader = await engine.begin()
    bars = minutes(*V)
    for bar in bars[:40]:
        await engine.close(bar, reader)
    await engine.close(replace(bars[42], closed=False), reader)
    await engine.close(replace(bars[39], close=10.0, revision=1), reader)
    assert engine.signals == []


async def test_another_signal_within_the_cool_down_is_counted_and_not_given() -> None:
    waves = (*([100.0] * 5), *([90.0, 100.0, 100.0] * 4))
    strategy = Strategy(name="wave", when="close < 95", cool_down_ms=6 * MINUTE_MS)
    engine = Live(strategy, now_ms=START_MS)
    reader = await engine.begin()
    for bar in minutes(*waves):
        await engine.close(bar, reader)
    [status] = [one for one in engine.announced if isinstance(one, StrategyStatus)][-1:]
    assert (status.triggers, status.signals, len(engine.signals)) == (4, 2, 2)


async def test_an_outcome_that_was_pending_comes_after_a_restart() -> None:
    signal = a_signal(strategy="dip", at_ms=START_MS, price=100.0, spread=None)
    later = START_MS + 70 * MINUTE_MS
    engine = Live(DIP, memory=SignalMemory(signals=(signal,)), now_ms=later)
    reader = await engine.begin(minutes(*([101.0] * 30), *([99.0] * 40)))
    await engine.pass_to(later + 5_000)
    await engine.monitor.look(reader)

    [known] = engine.signals
    assert [(one.after_ms, one.price, one.is_hit) for one in known.outcomes] == [
        (300_000, 101.0, True),
        (3_600_000, 99.0, False),
    ]
    status = [one for one in engine.announced if isinstance(one, StrategyStatus)][-1]
    assert [(one.known, one.hits, one.expectancy_pct) for one in status.scores] == [
        (1, 1, pytest.approx(1.0)),
        (1, 0, pytest.approx(-1.0)),
        (0, 0, None),
    ]


async def test_a_restart_does_not_repeat_a_signal_that_was_given_just_before() -> None:
    bars = minutes(*V[:43])
    signal = a_signal(strategy="dip", at_ms=START_MS + 43 * MINUTE_MS, price=97.0)
    engine = Live(DIP, memory=SignalMemory(signals=(signal,)), now_ms=START_MS + 43 * MINUTE_MS + 5_000)
    await engine.begin(bars)
    assert engine.signals == []


async def test_the_spread_is_that_of_the_moment() -> None:
    engine = Live(DIP, now_ms=START_MS)
    engine.state.apply(Event(1, a_quote(bid=96.0, ask=100.0)))
    reader = await engine.begin()
    for bar in minutes(*V):
        await engine.close(bar, reader)
    # A move of 3 within a spread of 4 gains nothing.
    assert (engine.signals[0].spread, engine.signals[0].outcomes[0].is_hit) == (4.0, False)


async def test_minutes_between_sessions_are_in_no_day_and_end_no_rule_of_days() -> None:
    day_ms = 86_400_000
    spans = tuple(
        (open_ms, open_ms + 5 * MINUTE_MS) for open_ms in range(START_MS, START_MS + 4 * day_ms, day_ms)
    )
    grid = BarGrid(day_ms, SessionSpans(spans[0][0], spans[-1][1], spans))
    engine = Live(Strategy(name="s", when="close > 101", timeframe="1d"), grid_of=lambda *_: grid)
    reader = await engine.begin()
    closes = {0: 100.0, 9: 500.0, 700: 500.0, 1440: 102.0, 1450: 1.0, 2880: 103.0}
    for number, close in closes.items():
        [bar] = minutes(close, start_ms=START_MS + number * MINUTE_MS)
        await engine.close(bar, reader)
    assert [(one.at_ms, one.price) for one in engine.signals] == [(START_MS + day_ms + 6 * MINUTE_MS, 102.0)]
