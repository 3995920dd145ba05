"""Part "sessions": lets what is subscribed of a market rest while that is closed, where it is to stop then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import FeedStatus, Resting
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.scheduling.session_gate import Rest

LOOK_EVERY_S = 1.0


class Restful(Protocol):
    """What is asked of a running feed."""

    def status(self) -> FeedStatus: ...

    def rest(self, resting: Sequence[Resting]) -> None: ...


class Sessions:
    """Looks at every market once a second; `rest_of` says how one rests now.

    A feed that somebody paused stays paused: resting is something else.
    """

    def __init__(
        self,
        feeds: Mapping[str, Restful],
        instruments: Callable[[], Iterable[Instrument]],
        rest_of: Callable[[str, int], Rest | None],
        clock: Clock,
    ) -> None:
        self._feeds = feeds
        self._instruments = instruments
        self._rest_of = rest_of
        self._clock = clock

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.check()
            await self._clock.sleep(LOOK_EVERY_S)

    def check(self) -> None:
        """Tell every feed what rests now."""
        by_market: dict[str, list[InstrumentId]] = defaultdict(list)
        for instrument in self._instruments():
            by_market[instrument.market].append(instrument.id)
        now_ms = self._clock.now_ms()
        rests = {market: self._rest_of(market, now_ms) for market in sorted(by_market)}
        at_rest = {market: rest for market, rest in rests.items() if rest is not None}
        for feed in self._feeds.values():
            carried = frozenset(feed.status().instruments) if at_rest else frozenset[InstrumentId]()
            feed.rest(
                [
                    found
                    for market, rest in at_rest.items()
                    if (found := _resting(market, rest, by_market[market], carried))
                ]
            )


def _resting(
    market: str, rest: Rest, instruments: Iterable[InstrumentId], carried: frozenset[InstrumentId]
) -> Resting | None:
    found = tuple(one for one in instruments if one in carried)
    return Resting(market=market, instruments=found, starts_ms=rest.starts_ms) if found else None
