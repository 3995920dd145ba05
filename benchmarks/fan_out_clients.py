"""Followers of a server on loopback: `python -m benchmarks.fan_out_clients PORT CLIENTS [STALLED [SLOW]]`.

As little work as can be for each message, so that a thousand fit into one process: frames are counted, and of
each delivery the first message's moment of receipt is read. Answers the words `connect`, `measure` (what came
since it was last said), `misbehave` (one stops reading, one reads 1 KB/s), `return` (all drop and come back).
"""

import asyncio
import random
import re
import socket
import statistics
import sys
import time
from typing import Any

from benchmarks.control_line import obey
from benchmarks.figures import rank
from benchmarks.market_load import INSTRUMENTS, symbol

FOLLOWED = 20
_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_RECEIVED = b'"received_ms":'
_SEQ = re.compile(rb'"seq":(\d+),')
_EPOCH = re.compile(rb'"epoch":"([^"]*)"')
_AT_ONCE = 50
_TURNS = 4
_WITHIN_S = 30.0


class Follower(asyncio.Protocol):
    """One client: shakes hands, subscribes, counts."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._channels = _channels(number)
        self.updates = 0
        self.octets = 0
        self.delays_ms: list[float] = []
        self.heard_s = 0.0
        self.longest_silence_s = 0.0
        self.following: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_recovered = False
        self.is_gone = False
        self.since = ""
        self._rest = b""
        self._tail = b""
        self._epoch = ""
        self._turn = number % _TURNS
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write((_HANDSHAKE % self._port).encode())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self.following.done():
            data = self._begin(data)
        at = self._count(data)
        self._rest = data[at:] if at < len(data) else b""

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_gone = True

    def drop(self) -> str:
        """Break the connection; where to go on."""
        seqs = _SEQ.findall(self._tail)
        self._transport.abort()
        return f',"since":{{"epoch":"{self._epoch}","seq":{int(seqs[-1])}}}' if seqs else ""

    def start_measuring(self) -> None:
        """Forget what came before."""
        self.updates = self.octets = 0
        self.delays_ms.clear()
        self.longest_silence_s = 0.0
        self.heard_s = time.monotonic()

    def _begin(self, data: bytes) -> bytes:
        if data.startswith(b"HTTP/1.1 101"):
            _, _, data = data.partition(b"\r\n\r\n")
            order = f'{{"op":"subscribe","id":1,"channels":[{self._channels}],"conflate_ms":100{self.since}}}'
            self._send(0x1, order.encode())
        found = _EPOCH.search(data, data.find(b'"type":"ack"')) if b'"type":"ack"' in data else None
        if found:
            self._epoch = found[1].decode()
            self.is_recovered = b'"recovered":true' in data
            self.following.set_result(None)
        return data

    def _count(self, data: bytes) -> int:
        at, end, frames, sample = 0, len(data), 0, 0
        while end - at >= 4:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = data[at + 2] << 8 | data[at + 3], at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + size > end:
                break
            if data[at] == 0x89:
                self._send(0xA, data[start : start + size])
            else:
                # Neither always the oldest of a delivery nor always the newest.
                sample = start if frames <= self._turn else sample
                frames += 1
            at = start + size
        self.octets += at
        if frames:
            self._note(data, frames, sample)
        return at

    def _note(self, data: bytes, frames: int, sample: int) -> None:
        now_s = time.monotonic()
        silence_s, self.heard_s = now_s - self.heard_s, now_s
        self.longest_silence_s = max(self.longest_silence_s, silence_s)
        self.updates += frames
        self._tail = data
        self._turn = (self._turn + 1) % _TURNS
        found = data.find(_RECEIVED, sample)
        if found > 0 and data[found + 14 : found + 18] != b"null":
            received_ms = int(data[found + 14 : found + 27])
            self.delays_ms.append(time.time() * 1000 - received_ms)

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else bytes((0xFE, size >> 8, size & 0xFF))
        self._transport.write(bytes((0x80 | opcode,)) + length + bytes(4) + payload)


def _channels(number: int) -> str:
    chosen = random.Random(number).sample(range(INSTRUMENTS), FOLLOWED)
    return ",".join(f'"crypto:{symbol(n)}"' for n in chosen)


class Crowd:
    """All followers, and the two who misbehave."""

    def __init__(self, port: int, clients: int) -> None:
        self._port = port
        self._clients = clients
        self._followers: list[Follower] = []
        self._began_s = time.monotonic()
        self._stalled_ended_s: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, word: str) -> object:
        """Do what a word says."""
        if word == "connect":
            return await self._connect([""] * self._clients)
        if word == "measure":
            return self._measure()
        if word == "misbehave":
            for reading in (self._stall(), self._crawl()):
                self._tasks.add(asyncio.create_task(reading))
        if word == "return":
            return await self._connect([follower.drop() for follower in self._followers])
        return {"stalled_ended_s": self._stalled_ended_s}

    async def _connect(self, positions: list[str]) -> object:
        began_s = time.monotonic()
        allowed = asyncio.Semaphore(_AT_ONCE)
        self._followers = await asyncio.gather(
            *(self._follow(number, since, allowed) for number, since in enumerate(positions))
        )
        return {
            "took_s": time.monotonic() - began_s,
            "recovered": sum(follower.is_recovered for follower in self._followers),
        }

    async def _follow(self, number: int, since: str, allowed: asyncio.Semaphore) -> Follower:
        follower = Follower(self._port, number)
        follower.since = since
        async with allowed, asyncio.timeout(_WITHIN_S):
            await asyncio.get_running_loop().create_connection(lambda: follower, "127.0.0.1", self._port)
            await follower.following
        return follower

    def _measure(self) -> object:
        now_s = time.monotonic()
        elapsed_s, self._began_s = now_s - self._began_s, now_s
        updates = [follower.updates for follower in self._followers]
        delays_ms = [delay for follower in self._followers for delay in follower.delays_ms] or [0.0]
        silences_s = [max(f.longest_silence_s, now_s - f.heard_s) for f in self._followers]
        answer = {
            "elapsed_s": elapsed_s,
            "updates": sum(updates),
            "octets": sum(follower.octets for follower in self._followers),
            "least_updates": min(updates),
            "median_updates": statistics.median(updates),
            "most_updates": max(updates),
            "p50_ms": rank(delays_ms, 0.5),
            "p99_ms": rank(delays_ms, 0.99),
            "max_ms": max(delays_ms),
            "worst_silence_ms": max(silences_s) * 1000,
            "gone": sum(follower.is_gone for follower in self._followers),
        }
        for follower in self._followers:
            follower.start_measuring()
        return answer

    async def _stall(self) -> None:
        """Subscribe and read nothing more, until the server has had enough."""
        connection = await self._raw_follower(10_001)
        began_s = time.monotonic()
        while not _is_reset(connection):
            await asyncio.sleep(0.1)
        self._stalled_ended_s = time.monotonic() - began_s
        connection.close()

    async def _crawl(self) -> None:
        """Subscribe and read 1 KB/s until sent away."""
        connection = await self._raw_follower(10_002)
        try:
            while await asyncio.get_running_loop().sock_recv(connection, 1024):
                await asyncio.sleep(1)
        except OSError:
            pass
        connection.close()

    async def _raw_follower(self, number: int) -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", self._port))
        await loop.sock_sendall(connection, (_HANDSHAKE % self._port).encode())
        await loop.sock_recv(connection, 1024)
        order = f'{{"op":"subscribe","id":1,"channels":[{_channels(number)}]}}'.encode()
        size = len(order)
        await loop.sock_sendall(connection, bytes((0x81, 0xFE, size >> 8, size & 0xFF)) + bytes(4) + order)
        return connection


def _is_reset(connection: socket.socket) -> bool:
    """Whether the peer has ended the connection, found without reading."""
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0 or _state(connection) != 1


def _state(connection: socket.socket) -> int:
    """The first byte of Linux' `tcp_info`: 1 while established."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


if __name__ == "__main__":
    asyncio.run(obey(Crowd(int(sys.argv[1]), int(sys.argv[2])).answer))
