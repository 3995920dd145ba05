"""The simulated exchange in the place of the world."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.analytics.signals.usual import USUAL_STRATEGIES
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.sources.registry import simulated_venues

if TYPE_CHECKING:
    # Heavy: only a demo loads the simulator.
    from rtp_tui.simulator.exchange import SimulatedExchange


@asynccontextmanager
async def with_simulated_exchange(settings: Settings, clock: Clock) -> AsyncIterator["Demo"]:
    """A simulated exchange of this process, with the demo's instruments and markets."""
    from rtp_tui.simulator.demo import demo_instruments  # heavy: only a demo loads the simulator
    from rtp_tui.simulator.exchange import SimulatedExchange  # heavy: likewise

    exchange = SimulatedExchange(clock)
    async with exchange.listening():
        markets = {
            market.name: MarketSettings(
                timezone=market.timezone, open=market.open, close=market.close, weekdays=market.weekdays
            )
            for market in exchange.markets
        }
        simulated = replace(
            settings,
            instruments=demo_instruments(polled=True),
            markets=markets,
            strategies=settings.strategies or USUAL_STRATEGIES,
            sources=simulated_venues(settings.sources, exchange.ws_url, exchange.rest_url),
        )
        yield Demo(simulated, exchange)


class Demo(Struct, frozen=True):
    """Settings that point at the simulated exchange, and the exchange, which can be told to misbehave."""

    settings: Settings
    exchange: "SimulatedExchange"
