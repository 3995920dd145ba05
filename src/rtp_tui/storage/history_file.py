"""The history file while it is written: opened when needed, begun anew when it is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.sessions import Span
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.commit_record import Contents
from rtp_tui.storage.connection import WorkingConnection, finished
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.opening import (
    check_again,
    check_start,
    file_identity,
    in_words,
    is_damaged,
    open_instead,
    open_writer,
    set_aside,
)
from rtp_tui.storage.retention import trim
from rtp_tui.storage.rollups import Roll
from rtp_tui.storage.salvage import SALVAGED_WITHIN_S
from rtp_tui.storage.steady_time import SteadyTime
from rtp_tui.storage.trimmed import Trimmed

ResultT = TypeVar("ResultT")

_TRIM_ROWS = 2_000
"""Deleted in one go: a few milliseconds, so that commits stay on time."""


class HistoryFile:
    """One file and its only writing connection; every method leaves no transaction open."""

    def __init__(self, path: Path, clock: Clock, epoch: str, *, sets_aside: bool = True) -> None:
        self.path = path
        self.note = ""
        """What had to be done to get a file that can be written."""
        self.losses = 0
        """How often a file was lost while it was in use."""
        self._clock = clock
        self._epoch = epoch
        self._sets_aside = sets_aside
        self._connection: WorkingConnection | None = None
        self._writer: BatchWriter | None = None
        self._identity: tuple[int, int] | None = None
        self._journal: tuple[int, int] | None = None
        self._aside: Path | None = None
        """What is still to be saved of a damaged file."""
        self._time = SteadyTime(clock)

    async def open(self) -> None:
        """Open or begin the file; does nothing when it is open. Raises StoreUnusable."""
        if self._connection is not None:
            return
        self._connection = await WorkingConnection.opened(self._connect)
        self._identity = file_identity(self.path)
        self._journal = file_identity(self._journal_path)

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

    async def check(self) -> None:
        """Look at the file because somebody could not read it; a damaged one is set aside. Raises StoreUnusable."""
        if self._connection is None:
            return
        try:
            await finished(self._connection.submit(lambda _: check_again(self.path)))
        except OSError:
            return  # it was removed: the next commit finds out
        except sqlite3.Error as error:
            await self._begin_anew_if_damaged(error)

    async def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        """Store hours and days of a span's minutes; how many. Raises StoreUnusable and Unstorable."""
        return await self._written(lambda writer: writer.roll_up(instrument, span, roll))

    async def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        """Forget that hours and days are stored from a moment on. Raises StoreUnusable and Unstorable."""
        await self._written(lambda writer: writer.roll_again(instrument, from_ms))

    async def _written(self, work: Callable[[BatchWriter], ResultT]) -> ResultT:
        if self._connection is None or self._writer is None:
            raise StoreUnusable(f"{self.path}: the history file is not open")
        writer = self._writer
        try:
            return await finished(self._connection.submit(lambda _: work(writer)))
        except sqlite3.Error as error:
            raise StoreUnusable(in_words(error, self.path)) from error

    async def trim(self, settings: StorageSettings) -> Trimmed:
        """Delete some of what is too old or too much, and say what. Raises StoreUnusable."""
        if self._connection is None:
            return Trimmed()
        now_ms = self._time.now_ms()
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

    @property
    def _journal_path(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _connect(self) -> sqlite3.Connection:
        until_s = self._clock.monotonic() + SALVAGED_WITHIN_S

        def is_over() -> bool:
            return self._clock.monotonic() >= until_s

        if self._aside is None:
            opened = open_writer(
                self.path, self._clock.now_ms(), sets_aside=self._sets_aside, is_over=is_over
            )
        else:
            opened = open_instead(self.path, self._aside, is_over)
            self._aside = None
        self._writer = BatchWriter(opened.connection, self._epoch)
        self.note = opened.note or self.note
        return opened.connection

    def _write(self, batch: Batch, stored_ms: int, connection: sqlite3.Connection) -> Contents:
        assert self._writer is not None
        with suppress(OSError):  # it was removed just now, or nothing can be read: writing tells more
            check_start(self.path)
        self._writer.write(batch, stored_ms)
        return contents_of(connection)

    async def _begin_anew_if_removed(self) -> None:
        if self._connection is None:
            return
        if file_identity(self.path) != self._identity:
            await self.close()
            self.losses += 1
            self.note = "the history file was removed while it was in use: a new one was begun"
        elif file_identity(self._journal_path) != self._journal:
            await self._save_journal()
            self.note = "the journal of the history file was removed while it was in use: it was written back"

    async def _save_journal(self) -> None:
        """Write what a removed journal holds, which is still open here, to the file itself."""
        assert self._connection is not None
        with suppress(sqlite3.Error):
            await finished(self._connection.submit(_checkpoint))
        await self.close()

    async def _begin_anew_if_damaged(self, error: sqlite3.Error) -> None:
        if is_damaged(error):
            await self.close()
            self._aside = set_aside(self.path, self._clock.now_ms())
            self.losses += 1
            self.note = f"the history file was damaged: it is kept as {self._aside.name}, a new one is begun"


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def contents_of(connection: sqlite3.Connection) -> Contents:
    """What the file holds; bars from their span of ids, which is exact until old ones are deleted."""
    return Contents(
        *connection.execute(
            "SELECT (SELECT ifnull(max(id) - min(id) + 1, 0) FROM ticks),"
            " (SELECT ifnull(max(id) - min(id) + 1, 0) FROM bars),"
            " (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
        ).fetchone()
    )
