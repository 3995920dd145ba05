"""Part "signals": holds strategies against bars as they close, and follows what becomes of the price after a signal."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from msgspec import Struct

from rtp_tui.analytics.expressions.evaluator import Indicators
from rtp_tui.analytics.signals.bars_of_the_past import ReadBars, all_bars, bars_before
from rtp_tui.analytics.signals.firing import Evaluator
from rtp_tui.analytics.signals.following import ClosedBar, Follower, GridOf
from rtp_tui.analytics.signals.ledger import SignalLedger
from rtp_tui.analytics.signals.outcomes import minutes_wanted, settled
from rtp_tui.analytics.signals.strategies import Understood
from rtp_tui.bus import Reader
from rtp_tui.clock import Clock
from rtp_tui.model.errors import Refused
from rtp_tui.model.events import Payload
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarsBackfilled, InstrumentAdded, InstrumentRemoved
from rtp_tui.model.queries import GetBars
from rtp_tui.model.signals import Signal, SignalMemory, StrategyStatus
from rtp_tui.state.pipeline_state import PipelineState

LOOK_EVERY_S = 1.0
SETTLE_EVERY_MS = 5_000
BEGUN_A_LOOK = 20
"""Instruments whose past is read before bars are looked at again."""
SETTLED_A_LOOK = 200
KEPT_NEWEST = 100
"""Signals of an earlier run that this one tells of."""

_log = logging.getLogger(__name__)


class SignalWorld(Struct, frozen=True, kw_only=True):
    """What signals are made of, and where they go."""

    state: PipelineState
    reading: Callable[[], AbstractContextManager[Reader]]
    read_bars: ReadBars
    grid_of: GridOf
    keep: Callable[[Signal], None]
    """Announces and stores."""
    announce: Callable[[Payload], None]


class SignalMonitor:
    """Follows closed bars; each is looked at once, those that were revised later not again."""

    def __init__(
        self,
        world: SignalWorld,
        strategies: Sequence[Understood],
        indicators: Indicators,
        memory: SignalMemory,
        clock: Clock,
    ) -> None:
        self._world = world
        self._clock = clock
        self._strategies = {one.spec.name: one for one in strategies}
        self._followers = tuple(_followers(strategies, indicators, world.grid_of, memory.signals))
        self._ledger = SignalLedger()
        self._ledger.restore(memory.signals)
        self._newest = memory.signals
        self._waiting: dict[InstrumentId, None] = {}
        self._settled_ms = 0
        self._fresh: Counter[str] = Counter()
        self._told: dict[str, StrategyStatus] = {}

    @property
    def pending(self) -> int:
        """Signals that wait for an outcome."""
        return self._ledger.pending

    async def run(self) -> None:
        """Look once a second, for ever."""
        for signal in self._newest[-KEPT_NEWEST:]:
            self._world.announce(signal)
        with self._world.reading() as reader:
            self.begin_anew()
            while True:
                await self.look(reader)
                await self._clock.sleep(LOOK_EVERY_S)

    async def look(self, reader: Reader) -> None:
        """Take what happened since the last look, and settle outcomes that are due."""
        if reader.has_overrun:
            reader.start_over()
            self.begin_anew()
        minutes = self._minutes(reader)
        begun = await self._begin_some()
        for follower in self._followers:
            await self._evaluate(follower, begun.get(follower.timeframe, ()), minutes)
        now_ms = self._clock.now_ms()
        if abs(now_ms - self._settled_ms) >= SETTLE_EVERY_MS:
            self._settled_ms = now_ms
            await self._settle(now_ms)
        self._tell()

    def statuses(self) -> tuple[StrategyStatus, ...]:
        """Each strategy and how it did."""
        return tuple(self._status(one) for one in self._strategies.values())

    def begin_anew(self) -> None:
        """Everything that is priced is to be read from what is stored."""
        self._waiting = dict.fromkeys(self._world.state.market.instruments)

    def _minutes(self, reader: Reader) -> list[Bar]:
        minutes: dict[tuple[InstrumentId, int], Bar] = {}
        for event in reader.take().events:
            payload = event.payload
            if type(payload) is Bar:
                if payload.closed and payload.timeframe == "1m":
                    minutes[payload.instrument, payload.open_ms] = payload
            elif type(payload) is BarsBackfilled:
                self._waiting[payload.instrument] = None
            elif type(payload) is InstrumentAdded:
                self._waiting[payload.instrument.id] = None
            elif type(payload) is InstrumentRemoved:
                self._forget(payload.instrument)
        return list(minutes.values())

    def _forget(self, instrument: InstrumentId) -> None:
        self._waiting.pop(instrument, None)
        for follower in self._followers:
            follower.forget(instrument)

    async def _begin_some(self) -> dict[str, list[ClosedBar]]:
        """Read the past of those that wait, some at a time, since bars close meanwhile; what closed just now."""
        fresh: defaultdict[str, list[ClosedBar]] = defaultdict(list)
        for instrument in tuple(self._waiting)[:BEGUN_A_LOOK]:
            del self._waiting[instrument]
            if any(one.applies_to(instrument) for one in self._strategies.values()):
                for follower in self._followers:
                    fresh[follower.timeframe] += await self._begin(follower, instrument)
        return fresh

    async def _begin(self, follower: Follower, instrument: InstrumentId) -> list[ClosedBar]:
        now_ms = self._clock.now_ms()
        try:
            bars = await bars_before(self._world.read_bars, instrument, follower.timeframe, now_ms)
            minutes: Sequence[Bar] = ()
            if follower.timeframe != "1m":
                forming_ms = bars[-1].open_ms if bars and not bars[-1].closed else now_ms
                minutes = await self._bars(GetBars(instrument=instrument, start_ms=forming_ms))
        except Refused as error:
            _log.warning("bars of %s cannot be read, its rules begin anew: %s", instrument, error)
            bars, minutes = (), ()
        closed = [bar for bar in bars if bar.closed]
        finished = [minute for minute in minutes if minute.closed]
        return await asyncio.to_thread(follower.begin, instrument, closed, finished, now_ms)

    async def _bars(self, query: GetBars) -> Sequence[Bar]:
        return await all_bars(self._world.read_bars, query)

    async def _evaluate(self, follower: Follower, fresh: Iterable[ClosedBar], minutes: Iterable[Bar]) -> None:
        closed = list(fresh)
        for minute in minutes:
            if follower.knows(minute.instrument):
                closed += follower.note_minute(minute)
        closed += follower.overdue(self._clock.now_ms())
        if closed:
            for signal in await asyncio.to_thread(follower.evaluate, closed, self._spread):
                self._keep(signal)

    def _keep(self, signal: Signal) -> None:
        _log.info(
            "signal %s: %s %s at %g", signal.strategy, signal.direction, signal.instrument, signal.price
        )
        self._fresh[signal.strategy] += 1
        self._ledger.add(signal)
        self._world.keep(signal)

    def _spread(self, instrument: InstrumentId) -> float | None:
        quote = self._world.state.market.quotes.get(instrument)
        if quote is None or quote.bid is None or quote.ask is None:
            return None
        return quote.ask - quote.bid

    async def _settle(self, now_ms: int) -> None:
        for signal in tuple(self._ledger.due(now_ms))[:SETTLED_A_LOOK]:
            after = settled(signal, await self._minutes_after(signal), now_ms)
            if after is not None:
                self._ledger.settle(after)
                self._world.keep(after)

    async def _minutes_after(self, signal: Signal) -> Sequence[Bar]:
        wanted = minutes_wanted(signal)
        assert wanted is not None, "only those are due that wait for an outcome"
        try:
            return await self._bars(
                GetBars(instrument=signal.instrument, start_ms=wanted[0], end_ms=wanted[1])
            )
        except Refused:
            return ()  # not priced any more, or the store cannot be read now: what is not known in time never is

    def _tell(self) -> None:
        """Announce what changed of strategies."""
        for status in self.statuses():
            name = status.strategy.name
            if self._told.get(name) != status:
                self._told[name] = status
                self._world.announce(status)

    def _status(self, one: Understood) -> StrategyStatus:
        name, ledger = one.spec.name, self._ledger
        return StrategyStatus(
            strategy=one.spec,
            instruments=sum(map(one.applies_to, self._world.state.market.instruments)),
            triggers=sum(follower.evaluator.counts.triggers[name] for follower in self._followers),
            signals=ledger.signals(name),
            fresh=self._fresh[name],
            last_ms=ledger.last_ms(name),
            scores=ledger.scores(name),
        )


def _followers(
    strategies: Iterable[Understood], indicators: Indicators, grid_of: GridOf, before: Iterable[Signal]
) -> Iterable[Follower]:
    by_timeframe: defaultdict[str, list[Understood]] = defaultdict(list)
    for one in strategies:
        by_timeframe[one.spec.timeframe].append(one)
    before = tuple(before)
    for timeframe, some in by_timeframe.items():
        evaluator = Evaluator(some, timeframe, indicators)
        evaluator.remember(before)
        yield Follower(timeframe, evaluator, grid_of)
