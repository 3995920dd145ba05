"""The simulated exchange in the place of the world."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import Done, StartDrill
from rtp_tui.model.errors import BadRequest
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.sources.registry import simulated_venues

LONGEST_DRILL_S = 3600.0

Drill = Callable[[StartDrill], Awaitable[Done]]


@asynccontextmanager
async def with_simulated_exchange(settings: Settings, clock: Clock) -> AsyncIterator["Demo"]:
    """A simulated exchange of this process, with the demo's instruments and markets."""
    from rtp_tui.simulator.demo import demo_instruments  # heavy: only a demo loads the simulator
    from rtp_tui.simulator.exchange import SimulatedExchange  # heavy: likewise
    from rtp_tui.simulator.faults import fault_named  # heavy: likewise

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
            sources=simulated_venues(settings.sources, exchange.ws_url, exchange.rest_url),
        )

        async def drill(order: StartDrill) -> Done:
            """See `StartDrill`. Raises BadRequest."""
            if not 0 < order.seconds <= LONGEST_DRILL_S:
                raise BadRequest(f"seconds: more than 0, and at most {LONGEST_DRILL_S:g}")
            try:
                exchange.inject(fault_named(order.fault), order.seconds, order.venue)
            except ValueError as error:
                raise BadRequest(
                    f"{error}; venues: {', '.join(sorted(exchange.listener.gateways))}"
                ) from None
            words = f"{order.venue}: {order.fault} for {order.seconds:g} s"
            return Done(message=words, affected=(order.venue,))

        yield Demo(simulated, drill)


class Demo(Struct, frozen=True):
    """Settings that point at the simulated exchange, and how to let it misbehave."""

    settings: Settings
    drill: Drill


async def no_drill(_order: StartDrill) -> Done:
    """Where there is no simulated exchange. Raises BadRequest."""
    raise BadRequest("only a demo has an exchange that can be made to misbehave (rtp-tui --demo)")
