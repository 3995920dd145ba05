"""An engine whose every word is an attack on terminals, served: `python -m tests.accept.hostile_engine`; prints its URL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec

from rtp_tui.clock import SystemClock
from rtp_tui.model.errors import Refused
from rtp_tui.model.events import Batch, Event, Snapshot, Update
from rtp_tui.model.statistics import LogLine, ServerStatus
from rtp_tui.server.app import Server
from rtp_tui.server.settings import ServerSettings
from tests.accept.attacks import ATTACKS
from tests.accept.running import printed_first
from tests.frozen_pipeline import FrozenPipeline

POISON = "".join(ATTACKS)


def poisoned(snapshot: Snapshot, poison: str = POISON) -> Snapshot:
    """The same with an attack after every text that may be any text."""
    tree = msgspec.to_builtins(snapshot)
    _poison(tree, tree, poison)
    return msgspec.convert(tree, Snapshot)


def _poison(tree: Any, whole: Any, poison: str) -> None:
    for key, value in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        if isinstance(value, dict | list | tuple):
            tree[key] = value = list(value) if isinstance(value, tuple) else value
            _poison(value, whole, poison)
        elif isinstance(value, str) and value:
            tree[key] = value + poison
            try:
                msgspec.convert(whole, Snapshot)
            except msgspec.ValidationError:
                tree[key] = value


class HostilePipeline(FrozenPipeline):
    """Stands still, but for lines of its log, and refuses whatever is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal = Refused(POISON)

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        clock, snapshot = SystemClock(), poisoned(self.snapshot)

        async def updates() -> AsyncIterator[Update]:
            yield snapshot
            seq = snapshot.seq
            while True:
                await clock.sleep(0.2)
                seq += 1
                line = LogLine(at_ms=clock.now_ms(), level="error", source=POISON, message=POISON)
                yield Batch(seq, (Event(seq, line),))

        yield updates()


async def run() -> None:
    def ignore(_status: ServerStatus) -> None:
        """Nobody wants to know."""

    server = Server(
        HostilePipeline(),
        ServerSettings(port=0, name=POISON),
        SystemClock(),
        version="1" + POISON,
        on_status=ignore,
        on_listening=lambda url: print(url, flush=True),
    )
    await server.run()


@contextmanager
def hostile_engine() -> Iterator[str]:
    """The process while the block runs; its URL."""
    with printed_first("-m", "tests.accept.hostile_engine") as said:
        yield said


if __name__ == "__main__":
    asyncio.run(run())
