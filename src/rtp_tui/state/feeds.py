"""Feeds and what they are doing."""

from rtp_tui.model.events import Event
from rtp_tui.model.feeds import FeedStatus


class FeedSlice:
    """The newest status of each feed, by name."""

    def __init__(self) -> None:
        self.feeds: dict[str, FeedStatus] = {}

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, FeedStatus):
            self.feeds[event.payload.name] = event.payload
