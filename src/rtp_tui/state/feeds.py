"""Feeds and what they are doing."""

from rtp_tui.model.events import Event
from rtp_tui.model.feeds import ActiveFeed, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import InstrumentRemoved


class FeedSlice:
    """The newest status of each feed, by name."""

    def __init__(self) -> None:
        self.feeds: dict[str, FeedStatus] = {}
        self.active: dict[InstrumentId, ActiveFeed] = {}
        """Which feed prices an instrument, where one was chosen."""

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, FeedStatus):
            self.feeds[event.payload.name] = event.payload
        elif isinstance(event.payload, ActiveFeed):
            self.active[event.payload.instrument] = event.payload
        elif isinstance(event.payload, InstrumentRemoved):
            self.active.pop(event.payload.instrument, None)
