"""Part "failover": lets the standby price where the active feed cannot, and the preferred one when it can again."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from rtp_tui.clock import Clock
from rtp_tui.feeds.failover import Candidate, Failover
from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.instrument import Instrument, InstrumentId

LOOK_EVERY_S = 0.5


class Switchable(Protocol):
    """What is asked of a running feed."""

    def candidate(self, instrument: InstrumentId, feed: str) -> Candidate: ...

    async def refresh(self, instruments: Sequence[InstrumentId]) -> int: ...


class Standby:
    """Chooses for every instrument with more than one feed.

    `activate` is told each choice before it is announced; `missed` the minutes that may lack observations,
    from when the feed that was left was last heard from.
    """

    def __init__(
        self,
        feeds: Mapping[str, Switchable],
        instruments: Callable[[], Iterable[Instrument]],
        activate: Callable[[InstrumentId, str], None],
        announce: Callable[[ActiveFeed], None],
        in_session: Callable[[InstrumentId], bool],
        missed: Callable[[InstrumentId, int], None],
        clock: Clock,
    ) -> None:
        self._feeds = feeds
        self._instruments = instruments
        self._activate = activate
        self._announce = announce
        self._in_session = in_session
        self._missed = missed
        self._clock = clock
        self._failovers: dict[InstrumentId, Failover] = {}
        self._asked: set[str] = set()

    async def run(self) -> None:
        """Look twice a second, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._clock.sleep(LOOK_EVERY_S)
                for name, instruments in self.check().items():
                    if name not in self._asked:
                        self._asked.add(name)
                        group.create_task(self._refresh(name, instruments))

    def check(self) -> dict[str, list[InstrumentId]]:
        """Choose anew; what each feed that was switched to prices from now on."""
        switched: dict[str, list[InstrumentId]] = defaultdict(list)
        instruments = tuple(self._instruments())
        for gone in self._failovers.keys() - {instrument.id for instrument in instruments}:
            del self._failovers[gone]
        for instrument in instruments:
            chosen = self._choose(instrument) if len(instrument.feeds) > 1 else None
            if chosen is not None:
                switched[chosen.feed.partition(":")[0]].append(instrument.id)
        return switched

    def _choose(self, instrument: Instrument) -> ActiveFeed | None:
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        candidates = [
            feed.candidate(instrument.id, name)
            for name in instrument.feeds
            if (feed := self._feeds.get(name.partition(":")[0])) is not None
        ]
        if not candidates or [one.feed for one in candidates] == [instrument.feeds[0]]:
            return None
        failover = self._failovers.get(instrument.id)
        if failover is None:
            failover = self._failovers[instrument.id] = Failover(
                instrument.id, instrument.feeds, now_ms, now_s
            )
        left = failover.active.feed
        chosen = failover.choose(candidates, now_ms, now_s, in_session=self._in_session(instrument.id))
        if chosen is not None:
            self._activate(instrument.id, chosen.feed)
            self._announce(chosen)
            self._missed(instrument.id, _heard_ms(candidates, left) or now_ms)
        return chosen

    async def _refresh(self, name: str, instruments: Sequence[InstrumentId]) -> None:
        """Have a price of the new feed at once; its own cadence may be a minute."""
        try:
            await self._feeds[name].refresh(instruments)
        finally:
            self._asked.discard(name)


def _heard_ms(candidates: Iterable[Candidate], feed: str) -> int | None:
    return next((candidate.heard_ms for candidate in candidates if candidate.feed == feed), None)
