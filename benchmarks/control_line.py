"""Words on standard input, answered by one JSON line each: how a benchmark steers a process of its own.

The process ends with its input, so it never outlives whoever started it.
"""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

ENDS_WITHIN_S = 10
MANY_FILES = 8_192


async def obey(answer: Callable[[str], Awaitable[object]]) -> None:
    """Answer words until there are no more, or `end` was said."""
    allow_many_files()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while word := (await reader.readline()).decode().strip():
        print(msgspec.json.encode(await answer(word)).decode(), flush=True)
        if word == "end":
            return


def allow_many_files() -> None:
    """As many sockets as there are clients."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def cpu_s() -> float:
    """What this process has used so far, in the kernel too."""
    times = os.times()
    return times.user + times.system


def resident_mb() -> float:
    """Memory of this process."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - not a file on a disk
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


class Steered:
    """A process that answers words."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.pid = process.pid
        self._process = process

    def ask(self, word: str) -> Any:
        """Say a word and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended at {word!r}")
        return msgspec.json.decode(line)


@contextmanager
def steered(module: str, *arguments: object) -> Iterator[Steered]:
    """A module run as a process for the length of the block."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Steered(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
