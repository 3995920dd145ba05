"""What it consists of: the effective configuration, and the feeds."""

from collections.abc import Callable

from msgspec import Raw
from starlette.requests import Request

from rtp_tui.api.wire import encode
from rtp_tui.server.endpoints import Endpoint
from rtp_tui.server.feed_bodies import FeedBody, feed_bodies
from rtp_tui.server.journal import Journal
from rtp_tui.server.pages import PAGING, FeedsPage
from rtp_tui.server.responses import page

CATALOGUE = "catalogue"


class CatalogueRoutes:
    """Configuration and feeds over HTTP; `config` tells the one in effect, without secrets."""

    def __init__(self, journal: Journal, config: Callable[[], object]) -> None:
        self._journal = journal
        self._config = config

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/config",
                handler=self.config,
                summary="The effective configuration, without secrets.",
                room=CATALOGUE,
            ),
            Endpoint(
                method="GET",
                path="/feeds",
                handler=self.feeds,
                summary="Feeds and the connections that carry them.",
                room=CATALOGUE,
                parameters=PAGING,
            ),
        )

    async def config(self, _request: Request) -> Raw:
        return Raw(encode(self._config()))

    async def feeds(self, request: Request) -> FeedsPage:
        feeds = feed_bodies(self._journal.state)
        return FeedsPage(*page(feeds, _feed_of_an_instrument, request.query_params))


def _feed_of_an_instrument(body: FeedBody) -> str:
    return f"{body.name} {body.instruments[0]}"
