"""Notices from a thread of its own when the loop stands still, and where; and when the whole process did not run."""

import gc
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.statistics import LogLine
from rtp_tui.text import safe

BEAT_S = 0.25
STALL_S = 1.0
"""A loop that did not turn for so long stands still."""
STOPPED_S = 1.0
"""A thread that does nothing but wait and woke so much too late did not run, nor did any other."""
_FRAMES = 6
_KEPT = 16
_WAIT_FOR_THREAD_S = 1.0


class Stall(Struct, frozen=True):
    """The loop stood still."""

    seconds: float
    where: str
    """The innermost calls, the last one first; empty where that was not seen."""


class LoopWatch:
    """Tells a loop that stands from a process that does; told the time, by whoever wakes every `BEAT_S`."""

    def __init__(self, now_s: float) -> None:
        self.stopped_s = 0.0
        """How long the process did not run, all in all."""
        self._beat_s = now_s
        self._woken_s = now_s

    def beat(self, now_s: float) -> float | None:
        """The loop turns; how long it had stood, if it had. Called in its thread.

        Where the watching thread was not awake for as long, that one is to say first what was the matter.
        """
        stood_s = now_s - self._beat_s
        if stood_s >= STALL_S and self._is_asleep(now_s):
            return None
        self._beat_s = now_s
        return stood_s if stood_s >= STALL_S else None

    def wake(self, now_s: float, *, is_busy: bool) -> bool:
        """Whether the loop stands now. Called in the watching thread; `is_busy`: the process has been computing."""
        late_s, did_not_run = now_s - self._woken_s - BEAT_S, self._is_asleep(now_s)
        self._woken_s = now_s
        if did_not_run and not is_busy:
            self.stopped_s += late_s
            # What the loop could not do while nothing ran is not held against it.
            self._beat_s = max(self._beat_s, now_s)
            return False
        return now_s - self._beat_s >= STALL_S

    def _is_asleep(self, now_s: float) -> bool:
        """The watching thread should have woken long ago."""
        return now_s - self._woken_s - BEAT_S >= STOPPED_S


class LoopWatchdog:
    """Announces each stall once, when it is over, with what the loop was doing when it was noticed."""

    def __init__(
        self,
        clock: Clock,
        announce: Callable[[LogLine], None],
        *,
        cpu_s: Callable[[], float] = time.process_time,
    ) -> None:
        self.stalls = 0
        self.longest_s = 0.0
        self._clock = clock
        self._announce = announce
        self._cpu_s = cpu_s
        self._watch = LoopWatch(clock.monotonic())
        self._where: deque[str] = deque(maxlen=_KEPT)
        self._ended = threading.Event()

    @property
    def stopped_s(self) -> float:
        """How long the process did not run since the start, though the clock went on."""
        return self._watch.stopped_s

    async def run(self) -> None:
        """Part "loop watchdog": show that the loop turns, and tell when it had not."""
        self._ended.clear()
        self._watch.beat(self._clock.monotonic())
        thread = threading.Thread(
            target=self._look_on, args=(threading.get_ident(),), name="loop watchdog", daemon=True
        )
        thread.start()
        try:
            while True:
                self._beat()
                await self._clock.sleep(BEAT_S)
        finally:
            self._ended.set()
            thread.join(_WAIT_FOR_THREAD_S)

    def _beat(self) -> None:
        stood_s = self._watch.beat(self._clock.monotonic())
        where = self._where.pop() if self._where else ""
        self._where.clear()
        if stood_s is not None:
            self._tell(Stall(stood_s, where))

    def _tell(self, stall: Stall) -> None:
        self.stalls += 1
        self.longest_s = max(self.longest_s, stall.seconds)
        where = f" in {stall.where}" if stall.where else ""
        message = f"stood still for {stall.seconds:.1f} s{where}"
        self._announce(
            LogLine(at_ms=self._clock.now_ms(), level="warning", source="loop", message=safe(message, 1000))
        )

    def _look_on(self, loop_thread: int) -> None:
        """In the thread: wake often, and look at the loop's stack once for each time that it stands."""
        is_noted, cpu_s = False, self._cpu_s()
        while not self._ended.wait(BEAT_S):
            now_s, before_s, cpu_s = self._clock.monotonic(), cpu_s, self._cpu_s()
            stands = self._watch.wake(now_s, is_busy=cpu_s - before_s > STOPPED_S / 2)
            if stands and not is_noted:
                self._where.append(whereabouts(frame_of(loop_thread)))
            is_noted = stands


def frame_of(
    thread: int, frames: Callable[[], dict[int, FrameType]] = sys._current_frames
) -> FrameType | None:
    """What a thread is doing now; None where there is no such thread.

    Nothing is collected meanwhile: before Python 3.11.9 and 3.12 that deadlocks the whole process now and then
    (https://github.com/python/cpython/issues/106883).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return frames().get(thread)
    finally:
        if collects:
            gc.enable()


def whereabouts(frame: FrameType | None) -> str:
    """The innermost calls of a stack in words, the last one first."""
    if frame is None:
        return ""
    # Not by `extract_stack`, which reads the source of every file on the way and keeps it: a stall has no time for it.
    calls = islice(traceback.walk_stack(frame), _FRAMES)
    return " < ".join(_called(call.f_code, line) for call, line in calls)


def _called(code: CodeType, line: int) -> str:
    return f"{code.co_name} ({Path(code.co_filename).name}:{line})"
