"""What followers follow: `python -m benchmarks.fan_out_servers hub|broadcast|bare TICKS_PER_S`.

The same market for all three: ticks go through the pipeline to its readers.

- hub: the whole server, as it is run;
- broadcast: `websockets.broadcast` of every tick's message to the followers of its instrument;
- bare: the bytes of as many messages as the hub would send, made before, written to each transport every 100 ms.

Answers `port`, `measure` (what was used since it was last said) and `stop` (how long the end took).
"""

import asyncio
import gc
import logging
import random
import re
import sys
import time
from collections.abc import Callable, Coroutine
from itertools import count
from math import exp
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.control_line import cpu_s, obey, resident_mb
from benchmarks.figures import rank
from benchmarks.market_load import INSTRUMENTS, MarketLoad
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.operations import Subscribe, decode_operation
from rtp_tui.cli.collector import collect_seldom
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import Command
from rtp_tui.model.events import Batch, Snapshot
from rtp_tui.model.market import Quote, Tick, TickKind
from rtp_tui.model.queries import Query
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.server.app import Server
from rtp_tui.server.journal import Journal
from rtp_tui.server.messages import text_frame
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.settings import ServerSettings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryRecorder

FEED_EVERY_S = 0.01
PERIOD_S = 0.1
VARIANTS = 4
MOST_CLIENTS = 4_000
_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
_ACK = b'{"type":"ack","id":1,"op":"subscribe","channels":[],"epoch":"bench","seq":0}'


class CountingPipeline(LocalPipeline):
    """The real door, which also counts what would read the store."""

    queries = 0

    async def query(self, query: Query[Any]) -> Any:
        self.queries += 1
        return await super().query(query)

    async def execute(self, command: Command[Any]) -> Any:
        self.queries += 1
        return await super().execute(command)


