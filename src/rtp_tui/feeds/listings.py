"""Who lists an instrument that nobody configured: every provider that could have it is asked for its price."""

import asyncio
from collections.abc import Mapping
from functools import partial

from rtp_tui.feeds.gap_repair import Archive
from rtp_tui.feeds.poll import FAILURES
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.sources.contract import Subscription, UnknownSymbol
from rtp_tui.sources.listed_names import nameable
from rtp_tui.text import words_of

DEADLINE_S = 8.0
NOT_LISTED = ""
_OF_NO_RULE = (
    "no provider is known to list it by a rule: add it with the names of its feeds (rtp-tui instruments add)"
)


class Listings:
    """`archives` are the providers that can be asked, by name."""

    def __init__(self, archives: Mapping[str, Archive]) -> None:
        self._archives = archives

    async def find(self, wanted: InstrumentId) -> Instrument | str:
        """The instrument with a feed of each provider that has a price of it, or why there is none."""
        named = nameable(wanted)
        if named is None:
            return _OF_NO_RULE
        asked = [feed for feed in named.feeds if feed.partition(":")[0] in self._archives]
        if not asked:
            return "no provider that may list it is enabled"
        async with asyncio.TaskGroup() as group:
            asking = {feed: group.create_task(self._obstacle(wanted, feed)) for feed in asked}
        found = {feed: task.result() for feed, task in asking.items()}
        listing = tuple(feed for feed, obstacle in found.items() if obstacle is None)
        if not listing:
            return _none_lists(found)
        return Instrument(
            id=wanted,
            name=wanted.partition(":")[2],
            feeds=listing,
            currency=named.currency,
            market=named.market,
        )

    async def _obstacle(self, wanted: InstrumentId, feed: str) -> str | None:
        """Why a feed has no price; NOT_LISTED where its provider says so, None where it has one."""
        provider, _, symbol = feed.partition(":")
        archive = self._archives[provider]
        latest = partial(archive.history.latest, (Subscription(wanted, symbol),))
        try:
            ticks = await archive.guard.call(latest, deadline_s=DEADLINE_S)
        except UnknownSymbol:
            return NOT_LISTED
        except FAILURES as failure:
            return words_of(failure)
        return None if any(tick.price for tick in ticks) else NOT_LISTED


def _none_lists(found: Mapping[str, str | None]) -> str:
    """`not listed by binance:FOOUSDT, okx:FOO-USDT; kraken did not answer: …`."""
    unlisted = [feed for feed, obstacle in found.items() if obstacle == NOT_LISTED]
    said = [f"not listed as {', '.join(unlisted)}"] if unlisted else []
    return "; ".join(said + [f"{feed} cannot be asked: {words}" for feed, words in found.items() if words])
