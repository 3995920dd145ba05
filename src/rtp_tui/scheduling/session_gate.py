"""Whether anything is asked for in a market that stops when it is closed. Pure; told the time and the calendar.

Around each session there is a while before and after it: what opens needs its connections, and what closes
says its last words.
"""

from typing import Protocol

from msgspec import Struct

from rtp_tui.model.health import MarketSession, SessionState

START_BEFORE_MS = STOP_AFTER_MS = 5 * 60_000


class Stops(Struct, frozen=True):
    """How a market stops."""

    start_before_ms: int = START_BEFORE_MS
    """So long before it opens it is asked for again."""
    stop_after_ms: int = STOP_AFTER_MS
    """So long after its close it is still asked for."""


class Rest(Struct, frozen=True):
    """Nothing is asked for in a market now."""

    starts_ms: int | None
    """When it is asked for again; None where that is not known."""


class Sessions(Protocol):
    """What is asked of the trading calendar."""

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What a market is doing."""
        ...

    def stops(self, market: str) -> Stops | None:
        """How it stops; None where it goes on while it is closed."""
        ...


def rest_of(market: str, calendar: Sessions, now_ms: int) -> Rest | None:
    """The rest that a market takes now; None while it is asked for, and where its sessions are not known."""
    stops = calendar.stops(market)
    if stops is None:
        return None
    session = calendar.session(market, now_ms)
    if session.is_open or session.session is SessionState.UNKNOWN:
        return None
    if session.since_ms is not None and now_ms < session.since_ms + stops.stop_after_ms:
        return None
    if session.next_open_ms is None:
        return Rest(None)
    starts_ms = session.next_open_ms - stops.start_before_ms
    return Rest(starts_ms) if now_ms < starts_ms else None
