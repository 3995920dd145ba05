"""How a feed stands, told by its connections: its state, and its most pressing trouble. Pure."""

from collections.abc import Collection, Iterable

from rtp_tui.feeds.link import Link
from rtp_tui.model.feeds import FeedState

MANY_TRIES = 10
"""After so many failures in a row it is said aloud."""
UNHEARD = "connected, nothing received yet"


def state_of(links: Collection[Link], *, is_asked: bool) -> FeedState:
    """The state of a feed that runs and is wanted; `is_asked` while questions replace a socket that is down."""
    if not links:
        return FeedState.STOPPED
    if all(link.is_up and not link.is_unheard for link in links):
        return FeedState.LIVE
    if is_asked:
        return FeedState.POLLING
    was_tried = any(link.attempts > 1 or link.error is not None for link in links)
    return FeedState.RECONNECTING if was_tried else FeedState.CONNECTING


def trouble_of(links: Iterable[Link], history: str | None) -> str | None:
    """No connection or none that speaks, then a refused subscription, then no history, for which the reason is given."""
    links = tuple(links)
    troubles = [_why_down(link) for link in links]
    troubles += [link.session.refused and f"refused: {link.session.refused}" for link in links]
    troubles.append(history and f"history: {history}")
    return next((trouble for trouble in troubles if trouble), None)


def _why_down(link: Link) -> str | None:
    """Why nothing comes by a connection, and how often it was tried once that says something."""
    if link.is_unheard:
        return UNHEARD
    if link.error is None or link.failures < MANY_TRIES:
        return link.error
    return f"{link.failures} tries: {link.error}"
