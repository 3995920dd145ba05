"""The topics of the bus, in the order in which one may cause another."""

from enum import StrEnum


class Topic(StrEnum):
    """An event may only cause events of topics further down this list."""

    PART = "part"
    CLIENT = "client"
    MARKET = "market"
    FEED = "feed"
    BREAKER = "breaker"
    JOB = "job"
    STORE = "store"
    CACHE = "cache"
    PERFORMANCE = "performance"
    ANALYTICS = "analytics"
    PORTFOLIO = "portfolio"
    QUALITY = "quality"
    HEALTH = "health"
    ALERT = "alert"
    LOG = "log"
