"""The life of one socket: connect, subscribe, read until it is over."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from rtp_tui.clock import Clock
from rtp_tui.feeds.intake import Intake
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame
from rtp_tui.net.websocket import Socket, SocketClosed, SocketUnreachable
from rtp_tui.sources.contract import AccessDenied, Endpoint, Keepalive, RateLimited, SourceError
from rtp_tui.text import redacted, safe

OPENING_PACE_S = 0.25
"""The strictest venue takes five messages a second, our answers to its pings among them."""
MESSAGE_TOO_BIG = 1009
MAX_UNSENT = 256
"""So many messages wait to be sent; a connection that has more is made anew."""

Connect = Callable[[str], AbstractAsyncContextManager[Socket]]


class Session:
    """One socket, up from being subscribed until it is over."""

    def __init__(self, endpoint: Endpoint, intake: Intake, clock: Clock, connect: Connect) -> None:
        self.is_up = False
        self.is_denied = False
        """The venue answered, and would not have us; trying again at once is no use."""
        self.denied_s: float | None = None
        """For so long, where it said."""
        self.opened_s: float | None = None
        self.ended_s: float | None = None
        self.received_ms: int | None = None
        self.error: str | None = None
        self.refused: str | None = None
        self.settled = asyncio.Event()
        """It is up, or over before it could be."""
        self.needs_successor = asyncio.Event()
        """It is over, or will be soon."""
        self._endpoint = endpoint
        self._intake = intake
        self._clock = clock
        self._connect = connect
        self._frames_before = 0
        self._heard_s = 0.0
        self._heard_ms: int | None = None
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MAX_UNSENT)
        self._task: asyncio.Task[None] | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        """Run in a group of tasks."""
        self._task = group.create_task(self.run())

    def close(self) -> None:
        """Stop running, if it does."""
        if self._task is not None:
            self._task.cancel()

    def say(self, texts: Sequence[str]) -> None:
        """Send texts in their order, at the venue's pace; where they are too many, ask for a successor."""
        if len(texts) > MAX_UNSENT - self._unsent.qsize():
            self.needs_successor.set()
            return
        for text in texts:
            self._unsent.put_nowait(text)

    async def run(self) -> None:
        """Return when the socket is over; `error` says why."""
        try:
            async with self._connect(self._address()) as socket:
                await self._subscribe(socket)
                self._open()
                await self._converse(socket)
        except SourceError as error:
            self.is_denied = isinstance(error, AccessDenied)
            self.denied_s = error.retry_after_s if isinstance(error, RateLimited) else None
            self.end(str(error))
        except SocketUnreachable as error:
            self.is_denied = error.status is not None and 400 <= error.status < 500
            self.denied_s = error.retry_after_s or None
            self.end(str(error))
        except SocketClosed as error:
            if error.code == MESSAGE_TOO_BIG:
                self._intake.count(BadFrame.TOO_BIG)
            self.end(str(error))
        finally:
            self.end()

    def _address(self) -> str:
        endpoint = self._endpoint
        return endpoint.url if endpoint.sign is None else endpoint.sign(endpoint.url)

    def end(self, error: str | None = None) -> None:
        """Take it for over; the first reason is the one that counts."""
        if error is not None and self.error is None:
            self.error = safe(redacted(error), 160)
        if self.ended_s is None:
            self.ended_s = self._clock.monotonic()
        self.is_up = False
        self.settled.set()
        self.needs_successor.set()

    def silent_s(self, now_s: float, *, is_expected: bool) -> float:
        """Seconds without a frame while some were expected, to the precision of how often this is asked."""
        if self.received_ms != self._heard_ms or not is_expected:
            self._heard_s, self._heard_ms = now_s, self.received_ms
        return now_s - self._heard_s

    def has_heard_of(self, instrument: InstrumentId) -> bool:
        """Whether a frame observed the instrument since this socket was up."""
        return self._intake.heard_since(instrument, self._frames_before)

    def _open(self) -> None:
        self.is_up = True
        self.opened_s = self._heard_s = self._clock.monotonic()
        self._frames_before = self._intake.frames
        self.settled.set()

    async def _subscribe(self, socket: Socket) -> None:
        for number, text in enumerate(self._endpoint.opening):
            if number:
                await self._clock.sleep(OPENING_PACE_S)
            await socket.send(text)

    async def _converse(self, socket: Socket) -> None:
        keepalive = self._endpoint.keepalive
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._speak(socket))
                if keepalive is not None:
                    group.create_task(self._beat(socket, keepalive))
                await self._read(socket)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _beat(self, socket: Socket, keepalive: Keepalive) -> None:
        while True:
            await self._clock.sleep(keepalive.every_s)
            await socket.send(keepalive.text)

    async def _speak(self, socket: Socket) -> None:
        while True:
            await socket.send(await self._unsent.get())
            await self._clock.sleep(OPENING_PACE_S)

    async def _read(self, socket: Socket) -> None:
        receive, now_ms, take = socket.receive, self._clock.now_ms, self._intake.take
        while True:
            frame = await receive()
            self.received_ms = received_ms = now_ms()
            notice = take(frame, received_ms)
            if notice is None:
                continue
            if notice.reply is not None:
                await socket.send(notice.reply)
            if notice.closing:
                self.needs_successor.set()
            if notice.refused is not None:
                self.refused = notice.refused
