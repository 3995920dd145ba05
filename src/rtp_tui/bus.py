"""Fan-out: every reader gets every event; a slow one gets Overrun, never slows the writer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rtp_tui.model.events import Batch, Event
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote

READER_LIMIT = 10_000


class Reader:
    """One reader's share: the newest quote of each instrument (all of them when it does not
    conflate), everything else gapless, at most `READER_LIMIT` events."""

    def __init__(self, *, conflates: bool) -> None:
        self._conflates = conflates
        self._quotes: dict[InstrumentId, Event] = {}
        self._others: list[Event] = []
        self._something = asyncio.Event()
        self.has_overrun = False

    def offer(self, event: Event) -> None:
        """Keep an event for the reader; beyond the limit keep nothing and remember that."""
        if self._conflates and type(event.payload) is Quote:
            self._quotes[event.payload.instrument] = event
        elif len(self._others) < READER_LIMIT:
            self._others.append(event)
        else:
            self.has_overrun = True
        if not self._something.is_set():
            self._something.set()

    @property
    def unread(self) -> int:
        """Events that wait for it."""
        return len(self._others) + len(self._quotes)

    async def wait(self) -> None:
        """Return once there is something to take."""
        await self._something.wait()

    def take(self) -> Batch:
        """Hand over what is kept, in order of `seq`."""
        events = self._others
        if self._quotes:
            events = sorted([*events, *self._quotes.values()], key=_seq)
        self._quotes, self._others = {}, []
        self._something.clear()
        return Batch(events[-1].seq if events else 0, tuple(events))

    def start_over(self) -> None:
        """Forget everything kept: the reader is about to get a new snapshot."""
        self.take()
        self.has_overrun = False


class Bus:
    """All readers of this engine."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []
        self.overruns = 0

    @property
    def readers(self) -> int:
        """How many are reading now."""
        return len(self._readers)

    @property
    def most_unread(self) -> int:
        """Events that wait for the slowest reader."""
        return max((reader.unread for reader in self._readers), default=0)

    def publish(self, event: Event) -> None:
        """Give an event to every reader; never waits."""
        for reader in self._readers:
            reader.offer(event)

    @contextmanager
    def reading(self, *, conflates: bool) -> Iterator[Reader]:
        """A reader that sees every event published while the block runs."""
        reader = Reader(conflates=conflates)
        self._readers.append(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)


def _seq(event: Event) -> int:
    return event.seq
