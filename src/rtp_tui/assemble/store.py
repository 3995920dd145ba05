"""What the engine remembers with: a file, or memory where a file cannot be had."""

import logging
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.storage.contract import History, Recorder, StoreUnusable
from rtp_tui.storage.memory import Memory, MemoryHistory, MemoryRecorder
from rtp_tui.storage.opening import is_damaged
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder

_MENDING = (
    "put a backup in its place with rtp-tui db restore, or start without storage.strict: it is kept then, and"
    " what can be read of it saved"
)
_log = logging.getLogger(__name__)


class Store(Struct, frozen=True):
    """Its two seams."""

    recorder: Recorder
    history: History


async def opened_store(settings: Settings, epoch: str, clock: Clock, stack: AsyncExitStack) -> Store:
    """A store that is closed with the stack. Raises StoreUnusable where storage is strict.

    Otherwise the engine goes on live without a file, says so, and its health shows it.
    """
    try:
        store = await _file_store(settings, epoch, clock)
    except StoreUnusable as error:
        if settings.storage.strict:
            raise StoreUnusable(refusal(error)) from error
        _log.error("history is kept in memory only: %s", error)
        memory = Memory()
        problem = f"history is kept in memory only: {error}"
        store = Store(MemoryRecorder(memory, clock, problem), MemoryHistory(memory))
    stack.push_async_callback(store.recorder.close)
    stack.push_async_callback(store.history.close)
    return store


def refusal(error: StoreUnusable) -> str:
    """Why a strict start ends, with what to do about a damaged file."""
    is_mendable = error.__cause__ is not None and is_damaged(error.__cause__)
    return f"{error}: {_MENDING}" if is_mendable else str(error)


async def _file_store(settings: Settings, epoch: str, clock: Clock) -> Store:
    path = history_path(settings)
    recorder = SqliteRecorder(path, settings.storage, clock, epoch=epoch)
    try:
        await recorder.open()
    except BaseException:
        # A recorder that was opened by half has a thread and a connection, which nobody else would end.
        await recorder.close()
        raise
    return Store(recorder, SqliteHistory(path, doubt=recorder.doubt, clock=clock))


def history_path(settings: Settings) -> Path:
    """Where the history file is."""
    return Path(settings.storage.path) if settings.storage.path else Path(settings.data_dir) / "history.db"
