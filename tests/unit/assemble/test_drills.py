"""Orders for fire drills, and what is told of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.drills import Drills, carry_out_drills
from rtp_tui.model.commands import EndDrills, StartDrill
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.errors import BadRequest, Unavailable
from rtp_tui.simulator.exchange import SimulatedExchange
from tests.fakes import FakeClock, settle

VENUES = ("binance", "coinbase", "coingecko", "yahoo")


class Demo:
    """An exchange that does not listen, and what was told of its drills."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.exchange = SimulatedExchange(self.clock)
        self.told: list[DrillStatus] = []
        self.drills = Drills(self.exchange, self.told.append, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.drills.run())
        await settle()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def now(self) -> list[tuple[str, str]]:
        return [(drill.venue, drill.fault) for drill in self.told[-1].running]

    async def after(self, seconds: float) -> None:
        """Let time pass, and the exchange look for what is over."""
        await self.clock.advance(seconds)
        for gateway in self.exchange.listener.gateways.values():
            gateway.faults.end_due(self.clock.monotonic())
        await self.clock.advance(0.5)


async def test_what_can_be_drilled_is_told_at_the_start() -> None:
    demo = Demo()
    async with demo.running():
        assert set(demo.told[0].venues) >= set(VENUES)
        assert {"outage", "stall", "black_hole", "key_rejected"} <= set(demo.told[0].faults)
        assert demo.told[0].running == ()


async def test_a_drill_is_told_once_when_it_begins_and_once_when_it_is_over() -> None:
    demo = Demo()
    async with demo.running():
        done = await demo.drills.start(StartDrill(fault="outage", venue="binance", seconds=20))
        assert done.message == "binance: outage for 20 s"
        assert demo.now() == [("binance", "outage")]
        drill = demo.told[-1].running[0]
        assert drill.until_ms - drill.since_ms == 20_000
        await demo.after(10)
        assert len(demo.told) == 2
        await demo.after(11)
        assert demo.now() == []
        assert len(demo.told) == 3


async def test_without_a_venue_all_of_them_misbehave_until_it_is_ended() -> None:
    demo = Demo()
    async with demo.running():
        await demo.drills.start(StartDrill(fault="latency", seconds=60))
        assert {venue for venue, _ in demo.now()} >= set(VENUES)
        done = await demo.drills.end(EndDrills(venue="yahoo"))
        assert done == type(done)(message="1 drill ended", affected=("yahoo latency",))
        await demo.after(0.1)
        assert "yahoo" not in {venue for venue, _ in demo.now()}
        assert demo.now()
        await demo.drills.end(EndDrills())
        await demo.after(0.1)
        assert demo.now() == []


async def test_the_same_drill_again_lasts_anew() -> None:
    demo = Demo()
    async with demo.running():
        await demo.drills.start(StartDrill(fault="stall", venue="yahoo", seconds=10))
        await demo.after(5)
        await demo.drills.start(StartDrill(fault="stall", venue="yahoo", seconds=30))
        await demo.after(10)
        assert demo.now() == [("yahoo", "stall")]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (StartDrill(fault="earthquake", venue="binance"), "no fault 'earthquake'; faults: outage"),
        (StartDrill(fault="outage", venue="nowhere"), "no venue 'nowhere'; venues: binance"),
        (StartDrill(fault="outage", seconds=0), "seconds: more than 0"),
        (StartDrill(fault="outage", seconds=float("nan")), "seconds: more than 0"),
        (StartDrill(fault="outage", seconds=99_999), "at most 3600"),
    ],
)
async def test_what_cannot_be_drilled_is_refused_with_what_can(order: StartDrill, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await Demo().drills.start(order)


async def test_only_a_demo_has_drills() -> None:
    handlers = Handlers()
    carry_out_drills(handlers, None)
    for order in (StartDrill(fault="outage"), EndDrills()):
        with pytest.raises(Unavailable, match="--demo"):
            await handlers.run(order)
