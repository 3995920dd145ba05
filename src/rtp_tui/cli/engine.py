"""Finds a running engine and asks it over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from rtp_tui.api.wire import Problem
from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.options import GlobalOptions, loaded_for_client
from rtp_tui.cli.reachable import reachable_host, reachable_url
from rtp_tui.cli.token import client_token
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.net.http import HttpClient, HttpError, HttpReply, Params
from rtp_tui.net.settings import NetSettings
from rtp_tui.storage.server_file import SERVER_FILE_NAME, read_server_file

DEFAULT_PORT = 8080
ANSWERS_WITHIN_S = 10.0

AnswerT = TypeVar("AnswerT")
StructT = TypeVar("StructT", bound=Struct)


class EngineAddress(Struct, frozen=True):
    """Where an engine should be, how that is known, and what to show there."""

    url: str
    found_by: str
    data_dir: Path
    net: NetSettings
    token: str | None
    read_only: bool = False
    """This side gives no commands."""


class Asks(Protocol):
    """What an engine is asked with; HttpClient does."""

    async def get(self, path: str, params: Params | None = None) -> HttpReply:
        """Fetch. Raises HttpError."""
        ...

    async def post(self, path: str, body: bytes | None = None, params: Params | None = None) -> HttpReply:
        """Send JSON, or nothing. Raises HttpError."""
        ...

    async def put(self, path: str, body: bytes) -> HttpReply:
        """Put JSON in the place of what is there. Raises HttpError."""
        ...

    async def patch(self, path: str, body: bytes) -> HttpReply:
        """Change by JSON. Raises HttpError."""
        ...

    async def delete(self, path: str) -> HttpReply:
        """Remove. Raises HttpError."""
        ...


class Engine:
    """A running engine, asked over HTTP."""

    def __init__(self, client: Asks, address: EngineAddress) -> None:
        self.address = address
        self._client = client

    async def get(self, path: str, params: Params | None = None) -> bytes:
        """The body of an answer. Raises CommandFailed."""
        return self._body(await self._asked(self._client.get(path, params)))

    async def post(self, path: str, body: bytes | None = None, params: Params | None = None) -> bytes:
        """The body of an answer to an order. Raises CommandFailed."""
        return self._body(await self._asked(self._client.post(path, body, params)))

    async def put(self, path: str, body: bytes) -> bytes:
        """The body of an answer to what was put there. Raises CommandFailed."""
        return self._body(await self._asked(self._client.put(path, body)))

    async def patch(self, path: str, body: bytes) -> bytes:
        """The body of an answer to a change. Raises CommandFailed."""
        return self._body(await self._asked(self._client.patch(path, body)))

    async def delete(self, path: str) -> bytes:
        """The body of an answer to a removal. Raises CommandFailed."""
        return self._body(await self._asked(self._client.delete(path)))

    async def _asked(self, asking: Coroutine[Any, Any, HttpReply]) -> HttpReply:
        try:
            return await asking
        except HttpError as error:
            raise unreachable(self.address, str(error)) from None

    def _body(self, reply: HttpReply) -> bytes:
        if reply.status < 400:
            return reply.body
        raise _refused(reply, self.address)


Question = Callable[[Engine], Coroutine[Any, Any, AnswerT]]


def ask(
    options: GlobalOptions, question: Question[AnswerT], *, within_s: float = ANSWERS_WITHIN_S
) -> AnswerT:
    """Run a question to the engine that the options lead to. Raises CommandFailed."""
    return asyncio.run(_ask(find_engine(options), question, within_s))


def order(
    options: GlobalOptions, giving: Question[AnswerT], *, within_s: float = ANSWERS_WITHIN_S
) -> AnswerT:
    """Give an order to that engine, unless this side is read-only. Raises CommandFailed."""
    address = find_engine(options)
    if address.read_only:
        raise CommandFailed("no commands are given: read_only is set here", exit_codes.NOT_ALLOWED)
    return asyncio.run(_ask(address, giving, within_s))


async def _ask(address: EngineAddress, question: Question[AnswerT], within_s: float) -> AnswerT:
    async with engine_at(address, within_s) as engine:
        return await question(engine)


@asynccontextmanager
async def engine_at(address: EngineAddress, within_s: float = ANSWERS_WITHIN_S) -> AsyncIterator[Engine]:
    """An engine that shares connections while the block runs. Raises CommandFailed."""
    client = HttpClient(
        address.net,
        SystemClock(),
        base_url=address.url,
        timeout_s=within_s,
        max_bytes=64_000_000,
        headers=authorization(address),
    )
    try:
        async with client:
            yield Engine(client, address)
    except HttpError as error:
        raise unreachable(address, str(error)) from None


def authorization(address: EngineAddress) -> list[tuple[str, str]]:
    """The header that shows the token, if there is one."""
    return [("Authorization", f"Bearer {address.token}")] if address.token else []


def find_engine(options: GlobalOptions) -> EngineAddress:
    """Where the flags point, else where a running engine left word, else where one usually is."""
    settings = loaded_for_client(options).settings
    url, found_by = _where(options, settings)
    return EngineAddress(
        url=url,
        found_by=found_by,
        data_dir=Path(settings.data_dir),
        net=settings.net,
        token=client_token(settings.server.token_file),
        read_only=settings.read_only,
    )


def _where(options: GlobalOptions, settings: Settings) -> tuple[str, str]:
    if options.host is not None or options.port is not None:
        url = _url(options.host or "127.0.0.1", options.port or DEFAULT_PORT, settings)
        return url, "as --host and --port say"
    server = read_server_file(Path(settings.data_dir))
    if server is not None:
        return reachable_url(server.url), f"as {Path(settings.data_dir) / SERVER_FILE_NAME} says"
    url = _url("127.0.0.1", DEFAULT_PORT, settings)
    return url, f"since {settings.data_dir} has no {SERVER_FILE_NAME} of a running engine"


def _url(host: str, port: int, settings: Settings) -> str:
    """There a server of this configuration would be."""
    host = reachable_host(host)
    scheme = "https" if settings.server.tls_certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def unreachable(address: EngineAddress, reason: str) -> CommandFailed:
    """Nothing answers there: say where that is, and how it was found."""
    return CommandFailed(
        f"no engine answers at {address.url} ({reason}); looked there {address.found_by}",
        exit_codes.UNREACHABLE,
    )


def token_hint(address: EngineAddress) -> str:
    """What to do where a server does not know the token, or was shown none."""
    shown = "shown was that of the token file" if address.token else "none was shown"
    return f" ({shown}; --token-file FILE or RTP_TOKEN_FILE names the file that has it)"


def decoded(body: bytes, kind: type[StructT]) -> StructT:
    """An answer as a struct. Raises CommandFailed where something else answered."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CommandFailed("what answers there is not this program, or another version of it") from None


def _refused(reply: HttpReply, address: EngineAddress) -> CommandFailed:
    code = exit_codes.NOT_ALLOWED if reply.status in (401, 403) else exit_codes.FAILURE
    try:
        problem = msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return CommandFailed(f"{address.url} answers HTTP {reply.status}", code)
    hint = token_hint(address) if reply.status == 401 else ""
    return CommandFailed((problem.detail or problem.title) + hint, code)
