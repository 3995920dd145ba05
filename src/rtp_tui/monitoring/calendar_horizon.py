"""How long the sessions of exchanges are known: what is wrong with that, in words."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct

from rtp_tui.scheduling.trading_calendar import Horizon

NEAR_MS = 45 * 86_400_000
"""A horizon that is nearer is worth an upgrade."""
CHANCE_MS = 10 * 60_000
"""Calendars have so long after the start before it counts that they are not known."""


class KnownSessions(Struct, frozen=True):
    """The horizons of all markets that depend on an exchange, and why the last reading of calendars failed."""

    horizons: tuple[Horizon, ...] = ()
    failure: str | None = None


KnowSessions = Callable[[], KnownSessions]


def nothing_to_know() -> KnownSessions:
    """No market depends on an exchange."""
    return KnownSessions()


def calendar_faults(known: KnownSessions, now_ms: int, started_ms: int) -> tuple[str, ...] | None:
    """What is wrong, each calendar once; None where no market depends on one."""
    if not known.horizons:
        return None
    markets: dict[Horizon, list[str]] = {}
    for one in known.horizons:
        markets.setdefault(Horizon("", one.calendar, one.until_ms), []).append(one.market)
    faults = (_fault(horizon, names, known.failure, now_ms, started_ms) for horizon, names in markets.items())
    return tuple(filter(None, faults))


def _fault(
    horizon: Horizon, markets: Iterable[str], failure: str | None, now_ms: int, started_ms: int
) -> str:
    sessions = f"sessions of {', '.join(markets)}"
    if horizon.until_ms is None:
        why = failure or f"exchange-calendars has no {horizon.calendar}"
        return f"{sessions} are not known: {why}" if now_ms - started_ms >= CHANCE_MS else ""
    if horizon.until_ms - now_ms >= NEAR_MS:
        return ""
    last_day = datetime.fromtimestamp(horizon.until_ms / 1000, tz=UTC).date()
    return f"{sessions} are known until {last_day} only: upgrade exchange-calendars"
