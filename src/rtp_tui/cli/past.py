"""Where the past is asked about: an engine that answers for it, or the data directory on which none works."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from rtp_tui.api.asking import Asking
from rtp_tui.assemble.stored import stored_past
from rtp_tui.cli import exit_codes
from rtp_tui.cli.engine import EngineAddress, authorization, engine_at, find_engine, unreachable
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.instruments import known_ids
from rtp_tui.cli.options import GlobalOptions, loaded_for_client
from rtp_tui.cli.run import data_directory
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.model.errors import (
    BadRequest,
    NotAllowed,
    NotAuthenticated,
    NotConnected,
    Refused,
    UnknownInstrument,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import Query
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.server_file import read_server_file

AnswerT = TypeVar("AnswerT")
_CODES: tuple[tuple[type[Refused], int], ...] = (
    (BadRequest, exit_codes.USAGE),
    (UnknownInstrument, exit_codes.USAGE),
    (NotAllowed, exit_codes.NOT_ALLOWED),
    (NotAuthenticated, exit_codes.NOT_ALLOWED),
    (NotConnected, exit_codes.UNREACHABLE),
)


class Past(Protocol):
    """Whoever knows what was."""

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`."""
        ...

    async def names(self) -> Collection[InstrumentId]:
        """The instruments that can be asked about."""
        ...


def ask_past(options: GlobalOptions, question: Callable[[Past], Awaitable[AnswerT]]) -> AnswerT:
    """Ask an engine where one is named or answers for the data directory, else that itself. Raises CommandFailed."""
    settings = loaded_for_client(options).settings
    is_named = options.host is not None or options.port is not None
    with _in_words():
        if is_named or read_server_file(Path(settings.data_dir)) is not None:
            return asyncio.run(_asked(_engine(find_engine(options)), question))
        with data_directory(settings):
            return asyncio.run(_asked(_directory(settings), question))


async def _asked(
    opening: AbstractAsyncContextManager[Past], question: Callable[[Past], Awaitable[AnswerT]]
) -> AnswerT:
    async with opening as past:
        return await question(past)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        code = next((code for kind, code in _CODES if isinstance(refusal, kind)), exit_codes.FAILURE)
        raise CommandFailed(refusal.message, code) from None
    except StoreUnusable as error:
        raise CommandFailed(str(error)) from None


class _Engine:
    """A running engine."""

    def __init__(self, asking: Asking, address: EngineAddress) -> None:
        self._asking = asking
        self._address = address

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        try:
            return await self._asking.query(query)
        except NotConnected as error:
            raise unreachable(self._address, error.message) from None

    async def names(self) -> Collection[InstrumentId]:
        async with engine_at(self._address) as engine:
            return await known_ids(engine)


@asynccontextmanager
async def _engine(address: EngineAddress) -> AsyncIterator[Past]:
    headers = tuple(authorization(address))
    async with Asking(address.url, SystemClock(), address.net, headers) as asking:
        yield _Engine(asking, address)


@asynccontextmanager
async def _directory(settings: Settings) -> AsyncIterator[Past]:
    async with stored_past(settings, SystemClock()) as past:
        yield past
