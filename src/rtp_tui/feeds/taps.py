"""Taps on sockets and HTTP clients: what comes through is handed on unchanged, and taken down as it came."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlencode

from rtp_tui.capture import CapturedFrame
from rtp_tui.clock import Clock
from rtp_tui.feeds.session import Connect
from rtp_tui.net.http import Headers, HttpReply, Params
from rtp_tui.net.websocket import Socket
from rtp_tui.sources.asking import Http

Take = Callable[[CapturedFrame], None]
RECORDED_HEADERS = ("content-type", "date", "retry-after")
"""What explains an answer; none of them identifies anybody."""
RECORDED_PREFIXES = ("x-mbx-used-weight", "x-ratelimit", "ratelimit")


class TappedSocket:
    """A socket whose received frames are taken down; what is sent may show a key, and is not."""

    def __init__(self, socket: Socket, source: str, url: str, take: Take, clock: Clock) -> None:
        self._socket = socket
        self._source = source
        self._url = url
        self._take = take
        self._clock = clock

    async def send(self, text: str) -> None:
        await self._socket.send(text)

    async def receive(self) -> bytes:
        frame = await self._socket.receive()
        self._take(CapturedFrame(self._clock.now_ms(), self._source, "ws", self._url, "", frame))
        return frame

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)


class TappedHttp:
    """A client whose answers are taken down, with what was asked but without the headers that it was asked with."""

    def __init__(self, http: Http, source: str, base_url: str, take: Take, clock: Clock) -> None:
        self._http = http
        self._source = source
        self._base_url = base_url.rstrip("/")
        self._take = take
        self._clock = clock

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        """Fetch. Raises HttpError."""
        reply = await self._http.get(path, params, headers)
        self._note("GET", f"{path}?{urlencode(params)}" if params else path, reply)
        return reply

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply:
        """Ask by JSON, which is not taken down. Raises HttpError."""
        reply = await self._http.post(path, body, headers=headers)
        self._note("POST", path, reply)
        return reply

    def _note(self, method: str, target: str, reply: HttpReply) -> None:
        self._take(
            CapturedFrame(
                self._clock.now_ms(),
                self._source,
                "http",
                f"{self._base_url}{target}",
                "",
                reply.body,
                method,
                reply.status,
                tuple((name, value) for name, value in reply.headers.items() if _is_recorded(name)),
            )
        )


def tapped(connect: Connect, source: str, take: Take, clock: Clock) -> Connect:
    """The same way to sockets, with a tap on each."""

    @asynccontextmanager
    async def opened(url: str) -> AsyncIterator[Socket]:
        async with connect(url) as socket:
            yield TappedSocket(socket, source, url, take, clock)

    def connected(url: str) -> AbstractAsyncContextManager[Socket]:
        return opened(url)

    return connected


def _is_recorded(header: str) -> bool:
    return header in RECORDED_HEADERS or header.startswith(RECORDED_PREFIXES)
