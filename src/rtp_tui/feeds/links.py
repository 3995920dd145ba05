"""All connections of a feed, and what each of them carries; what is wanted can change while they are open."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from math import inf

from rtp_tui.feeds.comeback import Comeback
from rtp_tui.feeds.link import Link
from rtp_tui.feeds.silence import SilenceWatch
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.sources.contract import ChangeableSource, Endpoint, StreamingSource, Subscription


class Links:
    """The fewest connections that the provider's limits allow; those that are open stay open.

    `new_link` makes one of an endpoint and its number.
    """

    def __init__(
        self,
        source: StreamingSource,
        new_link: Callable[[Endpoint, int], Link],
        silence: SilenceWatch,
        comeback: Comeback,
    ) -> None:
        self._source = source
        self._new_link = new_link
        self._silence = silence
        self._comeback = comeback
        self._links: list[Link] = []
        self._group: asyncio.TaskGroup | None = None
        self._runs: dict[Link, asyncio.Task[None]] = {}
        self._made = 0

    def __iter__(self) -> Iterator[Link]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    def __contains__(self, link: object) -> bool:
        return link in self._links

    async def run(self) -> None:
        """Keep all of them connected until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for link in self._links:
                    self._start(link)
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None
            self._runs.clear()

    def want(self, subscriptions: Sequence[Subscription]) -> tuple[Subscription, ...]:
        """Carry these and no others from now on; those that were not carried before."""
        wanted = frozenset(subscriptions)
        for link in list(self._links):
            self._keep(link, wanted)
        carried = {one for link in self._links for one in link.endpoint.subscriptions}
        added = tuple(one for one in subscriptions if one not in carried)
        self._take(added)
        # The source reads frames of what it was last asked the endpoints of.
        self._source.endpoints(subscriptions)
        return added

    def carrier(self, instrument: InstrumentId) -> Link | None:
        """The connection that carries an instrument."""
        return next((link for link in self._links if instrument in _instruments(link)), None)

    def check(self, now_s: float) -> None:
        """Give up sockets that are silent or old, subscribe symbols anew that fell silent, try early what may be back."""
        for link in self._links:
            link.check(now_s)
            if link.is_up:
                self._resubscribe(link, self._silence.look(_instruments(link), now_s))
        self._hurry(now_s)

    def silent(self, now_s: float) -> Iterator[InstrumentId]:
        """Instruments that should have been heard of: never yet, or not any more."""
        for link in self._links:
            never = frozenset(link.silent(now_s))
            yield from (one for one in _instruments(link) if one in never or self._silence.is_silent(one))

    def unconnected(self, now_s: float, longer_than_s: float) -> Iterator[Subscription]:
        """What has had no socket for so long."""
        for link in self._links:
            if link.down_since_s is not None and now_s - link.down_since_s >= longer_than_s:
                yield from link.endpoint.subscriptions

    def _hurry(self, now_s: float) -> None:
        """Have those try now that wait for a venue which seems to be back."""
        opened = (link.session.opened_s for link in self._links if link.session.is_up)
        opened_s = max((one for one in opened if one is not None), default=-inf)
        for link in self._links:
            if link.failed_s is not None and self._comeback.is_due(link.failed_s, now_s, opened_s):
                self._comeback.note_try(now_s)
                link.hurry()

    def _keep(self, link: Link, wanted: frozenset[Subscription]) -> None:
        """Let a connection go on with what of it is wanted, or end it."""
        before = link.endpoint.subscriptions
        kept = tuple(one for one in before if one in wanted)
        dropped = tuple(one for one in before if one not in wanted)
        for one in dropped:
            self._silence.forget(one.instrument)
        if not kept:
            self._links.remove(link)
            self._stop(link)
        elif dropped:
            link.carry(self._source.endpoints(kept)[0], self._unsubscribing(dropped))

    def _take(self, added: tuple[Subscription, ...]) -> None:
        """Have new ones carried by connections with room, then by new connections."""
        for link in self._links:
            if added:
                added = self._fill(link, added)
        for endpoint in self._source.endpoints(added) if added else ():
            link = self._new_link(endpoint, self._made)
            self._made += 1
            self._links.append(link)
            self._start(link)

    def _fill(self, link: Link, added: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
        """Put as many as there is room for on a connection; the others."""
        before = link.endpoint.subscriptions
        first = self._source.endpoints((*before, *added))[0]
        taken = first.subscriptions[len(before) :]
        if not taken or first.subscriptions[: len(before)] != before:
            return added
        link.carry(first, self._subscribing(taken))
        return tuple(one for one in added if one not in taken)

    def _resubscribe(self, link: Link, silent: Sequence[InstrumentId]) -> None:
        again = tuple(one for one in link.endpoint.subscriptions if one.instrument in silent)
        if again:
            link.carry(link.endpoint, (*self._unsubscribing(again), *self._subscribing(again)))

    def _subscribing(self, added: Sequence[Subscription]) -> tuple[str, ...]:
        return self._source.subscribing(added) if isinstance(self._source, ChangeableSource) else ()

    def _unsubscribing(self, dropped: Sequence[Subscription]) -> tuple[str, ...]:
        return self._source.unsubscribing(dropped) if isinstance(self._source, ChangeableSource) else ()

    def _start(self, link: Link) -> None:
        if self._group is not None:
            self._runs[link] = self._group.create_task(link.run())

    def _stop(self, link: Link) -> None:
        task = self._runs.pop(link, None)
        if task is not None:
            task.cancel()


def _instruments(link: Link) -> tuple[InstrumentId, ...]:
    return tuple(wanted.instrument for wanted in link.endpoint.subscriptions)
