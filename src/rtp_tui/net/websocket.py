"""WebSockets as a client; the only importer of the websockets library on this side of the wire."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from ssl import SSLContext, create_default_context
from typing import Literal, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException

from rtp_tui.clock import Clock
from rtp_tui.net.http import LONGEST_PAUSE_S, USER_AGENT, asked_pause_s, reason
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.traffic import Traffic
from rtp_tui.net.trust import Trust

MAX_FRAME_BYTES = 16 * 1024 * 1024
ABNORMAL_CLOSURE = 1006
_CLOSE_TIMEOUT_S = 0.5
_DEFAULT_SETTINGS = NetSettings()
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SocketUnreachable(Exception):
    """No socket could be opened: the HTTP status where there was an answer, and the pause that it asked for."""

    def __init__(self, message: str, status: int | None = None, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class SocketClosed(Exception):
    """The socket is over: the peer's close code, or 1006 where the connection was just lost."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code}{f': {reason}' if reason else ''}")
        self.code = code
        self.reason = reason


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, text: str) -> None:
        """Send one text frame. Raises SocketClosed."""
        ...

    async def receive(self) -> bytes:
        """The next frame, undecoded UTF-8 if it is text. Raises SocketClosed."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye; nothing happens when it is closed already."""
        ...


class CountedConnection(ClientConnection):
    """Knows how much has arrived of frames that are not complete yet."""

    received_bytes = 0
    traffic: Traffic | None = None

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        if self.traffic is not None:
            self.traffic.received += len(data)
        super().data_received(data)


class LibrarySocket:
    """A connection of the websockets library behind our own protocol."""

    def __init__(self, connection: CountedConnection) -> None:
        self._connection = connection

    @property
    def received_bytes(self) -> int:
        """All that has arrived so far; grows while a large frame is on its way."""
        return self._connection.received_bytes

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
            if self._connection.traffic is not None:
                self._connection.traffic.sent += len(text)
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def receive(self) -> bytes:
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._connection.close(code, reason)


@asynccontextmanager
async def connect(
    url: str,
    *,
    clock: Clock,
    settings: NetSettings = _DEFAULT_SETTINGS,
    max_bytes: int = MAX_FRAME_BYTES,
    headers: Iterable[tuple[str, str]] = (),
    open_timeout_s: float = 10.0,
    ping_interval_s: float | None = 20.0,
    ping_timeout_s: float | None = 20.0,
    traffic: Traffic | None = None,
    trust: Trust | None = None,
) -> AsyncIterator[LibrarySocket]:
    """Open a WebSocket and close it at the end of the block. Raises SocketUnreachable.

    Nothing is compressed. A frame larger than `max_bytes` ends the connection: SocketClosed with 1009.
    """
    host = urlsplit(url).hostname or "?"
    try:
        async with clock.timeout(open_timeout_s):
            connection = await open_connection(
                url,
                additional_headers=list(headers),
                user_agent_header=USER_AGENT,
                compression=None,
                max_size=max_bytes,
                max_queue=1024,
                open_timeout=None,
                ping_interval=ping_interval_s,
                ping_timeout=ping_timeout_s,
                close_timeout=_CLOSE_TIMEOUT_S,
                proxy=_proxy(settings, host),
                ssl=_tls(trust or Trust(settings), url),
                create_connection=CountedConnection,
            )
            assert isinstance(connection, CountedConnection)
            connection.traffic = traffic
    except TimeoutError:
        raise SocketUnreachable(f"{host} did not answer within {open_timeout_s:g} s") from None
    except InvalidStatus as error:
        status = error.response.status_code
        pause_s = min(asked_pause_s(error.response.headers) or 0.0, LONGEST_PAUSE_S)
        raise SocketUnreachable(f"{host} answers HTTP {status}", status, pause_s) from None
    except InvalidHandshake as error:
        words = _hung_up(error) or "it does not answer as a WebSocket server does"
        raise SocketUnreachable(f"{host}: {words}") from None
    except (WebSocketException, OSError, EOFError, ValueError) as error:
        raise SocketUnreachable(f"{host}: {reason(error)}") from error
    try:
        yield LibrarySocket(connection)
    finally:
        await connection.close()


def _hung_up(error: InvalidHandshake) -> str:
    return "it hung up without an answer" if isinstance(error.__cause__, EOFError) else ""


def _tls(trust: Trust, url: str) -> SSLContext | None:
    return trust.context(_certificates) if url.startswith("wss:") else None


def _certificates(_settings: NetSettings) -> SSLContext:
    return create_default_context()


def _proxy(settings: NetSettings, host: str) -> str | Literal[True] | None:
    if settings.proxy == "none" or host in _LOOPBACK:
        return None
    return True if settings.proxy == "env" else settings.proxy


def _closed(error: ConnectionClosed) -> SocketClosed:
    ours_first = error.sent is not None and not error.rcvd_then_sent
    frame = error.sent if ours_first else error.rcvd
    return SocketClosed(ABNORMAL_CLOSURE) if frame is None else SocketClosed(frame.code, frame.reason)
