"""Four venues that stream trades as fast as they are told: `python -m benchmarks.ingest_venues`.

Answers `port`, a number (so many trades a second from now on, of all venues together, 0 for none) and `sent`.
Frames are made as text and written to the transports in one piece every 10 ms.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection, serve

from benchmarks.control_line import obey
from rtp_tui.server.messages import text_frame

EVERY_S = 0.01
COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE")
Render = Callable[[str, int, int, str], str]
"""A trade's frame: coin, number, Unix milliseconds, the same in text."""


def binance(coin: str, number: int, at_ms: int, at: str) -> str:
    """An event of a combined stream."""
    symbol = f"{coin}USDT"
    return (
        f'{{"stream":"{symbol.lower()}@trade","data":{{"e":"trade","E":{at_ms},"s":"{symbol}","t":{number},'
        f'"p":"{100 + number % 7}.25","q":"0.50","T":{at_ms},"m":true,"M":true}}}}'
    )


def coinbase(coin: str, number: int, at_ms: int, at: str) -> str:
    """A match."""
    return (
        f'{{"type":"match","trade_id":{number},"maker_order_id":"a","taker_order_id":"b","side":"sell",'
        f'"size":"0.50","price":"{100 + number % 7}.25","product_id":"{coin}-USD","sequence":{number},"time":"{at}"}}'
    )


def okx(coin: str, number: int, at_ms: int, at: str) -> str:
    """One trade of channel `trades`."""
    name = f"{coin}-USDT"
    return (
        f'{{"arg":{{"channel":"trades","instId":"{name}"}},"data":[{{"instId":"{name}","tradeId":"{number}",'
        f'"px":"{100 + number % 7}.25","sz":"0.5","side":"buy","ts":"{at_ms}","count":"1"}}]}}'
    )


def kraken(coin: str, number: int, at_ms: int, at: str) -> str:
    """One trade of channel `trade`."""
    return (
        f'{{"channel":"trade","type":"update","data":[{{"symbol":"{coin}/USD","side":"buy",'
        f'"price":{100 + number % 7}.25,"qty":0.5,"ord_type":"market","trade_id":{number},"timestamp":"{at}"}}]}}'
    )


VENUES: dict[str, Render] = {"binance": binance, "coinbase": coinbase, "okx": okx, "kraken": kraken}


class Venues:
    """Who is connected, and how much each was sent."""

    def __init__(self) -> None:
        self.sent = 0
        self._rate = 0
        self._wanted = 0.0
        self._numbers = dict.fromkeys(VENUES, 0)
        self._sockets: dict[str, list[ServerConnection]] = {name: [] for name in VENUES}

    async def answer(self, word: str) -> object:
        if word.isdigit():
            self._rate = int(word)
            return self.sent
        return self.sent if word == "sent" else None

    async def take(self, socket: ServerConnection) -> None:
        """Keep a connection; what it says is read and not answered."""
        assert socket.request is not None
        venue = socket.request.path.strip("/").split("/")[0].split("?")[0]
        listed = self._sockets.get(venue, [])
        listed.append(socket)
        try:
            async for _ in socket:
                pass
        finally:
            listed.remove(socket)

    async def send(self) -> None:
        """Write what is due, the venues in turn."""
        last_s = time.monotonic()
        while True:
            await asyncio.sleep(EVERY_S)
            now_s = time.monotonic()
            self._wanted += self._rate * (now_s - last_s) / len(VENUES)
            last_s, due = now_s, int(self._wanted)
            self._wanted -= due
            for venue, render in VENUES.items():
                self._write(venue, render, due)

    def _write(self, venue: str, render: Render, due: int) -> None:
        if not due or not self._sockets[venue]:
            return
        now_ms = int(time.time() * 1000)
        at = datetime.fromtimestamp(now_ms / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        number = self._numbers[venue]
        frames = [
            text_frame(render(COINS[n % len(COINS)], number + n, now_ms, at).encode()) for n in range(due)
        ]
        self._numbers[venue] = number + due
        self._sockets[venue][0].transport.write(b"".join(frames))
        self.sent += due


async def main() -> None:
    """Serve until told to end."""
    venues = Venues()
    async with serve(venues.take, "127.0.0.1", 0, compression=None, max_queue=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        async def answer(word: str) -> object:
            return port if word == "port" else await venues.answer(word)

        sending = asyncio.create_task(venues.send())
        await obey(answer)
        sending.cancel()


if __name__ == "__main__":
    asyncio.run(main())