class Market:
    """A pipeline whose instruments tick at random, so many times a second in all."""

    def __init__(self, ticks_per_s: int) -> None:
        self.clock = SystemClock()
        load = MarketLoad(self.clock)
        instruments = load.instruments
        processor = Processor(instruments)
        recorder = MemoryRecorder(Memory(), self.clock)
        self.pipeline = Pipeline("bench", PipelineState(instruments), processor, recorder, self.clock)
        self.door = CountingPipeline(self.pipeline, Handlers(), self.clock)
        self._ids = [one.id for one in instruments]
        self._prices = {key: quote.price or 1.0 for key, quote in load.quotes.items()}
        self._per_s = ticks_per_s
        self._random = random.Random(3)
        self.ticks = 0

    async def run(self) -> None:
        """Tick until cancelled; what a held loop had no time for is left out."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pipeline.write())
            due, before_s = 0.0, time.monotonic()
            while True:
                await asyncio.sleep(FEED_EVERY_S)
                now_s = time.monotonic()
                due += min(now_s - before_s, PERIOD_S) * self._per_s
                before_s = now_s
                self._tick(int(due))
                due -= int(due)

    def _tick(self, number: int) -> None:
        now_ms = self.clock.now_ms()
        for _ in range(number):
            instrument = self._random.choice(self._ids)
            price = self._prices[instrument] * (1 + self._random.uniform(-0.0005, 0.0005))
            self._prices[instrument] = price
            self.pipeline.accept(
                Tick(
                    TickKind.QUOTE,
                    instrument,
                    f"load:{int(instrument[8:])}",
                    now_ms,
                    now_ms,
                    price=price,
                    bid=price * 0.9999,
                    ask=price * 1.0001,
                    volume_24h=1e6,
                )
            )
        self.ticks += number


async def serve_hub(market: Market, listening: Callable[[int], None], ending: asyncio.Event) -> None:
    """The server as it is."""
    settings = ServerSettings(port=0, max_clients=MOST_CLIENTS, max_clients_per_address=MOST_CLIENTS)
    server = Server(
        market.door,
        settings,
        market.clock,
        version="bench",
        on_status=lambda _status: None,
        on_listening=lambda url: listening(int(url.rpartition(":")[2])),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run())
        await ending.wait()
        server.stop()


async def serve_broadcast(market: Market, listening: Callable[[int], None], ending: asyncio.Event) -> None:
    """Every tick's message to the followers of its instrument, by the library's own means."""
    journal = Journal()
    rendering = Rendering(journal, market.clock, "bench")
    followers: dict[str, set[ServerConnection]] = {}

    async def converse(connection: ServerConnection) -> None:
        order = decode_operation(str(await connection.recv()))
        assert isinstance(order, Subscribe)
        for channel in order.channels:
            followers.setdefault(channel, set()).add(connection)
        await connection.send(_ACK.decode())
        await connection.wait_closed()

    async def follow() -> None:
        async with market.door.watch(conflate_ms=0) as updates:
            async for update in updates:
                if isinstance(update, Snapshot):
                    journal.load(update)
                elif isinstance(update, Batch):
                    for event in update.events:
                        journal.apply(event)
                        if isinstance(event.payload, Quote):
                            channel = event.payload.instrument
                            text = rendering.price(channel).body.decode()
                            broadcast(followers.get(channel, ()), text)
                await asyncio.sleep(FEED_EVERY_S)

    async with serve(converse, "127.0.0.1", 0, compression=None) as server:
        listening(next(iter(server.sockets)).getsockname()[1])
        following = asyncio.create_task(follow())
        await ending.wait()
        following.cancel()
        await asyncio.wait([following])


class BareFollower(asyncio.Protocol):
    """Shakes hands and is then written to."""

    def __init__(self, bare: "Bare") -> None:
        self._bare = bare
        self._heard = b""
        self.payloads: list[bytes] = []
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard.endswith(b"\r\n\r\n"):
            self.transport.write(_ACCEPTED)
            self._heard = b""
        elif self._heard[:1] == b"\x81" and not self.payloads:
            self.transport.write(text_frame(_ACK))
            self.payloads = self._bare.payloads(re.findall(rb'"(crypto:[^"]*)"', self._heard))
            self._bare.followers.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._bare.followers:
            self._bare.followers.remove(self)


class Bare:
    """Bytes made before, written every 100 ms: what no server of these messages can be cheaper than."""

    def __init__(self, market: Market) -> None:
        self.followers: list[BareFollower] = []
        self._random = random.Random(5)
        self._moves = 1 - exp(-market._per_s / INSTRUMENTS * PERIOD_S)
        journal = Journal()
        market._tick(20 * INSTRUMENTS)
        journal.load(market.pipeline.snapshot())
        rendering = Rendering(journal, market.clock, "bench")
        self._frames = {key.encode(): rendering.price(key).frame for key in market._ids}

    def payloads(self, channels: list[bytes]) -> list[bytes]:
        """Some deliveries to one follower, in which each instrument moved as often as in the market."""
        return [
            b"".join(self._frames[one] for one in channels if self._random.random() < self._moves)
            for _ in range(VARIANTS)
        ]

    async def run(self) -> None:
        """Write until cancelled."""
        for number in count():
            await asyncio.sleep(PERIOD_S)
            for follower in self.followers:
                follower.transport.write(follower.payloads[number % VARIANTS])


async def serve_bare(market: Market, listening: Callable[[int], None], ending: asyncio.Event) -> None:
    """Nothing but writing."""
    bare = Bare(market)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: BareFollower(bare), "127.0.0.1", 0, backlog=2048)
    listening(server.sockets[0].getsockname()[1])
    writing = asyncio.create_task(bare.run())
    await ending.wait()
    writing.cancel()
    server.close()


SERVERS: dict[str, Callable[[Market, Callable[[int], None], asyncio.Event], Coroutine[Any, Any, None]]] = {
    "hub": serve_hub,
    "broadcast": serve_broadcast,
    "bare": serve_bare,
}
PROBE_EVERY_S = 0.005


class Watch:
    """What the process uses, and how late its loop is."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._lags_ms: list[float] = [0.0]
        self._collecting_ms: list[float] = [0.0]
        self._collecting_since_s = 0.0
        self._cpu_s = cpu_s()
        self._ticks = 0
        gc.callbacks.append(self._note_collection)

    async def run(self) -> None:
        """Look now and then until cancelled."""
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(PROBE_EVERY_S)
            self._lags_ms.append((time.monotonic() - before_s - PROBE_EVERY_S) * 1000)

    def measure(self) -> object:
        """What was used since last asked."""
        used_s, self._cpu_s = cpu_s() - self._cpu_s, cpu_s()
        ticks, self._ticks = self._market.ticks - self._ticks, self._market.ticks
        answer = {
            "cpu_s": used_s,
            "ticks": ticks,
            "rss_mb": resident_mb(),
            "lag_p99_ms": rank(self._lags_ms, 0.99),
            "lag_max_ms": max(self._lags_ms),
            "collecting_ms": sum(self._collecting_ms),
            "longest_collection_ms": max(self._collecting_ms),
            "queries": self._market.door.queries,
        }
        self._lags_ms, self._collecting_ms = [0.0], [0.0]
        return answer

    def _note_collection(self, phase: str, _details: object) -> None:
        if phase == "start":
            self._collecting_since_s = time.perf_counter()
        else:
            self._collecting_ms.append((time.perf_counter() - self._collecting_since_s) * 1000)


async def main(kind: str, ticks_per_s: int) -> None:
    """Serve until told to end."""
    market = Market(ticks_per_s)
    watch = Watch(market)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    ending = asyncio.Event()
    serving = asyncio.create_task(SERVERS[kind](market, port.set_result, ending))
    tasks = [asyncio.create_task(watch.run())]
    if kind != "bare":
        tasks.append(asyncio.create_task(market.run()))

    async def answer(word: str) -> object:
        if word == "port":
            return await asyncio.wait_for(port, 10)
        if word == "stop":
            began_s = time.monotonic()
            ending.set()
            await asyncio.wait_for(serving, 20)
            return time.monotonic() - began_s
        return watch.measure()

    await obey(answer)
    for task in (*tasks, serving):
        task.cancel()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    collect_seldom()
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
