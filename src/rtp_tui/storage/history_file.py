"""The history file while it is written: opened when needed, begun anew when it is lost."""

import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.commit_record import Contents
from rtp_tui.storage.connection import WorkingConnection, finished
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.opening import file_identity, in_words, is_damaged, open_writer, set_aside
from rtp_tui.storage.retention import trim

_TRIM_ROWS = 2_000
"""Deleted in one go: a few milliseconds, so that commits stay on time."""


class HistoryFile:
    """One file and its only writing connection; every method leaves no transaction open."""

    def __init__(self, path: Path, clock: Clock, epoch: str, *, sets_aside: bool = True) -> None:
        self.path = path
        self.note = ""
        """What had to be done to get a file that can be written."""
        self._clock = clock
        self._epoch = epoch
        self._sets_aside = sets_aside
        self._connection: WorkingConnection | None = None
        self._writer: BatchWriter | None = None
        self._identity: tuple[int, int] | None = None

    async def open(self) -> None:
        """Open or begin the file; does nothing when it is open. Raises StoreUnusable."""
        if self._connection is not None:
            return
        self._connection = await WorkingConnection.opened(self._connect)
        self._identity = file_identity(self.path)

    async def contents(self) -> Contents:
        """What the file holds; nothing while it is not open. Raises StoreUnusable."""
        if self._connection is None:
            return Contents()
        try:
            return await finished(self._connection.submit(contents_of))
        except sqlite3.Error as error:
            raise StoreUnusable(in_words(error, self.path)) from error

    async def write(self, batch: Batch) -> Contents:
        """Make a batch durable, or nothing of it. Raises StoreUnusable and Unstorable."""
        await self._begin_anew_if_removed()
        await self.open()
        assert self._connection is not None
        try:
            return await finished(self._connection.submit(partial(self._write, batch, self._clock.now_ms())))
        except sqlite3.Error as error:
            await self._begin_anew_if_damaged(error)
            raise StoreUnusable(in_words(error, self.path)) from error

    async def trim(self, settings: StorageSettings) -> bool:
        """Delete some of what is too old or too much; returns whether more is to go. Raises StoreUnusable."""
        if self._connection is None:
            return False
        now_ms = self._clock.now_ms()
        try:
            return await finished(
                self._connection.submit(lambda connection: trim(connection, settings, now_ms, _TRIM_ROWS))
            )
        except sqlite3.Error as error:
            raise StoreUnusable(in_words(error, self.path)) from error

    async def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # What is broken cannot be closed in order; what was committed stays so.
            with suppress(sqlite3.Error):
                await connection.close()

    def _connect(self) -> sqlite3.Connection:
        opened = open_writer(self.path, self._clock.now_ms(), sets_aside=self._sets_aside)
        self._writer = BatchWriter(opened.connection, self._epoch)
        self.note = opened.note or self.note
        return opened.connection

    def _write(self, batch: Batch, stored_ms: int, connection: sqlite3.Connection) -> Contents:
        assert self._writer is not None
        self._writer.write(batch, stored_ms)
        return contents_of(connection)

    async def _begin_anew_if_removed(self) -> None:
        if self._connection is not None and file_identity(self.path) != self._identity:
            await self.close()
            self.note = "the history file was removed while it was in use: a new one was begun"

    async def _begin_anew_if_damaged(self, error: sqlite3.Error) -> None:
        if is_damaged(error):
            await self.close()
            aside = set_aside(self.path, self._clock.now_ms())
            self.note = f"the history file was damaged: it is kept as {aside.name}, a new one was begun"


def contents_of(connection: sqlite3.Connection) -> Contents:
    """What the file holds; bars from their span of ids, which is exact until old ones are deleted."""
    return Contents(
        *connection.execute(
            "SELECT (SELECT ifnull(max(id) - min(id) + 1, 0) FROM ticks),"
            " (SELECT ifnull(max(id) - min(id) + 1, 0) FROM bars),"
            " (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
        ).fetchone()
    )
