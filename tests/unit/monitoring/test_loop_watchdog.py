"""A loop that stands is told, with where; a process that did not run is no such loop."""

import gc
import linecache
import sys
import threading
from types import FrameType

from rtp_tui.monitoring.loop_watchdog import LoopWatch, frame_of, whereabouts


def test_a_loop_that_turns_is_never_told() -> None:
    watch = LoopWatch(0.0)
    for quarter in range(1, 100):
        assert watch.beat(quarter / 4) is None
        assert not watch.wake(quarter / 4, is_busy=False)


def test_a_loop_that_stands_is_seen_while_it_does_and_measured_when_it_is_over() -> None:
    watch = LoopWatch(0.0)
    seen = [watch.wake(quarter / 4, is_busy=False) for quarter in range(1, 13)]
    assert seen == [False] * 3 + [True] * 9
    assert watch.beat(3.0) == 3.0
    assert watch.stopped_s == 0.0


def test_a_process_that_did_not_run_is_counted_and_not_held_against_the_loop() -> None:
    watch = LoopWatch(0.0)
    watch.beat(0.2)
    assert not watch.wake(0.25, is_busy=False)
    assert not watch.wake(20.5, is_busy=False)
    assert watch.stopped_s == 20.0
    assert watch.beat(20.6) is None
    assert not watch.wake(20.75, is_busy=False)


def test_a_loop_that_runs_first_after_a_stop_waits_for_the_watching_thread() -> None:
    watch = LoopWatch(0.0)
    watch.beat(0.2)
    assert not watch.wake(0.25, is_busy=False)
    assert watch.beat(20.5) is None
    assert not watch.wake(20.5, is_busy=False)
    assert watch.stopped_s == 20.0
    assert watch.beat(20.75) is None


def test_a_loop_that_stood_because_of_computing_is_told_though_it_runs_before_the_watching_thread() -> None:
    watch = LoopWatch(0.0)
    assert watch.beat(5.0) is None
    assert watch.wake(5.0, is_busy=True)
    assert watch.beat(5.25) == 5.25


def test_a_thread_that_was_kept_waiting_by_computing_is_no_process_that_did_not_run() -> None:
    watch = LoopWatch(0.0)
    assert watch.wake(5.0, is_busy=True)
    assert watch.stopped_s == 0.0
    assert watch.beat(5.1) == 5.1


def test_nothing_is_collected_while_frames_are_taken() -> None:
    collects: list[bool] = []

    def frames() -> dict[int, FrameType]:
        collects.append(gc.isenabled())
        return sys._current_frames()

    assert frame_of(threading.get_ident(), frames) is not None
    assert frame_of(-1, frames) is None
    assert collects == [False, False]
    assert gc.isenabled()


def test_where_it_stands_begins_with_the_innermost_call() -> None:
    told = whereabouts(sys._getframe())
    assert told.startswith("test_where_it_stands_begins_with_the_innermost_call (test_loop_watchdog.py:")
    assert told.count(" < ") == 5
    assert whereabouts(None) == ""


def test_where_it_stands_is_told_without_reading_a_source_file() -> None:
    linecache.clearcache()
    whereabouts(sys._getframe())
    assert linecache.cache == {}
