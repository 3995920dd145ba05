"""Lists as they are sent: one page, and the cursor of the next, null on the last."""

from msgspec import Raw, Struct

from rtp_tui.server.bodies import AgedQuoteBody, InstrumentBody, MarketBody
from rtp_tui.server.breaker_bodies import BreakerBody
from rtp_tui.server.client_bodies import ClientBody
from rtp_tui.server.endpoints import Parameter
from rtp_tui.server.feed_bodies import FeedBody
from rtp_tui.server.job_bodies import JobBody
from rtp_tui.server.parameters import Limit

PAGING = (
    Parameter("limit", "How many at most.", Limit),
    Parameter("cursor", "`next_cursor` of the page before."),
)
"""The parameters of every list."""


class QuotesPage(Struct, frozen=True):
    """Quotes in the order in which they were asked for."""

    quotes: tuple[AgedQuoteBody, ...]
    next_cursor: str | None


class InstrumentsPage(Struct, frozen=True):
    """Instruments in the order of the configuration."""

    instruments: tuple[InstrumentBody, ...]
    next_cursor: str | None


class MarketsPage(Struct, frozen=True):
    """Markets that a configured instrument trades on."""

    markets: tuple[MarketBody, ...]
    next_cursor: str | None


class FeedsPage(Struct, frozen=True):
    """Feeds, those of one instrument together."""

    feeds: tuple[FeedBody, ...]
    next_cursor: str | None


class JobsPage(Struct, frozen=True):
    """Jobs."""

    jobs: tuple[JobBody, ...]
    next_cursor: str | None


class BreakersPage(Struct, frozen=True):
    """Circuit breakers."""

    breakers: tuple[BreakerBody, ...]
    next_cursor: str | None


class ClientsPage(Struct, frozen=True):
    """Followers, ascending by id."""

    clients: tuple[ClientBody, ...]
    next_cursor: str | None


class EventBody(Struct, frozen=True):
    """An event of the past."""

    id: int
    at_ms: int
    topic: str
    payload: Raw


class EventsPage(Struct, frozen=True):
    """Events of the past, ascending."""

    events: tuple[EventBody, ...]
    next_cursor: str | None
