"""What a strategy, or a rule, would have said of the past. Heavy: loaded when somebody asks."""

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase

from msgspec.structs import replace

from rtp_tui.analytics.signals.backtest import PastBars, backtest
from rtp_tui.analytics.signals.strategies import check_strategy, understood
from rtp_tui.model.errors import BadRequest, TooManyRequests, UnknownInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.queries import RunBacktest
from rtp_tui.model.signals import Backtest, Strategy
from rtp_tui.state.pipeline_state import PipelineState

MOST_WAITING = 4
"""Backtests that wait for the one that runs."""
LONGEST_MS = 3_660 * 86_400_000


class Backtests:
    """Runs one at a time; a few may wait."""

    def __init__(self, past: PastBars, state: PipelineState, strategies: Mapping[str, Strategy]) -> None:
        self._past = past
        self._state = state
        self._strategies = strategies
        self._running = asyncio.Lock()
        self._waiting = 0

    async def run(self, query: RunBacktest) -> Backtest:
        """What a rule would have said. Raises BadRequest, UnknownInstrument, TooManyRequests and Failed."""
        strategy = self._strategy(query)
        instruments = self._instruments(strategy)
        end_ms = self._past.clock.now_ms() if query.end_ms is None else query.end_ms
        if not 0 < end_ms - query.start_ms <= LONGEST_MS or query.start_ms < 0:
            raise BadRequest("from and to: a span of the past of ten years at most is wanted")
        if self._waiting > MOST_WAITING:
            raise TooManyRequests("other backtests are waiting")
        self._waiting += 1
        try:
            async with self._running:
                known = understood(strategy, self._past.indicators)
                return await backtest(known, instruments, query.start_ms, end_ms, self._past)
        finally:
            self._waiting -= 1

    def _strategy(self, query: RunBacktest) -> Strategy:
        known = self._strategies.get(query.rule.strip())
        strategy = Strategy(name="rule", when=query.rule, cool_down_ms=0) if known is None else known
        asked = {
            "timeframe": query.timeframe,
            "direction": query.direction,
            "cool_down_ms": query.cool_down_ms,
            "hold_ms": query.hold_ms,
            "instruments": query.instruments or None,
        }
        strategy = replace(strategy, **{name: value for name, value in asked.items() if value is not None})
        try:
            check_strategy(strategy, self._past.indicators)
        except ValueError as mistake:
            words = str(mistake)
            if known is None and query.rule.replace("-", "").replace("_", "").isalnum():
                named = ", ".join(self._strategies) or "none"
                words += f"\nIt is not the name of a strategy either; known are: {named}"
            raise BadRequest(words) from None
        return strategy

    def _instruments(self, strategy: Strategy) -> tuple[InstrumentId, ...]:
        known: Mapping[InstrumentId, Instrument] = self._state.market.instruments
        for pattern in strategy.instruments:
            if not any(fnmatchcase(one, pattern) for one in known):
                raise UnknownInstrument(f"no instrument {pattern} is configured")
        return tuple(one for one in known if any(fnmatchcase(one, each) for each in strategy.instruments))
