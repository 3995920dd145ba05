"""On a real pseudo-terminal: nothing else blocks as a terminal does."""

import os
import pty
import select
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtp_tui.tui.terminal_writer import UNSENT_LIMIT, TerminalWriter


class Pair:
    """A terminal's two ends, and whether the writer said that it recovered."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        tty.setraw(self.theirs)
        self.recovered = threading.Event()
        self.writer = TerminalWriter(self.theirs, self.recovered.set)
        self.writer.start()

    def read(self, until: bytes, seconds: float = 5.0) -> bytes:
        received = b""
        deadline = time.monotonic() + seconds
        while until not in received and time.monotonic() < deadline:
            if select.select([self.ours], [], [], 0.1)[0]:
                received += os.read(self.ours, 65536)
        return received


WRITERS = 10


def open_descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.writer.forget_frames()
    pair.writer.stop(1.0)
    os.close(pair.ours)
    os.close(pair.theirs)


def test_what_is_written_arrives_in_order(pair: Pair) -> None:
    for number in range(100):
        pair.writer.write(f"{number};")
    pair.writer.write("end")
    assert pair.read(b"end").decode() == "".join(f"{number};" for number in range(100)) + "end"


def test_a_terminal_that_does_not_read_costs_frames_and_never_time(pair: Pair) -> None:
    started = time.monotonic()
    for _ in range(100):
        pair.writer.write("x" * 16_384)
    assert time.monotonic() - started < 1.0
    assert pair.writer.dropped > 70
    assert pair.writer.unsent <= UNSENT_LIMIT


def test_when_it_reads_again_a_whole_repaint_is_asked_for(pair: Pair) -> None:
    for _ in range(100):
        pair.writer.write("x" * 16_384)
    pair.writer.write("!restore!")
    assert not pair.recovered.is_set()
    assert b"!restore!" in pair.read(b"!restore!"), "short sequences have a reserve"
    assert pair.recovered.wait(2.0)


def test_the_whole_of_a_very_large_screen_is_shown_too(pair: Pair) -> None:
    pair.writer.write("?")
    pair.writer.write("x" * (2 * UNSENT_LIMIT) + "end")
    assert pair.read(b"end").endswith(b"end")
    assert pair.writer.dropped == 0


def test_stopping_waits_no_longer_than_it_is_told_to(pair: Pair) -> None:
    for _ in range(100):
        pair.writer.write("x" * 16_384)
    started = time.monotonic()
    pair.writer.stop(0.3)
    assert time.monotonic() - started < 1.0


def test_a_writer_that_stopped_holds_no_descriptor(pair: Pair) -> None:
    before = open_descriptors()
    for _ in range(WRITERS):
        writer = TerminalWriter(pair.theirs, pair.recovered.set)
        writer.start()
        writer.write("x")
        writer.stop(5.0)
    assert open_descriptors() - before < WRITERS
    writer.write("x")


def test_a_writer_that_was_stopped_too_late_lets_go_of_what_it_could_not_write(pair: Pair) -> None:
    before = open_descriptors()
    for _ in range(WRITERS):
        writer = TerminalWriter(pair.theirs, pair.recovered.set)
        writer.start()
        for _ in range(20):
            writer.write("x" * 16_384)
        writer.stop(0.01)
    deadline = time.monotonic() + 30.0
    while open_descriptors() - before >= WRITERS and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_descriptors() - before < WRITERS


def test_a_terminal_that_is_gone_is_not_an_error() -> None:
    pair = Pair()
    os.close(pair.ours)
    for _ in range(10):
        pair.writer.write("x" * 100)
    pair.writer.stop(1.0)
    pair.writer.write("x")
    os.close(pair.theirs)
