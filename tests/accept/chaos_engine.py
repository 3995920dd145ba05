"""An engine in this process, on a simulated exchange whose clock is right, with a clock of its own that can be set."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.parts import PartState
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from tests.accept.running import PATIENCE_S, shared_calendars

STREAMED, POLLED = InstrumentId("crypto:BTC"), InstrumentId("stocks:AAPL")
INSTRUMENTS = (
    Instrument(id=STREAMED, name="Bitcoin", feeds=("binance:BTCUSDT",)),
    Instrument(id=InstrumentId("crypto:LTC"), name="Litecoin", feeds=("coinbase:LTC-USD",)),
    Instrument(id=InstrumentId("crypto:SOL"), name="Solana", feeds=("coingecko:solana",)),
    Instrument(id=POLLED, name="Apple", feeds=("yahoo:AAPL",)),
)
JOBS = tuple(
    JobSettings(id=f"{kind}-prices", interval_ms=2_000, max_retries=0) for kind in ("crypto", "stock")
)
WELL = (Freshness.LIVE, Freshness.FRESH)


class SteppingClock:
    """The machine's clock, with a wall clock that can be set."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._ahead_ms = 0

    def set_by(self, seconds: float) -> None:
        """Set it ahead, or back."""
        self._ahead_ms += round(seconds * 1000)

    def now_ms(self) -> int:
        return self._clock.now_ms() + self._ahead_ms

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return self._clock.timeout(seconds)


@asynccontextmanager
async def running(
    folder: Path, clock: Clock, plant: Callable[[Engine], None] = lambda engine: None
) -> AsyncIterator[Engine]:
    """An engine at work while the block is, with whatever was planted in it before it began."""
    exchange = SimulatedExchange(SystemClock(), trades_per_second=60, tick_interval_ms=100, markets=())
    async with exchange.listening():
        settings = Settings(
            data_dir=str(folder),
            instruments=INSTRUMENTS,
            jobs=JOBS,
            server=ServerSettings(enabled=True, port=0),
            sources=simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url),
        )
        around = Surroundings(shared_calendars=shared_calendars())
        async with assembled(settings, clock, around) as engine, asyncio.TaskGroup() as group:
            plant(engine)
            group.create_task(engine.supervisor.run())
            try:
                yield engine
            finally:
                engine.supervisor.stop()


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for it."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def is_well(engine: Engine) -> bool:
    """Every part runs and every price is fresh."""
    state = engine.pipeline.state
    return (
        bool(state.part.parts)
        and all(part.state is PartState.OK for part in state.part.parts.values())
        and len(state.quality.freshness) == len(INSTRUMENTS)
        and all(verdict.freshness in WELL for verdict in state.quality.freshness.values())
    )


def said(engine: Engine) -> list[str]:
    """The lines of the log, as the timeline has them."""
    return [line.message for line in engine.pipeline.state.part.log.lines]
