"""Keeps exchanges' sessions known: reads their snapshot, and has it built anew when it is due."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.scheduling.calendar_snapshot import BadSnapshot, CalendarSnapshot, read_snapshot
from rtp_tui.text import safe

DAY_MS = 86_400_000
OLD_MS = 7 * DAY_MS
"""A snapshot is built anew after so long."""
NEAR_MS = 30 * DAY_MS
"""And, once a day, when a calendar in it ends so soon."""
LOOK_EVERY_S = 600.0
BUILD_WITHIN_S = 120.0
MOST_BYTES = 20_000_000

Build = Callable[[Path, Sequence[str]], Awaitable[None]]
"""Writes a snapshot of the named exchanges to a file. Raises BuildFailed."""


class BuildFailed(Exception):
    """No snapshot was written; the message says why."""


class Calendars:
    """The part that owns the snapshot file; `names` gives the exchanges that are needed, `use` is handed what is read."""

    def __init__(
        self,
        path: Path,
        names: Callable[[], Collection[str]],
        build: Build,
        use: Callable[[CalendarSnapshot], None],
        clock: Clock,
        shared: Path | None = None,
        *,
        shares: bool = True,
    ) -> None:
        self._path = path
        self._names = names
        self._build = build
        self._use = use
        self._clock = clock
        self._shared = shared
        """Read where there is no snapshot yet; what is built is put there too if this engine `shares`."""
        self._shares = shares
        self._snapshot: CalendarSnapshot | None = None
        self.failure: str | None = None
        """Why the last reading or building failed."""

    def load(self) -> None:
        """Read the snapshot if there is one; a file that is none is as good as none."""
        snapshot: CalendarSnapshot | None = None
        try:
            snapshot = _read(self._path)
        except FileNotFoundError:
            self.failure = "sessions are not known yet"
            snapshot = self._read_shared()
        except (OSError, BadSnapshot) as error:
            self.failure = safe(f"{self._path} cannot be read: {error}")
        if snapshot is not None:
            self._snapshot, self.failure = snapshot, None
            self._use(snapshot)

    async def run(self) -> None:
        """Have the snapshot built whenever it is due, for ever."""
        if self._snapshot is None:
            self.load()
        while True:
            await self.refresh()
            await self._clock.sleep(LOOK_EVERY_S)

    async def refresh(self) -> None:
        """Have the snapshot built if it is due, and answer from it."""
        names = frozenset(self._names())
        if not names or not is_due(self._snapshot, names, self._clock.now_ms()):
            return
        try:
            await self._build(self._path, sorted(names))
        except BuildFailed as failure:
            self.failure = safe(str(failure))
        else:
            self.load()
            self._share(names)

    def _read_shared(self) -> CalendarSnapshot | None:
        """What another engine had built; nothing where that is of no use."""
        if self._shared is None:
            return None
        with suppress(OSError, BadSnapshot):
            return _read(self._shared)
        return None

    def _share(self, names: Collection[str]) -> None:
        """Let other engines of this user begin with what this one had built; that it cannot be kept harms nobody."""
        if (
            self._shared is None
            or not self._shares
            or not is_due(self._read_shared(), names, self._clock.now_ms())
        ):
            return
        half = self._shared.with_name(f"{self._shared.name}.{os.getpid()}.partial")
        with suppress(OSError):
            self._shared.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._path, half)
            half.replace(self._shared)


def _read(path: Path) -> CalendarSnapshot:
    """Raises OSError, BadSnapshot."""
    with path.open("rb") as file:
        return read_snapshot(file.read(MOST_BYTES))


def is_due(snapshot: CalendarSnapshot | None, names: Collection[str], now_ms: int) -> bool:
    """There is no snapshot, it lacks a name, is a week old, or a day old and ends soon."""
    if snapshot is None or not snapshot.names | snapshot.unknown >= set(names):
        return True
    # A clock that was set back would otherwise make a snapshot of the future last.
    age_ms = abs(now_ms - snapshot.built_ms)
    return age_ms >= OLD_MS or (age_ms >= DAY_MS and _ends_soon(snapshot, names, now_ms))


def _ends_soon(snapshot: CalendarSnapshot, names: Collection[str], now_ms: int) -> bool:
    known = filter(None, map(snapshot.get, names))
    return any(exchange.horizon_ms - now_ms < NEAR_MS for exchange in known)


def subprocess_build(clock: Clock) -> Build:
    """A build that runs in a process of its own, which is ended when it takes too long."""
    return partial(_build_in_process, clock)


async def _build_in_process(clock: Clock, output: Path, names: Sequence[str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing is imported from the directory that the program was started in
            "-m",
            "rtp_tui.scheduling.calendar_builder",
            "--",
            str(output),
            *names,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise BuildFailed(f"the calendar builder cannot be started: {error}") from None
    try:
        async with clock.timeout(BUILD_WITHIN_S):
            _, said = await process.communicate()
    except TimeoutError:
        raise BuildFailed(f"the calendar builder took longer than {BUILD_WITHIN_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BuildFailed(f"the calendar builder failed: {_last_line(said)}")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "without a word"
