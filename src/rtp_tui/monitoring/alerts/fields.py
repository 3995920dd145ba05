"""What a rule can look at: each field with whom it is about, its unit and what it means."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from rtp_tui.model.market import Quote


class About(StrEnum):
    """Whom a field is about; there is a reading for each of them."""

    INSTRUMENT = "instrument"
    FEED = "feed"
    SERVICE = "service"
    """A feed that is asked, a breaker, or a part of the engine."""
    JOB = "job"
    PORTFOLIO = "portfolio"
    ENGINE = "engine"


class Unit(StrEnum):
    """What a threshold is written in; readings are in the plain one: bytes, seconds, milliseconds."""

    NUMBER = ""
    PERCENT = "%"
    BYTES = "B"
    SECONDS = "s"
    MILLISECONDS = "ms"


class Field(Struct, frozen=True, kw_only=True):
    """One thing that can be measured."""

    name: str
    """Words joined by underscores; in a condition blanks do as well."""
    about: About
    unit: Unit
    meaning: str
    of_quote: Callable[[Quote], float | None] | None = None
    """Where it is read from each new quote; the others are read once a second."""
    tells_lateness: bool = False
    """Explained by a feed that is down."""
    tells_outage: bool = False
    """Explains lateness of what the feed prices."""


def _spread(quote: Quote) -> float | None:
    return None if quote.bid is None or quote.ask is None else quote.ask - quote.bid


def _spread_pct(quote: Quote) -> float | None:
    spread = _spread(quote)
    return None if spread is None or not quote.bid else 100 * spread / quote.bid


def _of_quote(name: str, meaning: str, unit: Unit = Unit.NUMBER, read: object = None) -> Field:
    def attribute(quote: Quote) -> float | None:
        value = getattr(quote, name)
        return None if value is None else float(value)

    return Field(
        name=name,
        about=About.INSTRUMENT,
        unit=unit,
        meaning=meaning,
        of_quote=read if callable(read) else attribute,
    )


def _of(about: About, name: str, unit: Unit, meaning: str, *, late: bool = False, out: bool = False) -> Field:
    return Field(name=name, about=about, unit=unit, meaning=meaning, tells_lateness=late, tells_outage=out)


_QUOTED = (
    _of_quote("price", "the last price"),
    _of_quote("bid", "the best bid"),
    _of_quote("ask", "the best offer"),
    _of_quote("spread", "offer minus bid", read=_spread),
    _of_quote("spread_pct", "offer minus bid, of the bid", Unit.PERCENT, _spread_pct),
    _of_quote("change_24h", "change over 24 hours, or since the previous close"),
    _of_quote("change_24h_pct", "the same in percent", Unit.PERCENT),
    _of_quote("previous_close", "the close of the session before"),
    _of_quote("day_open", "the first price of the day"),
    _of_quote("day_high", "the highest price of the day"),
    _of_quote("day_low", "the lowest price of the day"),
    _of_quote("high_24h", "the highest price of 24 hours"),
    _of_quote("low_24h", "the lowest price of 24 hours"),
    _of_quote("vwap", "the average price weighted by volume"),
    _of_quote("volume_24h", "volume of 24 hours in the quote currency"),
    _of_quote("market_cap", "market capitalisation"),
)
_MEASURED = (
    _of(About.INSTRUMENT, "change_1m", Unit.PERCENT, "change of the price within the last minute"),
    _of(About.INSTRUMENT, "move_1m", Unit.PERCENT, "the same, up or down"),
    _of(About.INSTRUMENT, "volume_ratio", Unit.NUMBER, "volume of the last minute over the mean before"),
    _of(About.INSTRUMENT, "deviation", Unit.PERCENT, "from another feed, or from the median of its minutes"),
    _of(About.INSTRUMENT, "data_age", Unit.SECONDS, "since the last observation, in session", late=True),
    _of(About.INSTRUMENT, "gap", Unit.SECONDS, "length of the longest gap not repaired yet", late=True),
    _of(About.INSTRUMENT, "updates_per_minute", Unit.NUMBER, "over 5 min in session", late=True),
    _of(About.FEED, "stream_down", Unit.SECONDS, "how long a stream has not been connected", out=True),
    _of(About.SERVICE, "service_down", Unit.SECONDS, "how long it has not been working", out=True),
    _of(About.SERVICE, "provider_response", Unit.MILLISECONDS, "of its newest calls, 95 of 100 are below"),
    _of(About.FEED, "feed_rate", Unit.NUMBER, "frames a second"),
    _of(About.FEED, "feed_age", Unit.SECONDS, "since it was last heard"),
    _of(About.FEED, "feed_reconnects", Unit.NUMBER, "since the start"),
    _of(About.FEED, "feed_failed_tries", Unit.NUMBER, "connections that failed in a row"),
    _of(About.FEED, "feed_bad_frames", Unit.NUMBER, "frames that gave nothing, since the start"),
    _of(About.FEED, "feed_clock_offset", Unit.MILLISECONDS, "the venue's clock minus ours, without sign"),
    _of(About.FEED, "feed_quota_left", Unit.NUMBER, "questions left in this window"),
    _of(About.FEED, "feed_rejected_keys", Unit.NUMBER, "keys that the provider refuses, expired ones too"),
    _of(About.JOB, "job_failures", Unit.NUMBER, "runs that failed, since the start"),
    _of(About.JOB, "job_missed", Unit.NUMBER, "runs that were missed, since the start"),
    _of(About.JOB, "job_skipped", Unit.NUMBER, "runs that were skipped, since the start"),
    _of(About.JOB, "job_duration", Unit.MILLISECONDS, "of the last run"),
    _of(About.JOB, "job_lateness", Unit.MILLISECONDS, "of the last run"),
    _of(About.PORTFOLIO, "risk", Unit.NUMBER, "score from 0, calm, to 100, severe"),
    _of(About.ENGINE, "health_score", Unit.NUMBER, "from 0 to 100"),
    _of(About.ENGINE, "pipeline_down", Unit.NUMBER, "1 while nothing works in session, else 0", out=True),
    _of(About.ENGINE, "error_rate", Unit.PERCENT, "of what came in during the last minute"),
    _of(About.ENGINE, "ticks_per_second", Unit.NUMBER, "observations accepted"),
    _of(About.ENGINE, "memory", Unit.BYTES, "resident memory of the process"),
    _of(About.ENGINE, "loop_lag", Unit.MILLISECONDS, "of the engine's loop, 99 of 100 are below"),
    _of(About.ENGINE, "cpu", Unit.PERCENT, "of one core, over the last second"),
    _of(About.ENGINE, "response_time", Unit.MILLISECONDS, "of the server's last 5 min, 95 of 100 are below"),
    _of(About.ENGINE, "database_read", Unit.MILLISECONDS, "of the newest questions, 95 of 100 are below"),
    _of(About.ENGINE, "database", Unit.MILLISECONDS, "a commit, beside the time that rows gather"),
    _of(About.ENGINE, "store_pending", Unit.NUMBER, "rows that wait to be written"),
    _of(About.ENGINE, "store_dropped", Unit.NUMBER, "rows given up"),
    _of(About.ENGINE, "store_size", Unit.BYTES, "of the history file"),
    _of(About.ENGINE, "disk_free", Unit.BYTES, "where the history is"),
    _of(About.ENGINE, "disk_free_pct", Unit.PERCENT, "the same, of the whole disk"),
    _of(About.ENGINE, "cache_hit_rate", Unit.PERCENT, "over the last 100 lookups or more"),
    _of(About.ENGINE, "clients", Unit.NUMBER, "followers of the server"),
)
FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in (*_QUOTED, *_MEASURED)})
"""All fields by name."""
