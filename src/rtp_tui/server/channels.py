"""The names that can be followed, and what they stand for."""

import re
from collections.abc import Collection, Iterable
from types import MappingProxyType

from rtp_tui.api.frames import PIPELINE
from rtp_tui.model.instrument import InstrumentId

ALERTS = "alerts"
BREAKERS = "breakers"
CHANGES = "changes"
FEEDS = "feeds"
GENERAL = "general"
HEALTH = "health"
JOBS = "jobs"
LOG = "log"
QUALITY = "quality"
PORTFOLIO_UPDATES, RISK_UPDATES = "portfolio_updates", "risk_metrics_updates"
PORTFOLIO_OF, RISK_OF = "portfolio:", "risk:"
SIGNALS = "signals"

LISTS = frozenset({SIGNALS, ALERTS, JOBS, BREAKERS, FEEDS, QUALITY, CHANGES, LOG})
"""Channels whose snapshot is a list under their own name."""

_NAMED = LISTS | {HEALTH, GENERAL, PIPELINE, PORTFOLIO_UPDATES, RISK_UPDATES}
_COVERS = MappingProxyType({PORTFOLIO_UPDATES: PORTFOLIO_OF, RISK_UPDATES: RISK_OF})
"""Channels of all, and how those of one begin."""
_EVERYTHING = frozenset({"*", "price_updates"})
_OF_A_CLASS = re.compile(r"(crypto|stocks|fx|index|futures):\*")
_OF_A_PORTFOLIO = re.compile(r"(portfolio|risk):.{1,64}")


def meant(subscription: str, instruments: Collection[InstrumentId]) -> frozenset[str] | None:
    """The channels that a subscription stands for; None where there is no such channel."""
    if subscription in instruments:
        return frozenset((subscription,))
    if subscription in _EVERYTHING:
        return frozenset(instruments)
    if _OF_A_CLASS.fullmatch(subscription):
        return frozenset(one for one in instruments if one.startswith(subscription[:-1]))
    if subscription == GENERAL:
        return frozenset((GENERAL, HEALTH))
    if subscription in _NAMED or _OF_A_PORTFOLIO.fullmatch(subscription):
        return frozenset((subscription,))
    return None


def all_meant(subscriptions: Iterable[str], instruments: Collection[InstrumentId]) -> frozenset[str]:
    """The channels that several subscriptions stand for together, so that a message comes by one of them only.

    Whoever follows all portfolios hears of each by the channel of all.
    """
    channels = frozenset[str]().union(*(meant(one, instruments) or () for one in subscriptions))
    covered = tuple(one for every, one in _COVERS.items() if every in channels)
    return (
        frozenset(channel for channel in channels if not channel.startswith(covered)) if covered else channels
    )
