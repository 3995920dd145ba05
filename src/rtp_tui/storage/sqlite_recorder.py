"""The recorder: a buffer that never waits, and one task that makes it durable."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.gaps import Gap
from rtp_tui.model.market import Tick
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.storage.batch import COMMIT_SECONDS, Batch, Unstorable
from rtp_tui.storage.commit_record import CommitRecord, Contents
from rtp_tui.storage.contract import StorageSettings, StoreUnusable, TakeBars
from rtp_tui.storage.history_file import HistoryFile

TRIM_SECONDS = 60.0
SHORTEST_PAUSE_S = 0.02
"""After a commit that took long: others want the disk too."""
RETRY_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 5.0)
_CLOSING_ATTEMPTS = 3


def _nobody(seq: int) -> None:
    """Where a watermark goes before anybody asked for it."""


class SqliteRecorder:
    """Records into one SQLite file, of which it is the only writer.

    While the file cannot be written, rows wait: of more than `capacity` ticks the oldest are given up
    and counted, bars and events never. It goes on by itself when the file can be written again.
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

    def add_keyframe(self, snapshot: Snapshot) -> None:
        """Buffer the whole state at a moment."""
        self._waiting.keyframes.append(snapshot)

    async def run(self, take_bars: TakeBars, committed: Callable[[int], None]) -> None:
        """Write until `close`; `committed(seq)` is called after each commit with its watermark."""
        self._take_bars, self._committed = take_bars, committed
        while not self._closing.is_set():
            began_s = self._clock.monotonic()
            await self._commit()
            await self._trim_if_due()
            await self._pause(self._clock.monotonic() - began_s)

    async def trim(self) -> None:
        """Delete now all that is too old or too much, in steps between commits. Raises StoreUnusable."""
        more = True
        while more:
            async with self._alone:
                more = await self._file.trim(self._settings)

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
        if problem:
            self._record.failed(problem)

    def _announce(self, batch: Batch, contents: Contents) -> None:
        self._writing = 0
        self._record.succeeded(batch, contents, self._clock.monotonic())
        self._committed(batch.seq)

    async def _trim_if_due(self) -> None:
        if self._record.problem or self._clock.monotonic() < self._trim_at:
            return
        more, self._trim_problem = False, ""
        async with self._alone:
            try:
                more = await self._file.trim(self._settings)
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
