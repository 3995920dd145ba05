"""Signals: which strategies are held against which bars, and who asks about them.

What computes is loaded when it is first needed: an engine without strategies does without.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.signals import SignalAnswers
from rtp_tui.assemble.ground import Ground
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import BarPage, GetBars, GetSignals, GetStrategies, RunBacktest
from rtp_tui.model.signals import Backtest, SignalMemory, Strategy
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.storage.contract import History, StoreUnusable

if TYPE_CHECKING:
    # Heavy: numbers.
    from rtp_tui.analytics.signals.backtest import PastBars
    from rtp_tui.analytics.signals.backtests import Backtests
    from rtp_tui.analytics.signals.monitor import SignalMonitor

ReadBars = Callable[[GetBars], Awaitable[BarPage]]
"""Raises Refused."""

_log = logging.getLogger(__name__)


class Signalling(Struct, frozen=True, kw_only=True):
    """What signals are made of."""

    ground: Ground
    read: ReadBars
    strategies: Mapping[str, Strategy]
    """Those that are in force, by name."""


def signalling(ground: Ground, read: ReadBars) -> Signalling:
    """Connected and not yet running; nothing heavy is loaded."""
    in_force = ground.settings.strategies if ground.settings.features.signals else ()
    strategies = {one.name: one for one in in_force if one.enabled}
    return Signalling(ground=ground, read=read, strategies=strategies)


def add_signalling(supervisor: Supervisor, made: Signalling) -> None:
    """Give the supervisor the part, where there are strategies."""
    if made.strategies:
        supervisor.add("signals", partial(_run, made), after=("store", "bars"))


def answer_signals(handlers: Handlers, made: Signalling) -> None:
    """Hand questions about signals to those who know, even where there are no strategies any more."""
    answers = SignalAnswers(made.ground.history, made.ground.pipeline.state)
    handlers.answer(GetSignals, answers.signals)
    handlers.answer(GetStrategies, answers.strategies)
    answer_backtests(handlers, made)


def answer_backtests(handlers: Handlers, made: Signalling) -> None:
    """Hand questions about the past of rules to who holds them against it."""
    handlers.answer(RunBacktest, _Backtesting(made).run)


class _Backtesting:
    """Loads what computes when it is first asked."""

    def __init__(self, made: Signalling) -> None:
        self._made = made
        self._backtests: Backtests | None = None

    async def run(self, query: RunBacktest) -> Backtest:
        if self._backtests is None:
            await _loaded("rtp_tui.analytics.signals.backtests")
            from rtp_tui.analytics.signals.backtests import Backtests  # heavy: numbers

            made = self._made
            self._backtests = Backtests(_past(made), made.ground.pipeline.state, made.strategies)
        return await self._backtests.run(query)


async def _run(made: Signalling) -> None:
    """Part "signals"; begun anew it goes on from what is stored."""
    await _loaded("rtp_tui.analytics.signals.monitor")
    await (await _monitor(made)).run()


async def _monitor(made: Signalling) -> "SignalMonitor":
    from rtp_tui.analytics.signals.indicator_values import LibraryIndicators  # heavy: numbers
    from rtp_tui.analytics.signals.monitor import SignalMonitor, SignalWorld  # heavy: likewise
    from rtp_tui.analytics.signals.strategies import understood  # with the others

    pipeline, indicators = made.ground.pipeline, LibraryIndicators()
    world = SignalWorld(
        state=pipeline.state,
        reading=partial(pipeline.reading, conflates=True),
        read_bars=made.read,
        grid_of=partial(_grid, made),
        keep=pipeline.keep_signal,
        announce=pipeline.announce,
    )
    known = [understood(strategy, indicators) for strategy in made.strategies.values()]
    return SignalMonitor(world, known, indicators, await _memory(made.ground.history), made.ground.clock)


def _past(made: Signalling) -> "PastBars":
    from rtp_tui.analytics.signals.backtest import PastBars  # heavy: numbers
    from rtp_tui.analytics.signals.indicator_values import LibraryIndicators  # heavy: likewise

    return PastBars(
        read=made.read,
        grid_of=partial(_grid, made),
        spread_share_of=partial(_spread_share, made),
        indicators=LibraryIndicators(),
        clock=made.ground.clock,
    )


async def _loaded(module: str) -> None:
    """Loading takes a tenth of a second, which the loop does not have."""
    await asyncio.to_thread(import_module, module)


async def _memory(history: History) -> SignalMemory:
    try:
        return await history.signal_memory()
    except StoreUnusable as error:
        _log.warning("signals of earlier runs are not known: %s", error)
        return SignalMemory()


def _grid(made: Signalling, instrument: InstrumentId, timeframe: str, at_ms: int) -> BarGrid:
    known = made.ground.pipeline.state.market.instruments.get(instrument)
    market = "24x7" if known is None else known.market
    return BarGrid(TIMEFRAMES_MS[timeframe], made.ground.calendar.sessions(market, at_ms, at_ms + MINUTE_MS))


def _spread_share(made: Signalling, instrument: InstrumentId) -> float | None:
    """Offer minus bid as a share of the price now, where all are known."""
    quote = made.ground.pipeline.state.market.quotes.get(instrument)
    if quote is None or quote.bid is None or quote.ask is None or not quote.price:
        return None
    return max(0.0, quote.ask - quote.bid) / quote.price
