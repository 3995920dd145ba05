"""The world of the ready-made desks: `python -m benchmarks.desks_exchange`, every market open around the clock.

Answers `where` (its port), `refused` (what the broker of Indian shares refused), `first` (the ids that it was first
asked for, and those that were first subscribed), `cut` (no socket there from now on), `used` and `end`.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from benchmarks.control_line import cpu_s, obey, resident_mb
from rtp_tui.cli.collector import collect_seldom
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.simulator.demo import DemoMarket
from rtp_tui.simulator.dhan_gateway import DhanGateway
from rtp_tui.simulator.dhan_rest import DhanRest
from rtp_tui.simulator.dhan_shares import SHARES
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.http_dialect import Reply
from rtp_tui.simulator.listings import CLOSED_MARKET, FX_MARKET, OPENING_MARKET

ALWAYS = tuple(
    DemoMarket(name=name, timezone="UTC", open="00:00", close="24:00")
    for name in (OPENING_MARKET, CLOSED_MARKET, FX_MARKET)
)


class NotingRest(DhanRest):
    """Remembers the ids of its first question about prices."""

    def __init__(self) -> None:
        super().__init__(SHARES)
        self.first: list[int] = []

    def post(self, path: str, headers: Mapping[str, str], body: bytes, now_ms: int) -> Reply:
        """Answer a question of JSON."""
        if not self.first and "marketfeed" in path:
            self.first = msgspec.json.decode(body, type=dict[str, list[int]]).get("NSE_EQ", [])
        return super().post(path, headers, body, now_ms)


class NotingGateway(DhanGateway):
    """Remembers the streams that were first subscribed."""

    def __init__(self, clock: Clock) -> None:
        self.noting = NotingRest()
        super().__init__(clock, self.noting, SHARES)
        self.first: list[int] = []
        self.is_cut = False

    def obey(self, subscriber: Subscriber, message: str | bytes) -> "list[bytes]":
        """Do what a client asks."""
        if not self.first:
            wishes = msgspec.json.decode(message).get("InstrumentList", [])
            self.first = [int(one["SecurityId"]) for one in wishes]
        return list(super().obey(subscriber, message))

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return not self.is_cut and super().has_socket_at(target)

    def cut(self) -> None:
        """End every connection, and take no more."""
        self.is_cut = True
        for subscriber in tuple(self.fanout.subscribers):
            subscriber.wire.transport.abort()


async def run() -> None:
    """Be the world until the input ends."""
    clock = SystemClock()
    exchange = SimulatedExchange(clock, markets=ALWAYS, has_desks=True)
    broker = NotingGateway(clock)
    exchange.listener.gateways = {**exchange.listener.gateways, "dhan": broker}

    async def answer(word: str) -> object:
        match word:
            case "where":
                return exchange.port
            case "refused":
                return broker.refused + broker.noting.refused
            case "first":
                return {"asked": broker.noting.first, "subscribed": broker.first}
            case "cut":
                broker.cut()
            case "used":
                return {"cpu_s": cpu_s(), "resident_mb": resident_mb()}
        return None

    async with exchange.listening():
        collect_seldom()
        await obey(answer)


if __name__ == "__main__":
    asyncio.run(run())
