"""Which feed carries which instrument while all of them run; a provider's feed begins with its first instrument."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.sources.contract import Subscription


class Carrier(Protocol):
    """What is asked of a running feed."""

    def follow(self, subscriptions: Sequence[Subscription]) -> None: ...

    def leave(self, instrument: InstrumentId) -> None: ...


class Carriers:
    """`feeds` are those that run, by provider; `begin` has one run for a provider that has none yet."""

    def __init__(
        self, feeds: Mapping[str, Carrier], begin: Callable[[str, Sequence[Subscription]], None]
    ) -> None:
        self._feeds = feeds
        self._begin = begin

    def follow(self, instrument: Instrument) -> None:
        """Have an instrument carried by each of its feeds."""
        for provider, subscription in subscriptions_of(instrument):
            feed = self._feeds.get(provider)
            if feed is None:
                self._begin(provider, (subscription,))
            else:
                feed.follow((subscription,))

    def leave(self, instrument: Instrument) -> None:
        """Have an instrument carried by none."""
        for provider, _ in subscriptions_of(instrument):
            feed = self._feeds.get(provider)
            if feed is not None:
                feed.leave(instrument.id)


def subscriptions_of(instrument: Instrument) -> list[tuple[str, Subscription]]:
    """The providers that an instrument names, and what it is called there."""
    named = (feed.partition(":") for feed in instrument.feeds)
    return [(provider, Subscription(instrument.id, symbol)) for provider, _, symbol in named]
