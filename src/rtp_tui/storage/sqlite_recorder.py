"""The recorder: a buffer that never waits, and one task that makes it durable."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.model.documents import Document
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick
from rtp_tui.model.notifications import AnyRecord
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import Signal
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.batch import COMMIT_SECONDS, Batch, Unstorable
from rtp_tui.storage.commit_record import CommitRecord, Contents
from rtp_tui.storage.contract import Remembered, StorageSettings, StoreUnusable, TakeBars, nothing_remembered
from rtp_tui.storage.history_file import HistoryFile
from rtp_tui.storage.rollups import Roll
from rtp_tui.storage.trimmed import Trimmed

TRIM_SECONDS = 60.0
SHORTEST_PAUSE_S = 0.02
"""After a commit that took long: others want the disk too."""
CHECK_SECONDS = 60.0
"""Between one doubt and the next that is looked into: reading the whole file is work."""
SURPLUS_CAPACITY = 500_000
"""Of bars and of events: hours of both, so that a disk that is never mended does not take all memory."""
RETRY_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 5.0)
_CLOSING_ATTEMPTS = 3


def _nobody(seq: int) -> None:
    """Where a watermark goes before anybody asked for it."""


class SqliteRecorder:
    """Records into one SQLite file, of which it is the only writer.

    While the file cannot be written, rows wait: of more than `capacity` ticks the oldest are given up
    and counted, bars and events only far beyond that. It goes on by itself when the file can be written
    again; one that is lost is begun anew with what is in memory.
    """

    def __init__(
        self, path: Path, settings: StorageSettings, clock: Clock, epoch: str, capacity: int = 200_000
    ) -> None:
        self._file = HistoryFile(path, clock, epoch, sets_aside=not settings.strict)
        self._settings = settings
        self._clock = clock
        self._capacity = capacity
        self._waiting = Batch()
        self._writing = 0
        self._take_bars: TakeBars = tuple
        self._committed: Callable[[int], None] = _nobody
        self._alone = asyncio.Lock()
        self._closing = asyncio.Event()
        self._record = CommitRecord()
        self._trim_at = clock.monotonic()
        self._trim_problem = ""
        self._remembered: Callable[[], Remembered] = nothing_remembered
        self._losses = 0
        self._is_doubted = False
        self._check_at = clock.monotonic()

    async def open(self) -> None:
        """Open or begin the file, so that what is wrong with it is known at start. Raises StoreUnusable."""
        await self._file.open()
        self._record.contents = await self._file.contents()

    def add_tick(self, seq: int, tick: Tick) -> None:
        """Buffer a tick; when the bounded buffer is full the oldest tick is given up and counted."""
        waiting = self._waiting
        if waiting.since is None:
            waiting.since = self._clock.monotonic()
        waiting.seq = seq
        waiting.ticks.append(tick)
        if len(waiting.ticks) > self._capacity:
            self._record.dropped += waiting.give_up_ticks(self._capacity)

    def add_event(self, event: Event, at_ms: int) -> None:
        """Buffer an event that is no market event; never given up."""
        waiting = self._waiting
        if waiting.since is None:
            waiting.since = self._clock.monotonic()
        waiting.seq = event.seq
        waiting.events.append((event, at_ms))

    def add_gap(self, gap: Gap) -> None:
        """Buffer what became of missing minutes, in the place of what was known of them."""
        self._waiting.add_gap(gap)

    def add_tally(self, tally: Tally) -> None:
        """Buffer counts of a span, in the place of what was known of it."""
        self._waiting.add_tally(tally)

    def add_disclosures(self, disclosed: Disclosures) -> None:
        """Buffer what a company filed; what is known of it already is replaced."""
        self._waiting.add_disclosures(disclosed)

    def add_document(self, document: Document) -> None:
        """Buffer a document, in the place of what was known under its name."""
        self._waiting.add_document(document)

    def add_alert_record(self, record: AnyRecord) -> None:
        """Buffer an alert, a silence or a rule, in the place of what was known of it."""
        self._waiting.add_alert_record(record)

    def add_signal(self, signal: Signal) -> None:
        """Buffer a signal, in the place of what was known of it."""
        self._waiting.add_signal(signal)

    def add_keyframe(self, snapshot: Snapshot) -> None:
        """Buffer the whole state at a moment."""
        self._waiting.keyframes.append(snapshot)

    async def run(
        self,
        take_bars: TakeBars,
        committed: Callable[[int], None],
        remembered: Callable[[], Remembered] = nothing_remembered,
    ) -> None:
        """Write until `close`; `committed(seq)` is called after each commit with its watermark.

        A file that is begun in place of one that was lost is given what is `remembered`.
        """
        self._take_bars, self._committed, self._remembered = take_bars, committed, remembered
        while not self._closing.is_set():
            began_s = self._clock.monotonic()
            await self._check_if_doubted()
            self._replace_if_lost()
            await self._commit()
            await self._trim_if_due()
            await self._pause(self._clock.monotonic() - began_s)

    def doubt(self) -> None:
        """Somebody could not read the file: look at it soon."""
        self._is_doubted = True

    async def trim(self) -> Trimmed:
        """Delete now all that is too old or too much, in steps between commits. Raises StoreUnusable."""
        trimmed = Trimmed(more=True)
        while trimmed.more:
            async with self._alone:
                trimmed = trimmed.followed_by(await self._file.trim(self._settings))
        return trimmed

    async def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        """Store hours and days of a span's stored minutes, between two commits; how many. Raises StoreUnusable."""
        async with self._alone:
            try:
                return await self._file.roll_up(instrument, span, roll)
            except Unstorable as error:
                raise StoreUnusable(str(error)) from error

    async def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        """Forget that hours and days are stored from a moment on. Raises StoreUnusable."""
        async with self._alone:
            await self._file.roll_again(instrument, from_ms)

    def status(self) -> StoreStatus:
        """What is stored, what waits, how long commits take."""
        record = self._record
        return StoreStatus(
            at_ms=self._clock.now_ms(),
            path=str(self._file.path),
            ok=not (record.problem or self._trim_problem),
            detail=record.problem or self._trim_problem or self._file.note,
            committed_seq=record.seq,
            pending=len(self._waiting) + self._writing,
            dropped=record.dropped,
            rows_committed=record.rows,
            ticks_stored=record.contents.ticks,
            bars_stored=record.contents.bars,
            commits=record.commits,
            commit_ms=record.latency(),
            size_bytes=record.contents.size_bytes,
        )

    async def close(self) -> None:
        """Write what is pending, then let go of the file; what cannot be written by then is counted as dropped."""
        self._closing.set()
        try:
            for wait_seconds in RETRY_SECONDS[:_CLOSING_ATTEMPTS]:
                if await self._commit():
                    break
                await self._clock.sleep(wait_seconds)
        finally:
            async with self._alone:
                await self._file.close()
        self._record.dropped += len(self._waiting)
        self._waiting = Batch(self._waiting.seq)

    async def _commit(self) -> bool:
        """Write all that waits; returns whether that is done."""
        async with self._alone:
            batch = self._take()
            if not batch:
                return True
            try:
                contents = await self._file.write(batch)
            except StoreUnusable as error:
                self._put_back(batch, str(error))
            except Unstorable as error:
                given_up = batch.give_up_unstorable()
                self._record.dropped += given_up
                self._put_back(batch, "" if given_up else str(error))
            except BaseException as error:
                # Cancelled, or a bug: the rows stay in the buffer, for the attempt that follows.
                self._put_back(batch, repr(error))
                raise
            else:
                self._announce(batch, contents)
            return not self._waiting

    def _take(self) -> Batch:
        """What waits, with the bars that these ticks changed: taken at one instant, so that they agree."""
        bars = self._take_bars()
        batch, self._waiting = self._waiting, Batch(self._waiting.seq)
        batch.take(bars)
        self._writing = len(batch)
        return batch

    def _put_back(self, batch: Batch, problem: str) -> None:
        self._waiting = batch.followed_by(self._waiting)
        self._writing = 0
        self._record.dropped += self._waiting.give_up_ticks(self._capacity)
        self._record.dropped += self._waiting.give_up_surplus(SURPLUS_CAPACITY)
        if problem:
            self._record.failed(problem)

    def _announce(self, batch: Batch, contents: Contents) -> None:
        self._writing = 0
        self._record.succeeded(batch, contents, self._clock.monotonic())
        self._committed(batch.seq)

    async def _check_if_doubted(self) -> None:
        if not self._is_doubted or self._clock.monotonic() < self._check_at:
            return
        self._is_doubted, self._check_at = False, self._clock.monotonic() + CHECK_SECONDS
        async with self._alone:
            try:
                await self._file.check()
            except StoreUnusable as error:
                self._record.failed(str(error))

    def _replace_if_lost(self) -> None:
        """Hand over what is in memory where the file that held it is gone."""
        if self._file.losses != self._losses:
            self._losses = self._file.losses
            remembered = self._remembered()
            self._waiting.add_remembered(remembered.bars)
            if remembered.keyframe is not None:
                self._waiting.keyframes.append(remembered.keyframe)

    async def _trim_if_due(self) -> None:
        if self._record.problem or self._clock.monotonic() < self._trim_at:
            return
        more, self._trim_problem = False, ""
        async with self._alone:
            try:
                more = (await self._file.trim(self._settings)).more
            except StoreUnusable as error:
                self._trim_problem = f"old rows cannot be deleted: {error}"
        self._trim_at = self._clock.monotonic() + (0 if more else TRIM_SECONDS)

    async def _pause(self, spent_s: float) -> None:
        """Wait for the next commit, longer after each failure in a row; closing ends it.

        Commits are as far apart as they should be whatever they take themselves: the oldest row waits less.
        """
        attempt = min(self._record.failures, len(RETRY_SECONDS))
        pause_s = RETRY_SECONDS[attempt - 1] if attempt else max(SHORTEST_PAUSE_S, COMMIT_SECONDS - spent_s)
        try:
            async with self._clock.timeout(pause_s):
                await self._closing.wait()
        except TimeoutError:
            pass
