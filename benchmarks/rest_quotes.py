"""Quotes per second over REST on one core, against a bare Starlette route that returns the same bytes.

Both are served by the same listener in a process of its own; the load comes from another process, on loopback,
over a few connections that are kept open. Rounds alternate, so that what else the machine does meets both.
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Coroutine
from multiprocessing.connection import Connection

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.figures import machine, report
from rtp_tui.clock import SystemClock
from rtp_tui.server.app import Server
from rtp_tui.server.limits import Refusals
from rtp_tui.server.listening import Listener, listen
from rtp_tui.server.settings import ServerSettings
from tests.scripted_pipeline import ScriptedPipeline

PATH = "/market/latest/crypto:BTC"
CONNECTIONS = 8
Serving = Callable[..., Coroutine[object, object, None]]

ROUND_S = 3.0
ROUNDS = 5
GOAL_PCT = 70


def main() -> None:
    """Print both rates and their ratio."""
    print(machine())
    with Served(serve_ours) as ours, Served(serve_bare, fetch(ours.port)) as bare:
        rounds = [(ours.round(), bare.round()) for _ in range(ROUNDS)]
    report("quotes over REST, per second of one core", [mine.per_core_s for mine, _ in rounds], "/s")
    report("the same bytes from a bare route", [other.per_core_s for _, other in rounds], "/s")
    report("quotes over REST, as this machine had time", [mine.per_s for mine, _ in rounds], "/s")
    ratios = [mine.per_core_s / other.per_core_s * 100 for mine, other in rounds]
    report("ratio", ratios, "%")
    print(f"goal at least {GOAL_PCT} %: {'met' if statistics.median(ratios) >= GOAL_PCT else 'MISSED'}")


class Round(Struct, frozen=True):
    """Requests answered in a round, the seconds that it took, and the CPU that the server used."""

    answered: int
    took_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Whatever else the machine did."""
        return self.answered / self.took_s

    @property
    def per_core_s(self) -> float:
        """Had the server a core for itself."""
        return self.answered / self.cpu_s


class Served:
    """A server in a process of its own, which tells its port and the CPU that it has used."""

    def __init__(self, serve: Serving, *arguments: object) -> None:
        here, there = multiprocessing.Pipe()
        self._pipe = here
        self._process = multiprocessing.Process(target=run, args=(serve, there, *arguments), daemon=True)
        self.port = 0

    def __enter__(self) -> "Served":
        self._process.start()
        self.port = self._pipe.recv()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._process.terminate()
        self._process.join()

    def round(self) -> Round:
        """One round of load from a process that ends by itself."""
        before_s = self._cpu_s()
        here, there = multiprocessing.Pipe()
        load = multiprocessing.Process(target=ask_for_a_while, args=(self.port, there))
        load.start()
        answered, took_s = here.recv()
        load.join()
        return Round(answered, took_s, self._cpu_s() - before_s)

    def _cpu_s(self) -> float:
        self._pipe.send("cpu")
        return float(self._pipe.recv())


def run(serve: Serving, pipe: Connection, *arguments: object) -> None:
    """The server's process."""
    asyncio.run(serve(pipe, *arguments))


async def serve_ours(pipe: Connection) -> None:
    """The whole server, in front of an engine that says the same all the time."""
    listening = asyncio.Event()
    server = Server(
        ScriptedPipeline(),
        ServerSettings(port=0),
        SystemClock(),
        version="0",
        on_status=lambda _status: None,
        on_listening=lambda _url: listening.set(),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run())
        await listening.wait()
        await tell(pipe, int(server.url.rpartition(":")[2]))


async def serve_bare(pipe: Connection, body: bytes) -> None:
    """One route, under the listener that ours has."""

    async def quote(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    listener = listen(ServerSettings(port=0))
    async with asyncio.TaskGroup() as group:
        served = Listener(
            Starlette(routes=[Route(PATH, quote)]),
            lambda: None,
            lambda: None,
            SystemClock(),
            refusals=Refusals(),
        )
        group.create_task(served.serve([listener]))
        await tell(pipe, listener.getsockname()[1])


async def tell(pipe: Connection, port: int) -> None:
    """Say where the server is, then how much CPU it has used whenever that is asked."""
    pipe.send(port)
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), asked.set)
    while True:
        await asked.wait()
        asked.clear()
        while pipe.poll():
            pipe.recv()
            pipe.send(time.process_time())


def ask_for_a_while(port: int, pipe: Connection) -> None:
    """The load's process: as many requests as are answered in a round."""
    pipe.send(asyncio.run(ask(port)))


async def ask(port: int) -> tuple[int, float]:
    """How many were answered, and in how many seconds."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask_in_turn(port, began + ROUND_S)) for _ in range(CONNECTIONS)]
    return sum(task.result() for task in tasks), time.monotonic() - began


async def ask_in_turn(port: int, until: float) -> int:
    """One connection: a request, its answer, and so on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.monotonic() < until:
        writer.write(request(port))
        await read_answer(reader)
        answered += 1
    writer.close()
    return answered


def request(port: int) -> bytes:
    """What a program sends."""
    return b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\n\r\n" % (PATH.encode(), port)


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """The body of one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200")
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


def fetch(port: int) -> bytes:
    """One quote."""

    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(port))
        body = await read_answer(reader)
        writer.close()
        return body

    return asyncio.run(once())


if __name__ == "__main__":
    main()
