"""Treasuries of companies: who is asked, what earlier runs were told, and who answers."""

import logging

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.treasury import TreasuryAnswers
from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.queries import GetTreasury
from rtp_tui.storage.contract import StoreUnusable

_log = logging.getLogger(__name__)


async def treasury_feed(feeds: Feeds, ground: Ground) -> TreasuryFeed:
    """What goes on with the treasuries that an earlier run was told."""
    feed = TreasuryFeed(feeds.treasuries, ground.pipeline.recorder.add_document, ground.clock)
    try:
        unread = feed.restore(await ground.history.documents(DocumentKind.HOLDINGS))
    except StoreUnusable as error:
        _log.warning("treasuries of earlier runs are not known: %s", error)
    else:
        for coin in unread:
            _log.warning("treasuries of %s are left out: they are of another version", coin)
    return feed


def answer_treasury(handlers: Handlers, feed: TreasuryFeed, ground: Ground) -> None:
    """Hand questions about treasuries to who knows."""
    answers = TreasuryAnswers(feed, ground.history, ground.pipeline.state, ground.clock)
    handlers.answer(GetTreasury, answers.treasury)
