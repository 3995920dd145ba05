"""How far the sessions of exchanges are known, as an item of health."""

from datetime import UTC, datetime

import pytest

from rtp_tui.monitoring.calendar_horizon import KnownSessions, calendar_faults, nothing_to_know
from rtp_tui.scheduling.trading_calendar import Horizon

DAY_MS = 86_400_000
CLOSE_MS = int(datetime(2026, 12, 31, 10, tzinfo=UTC).timestamp() * 1000)
"""The last close of XBOM that is known, in the middle of its last day."""
MINUTES_10_MS = 600_000


def faults(
    *horizons: Horizon, now_ms: int = CLOSE_MS - DAY_MS, up_ms: int = 0, failure: str | None = None
) -> tuple[str, ...] | None:
    return calendar_faults(KnownSessions(horizons, failure), now_ms, now_ms - up_ms)


@pytest.mark.parametrize(
    ("days", "is_fault"), [(365, False), (45, False), (44.9, True), (0, True), (-9, True)]
)
def test_a_horizon_nearer_than_45_days_is_a_fault_that_says_what_to_do(days: float, is_fault: bool) -> None:
    found = faults(Horizon("NSE", "XBOM", CLOSE_MS), now_ms=CLOSE_MS - int(days * DAY_MS))
    words = "sessions of NSE are known until 2026-12-31 only: upgrade exchange-calendars"
    assert found == ((words,) if is_fault else ())


def test_markets_of_one_calendar_share_a_fault() -> None:
    found = faults(Horizon("BSE", "XBOM", CLOSE_MS), Horizon("NSE", "XBOM", CLOSE_MS))
    assert found is not None
    assert [fault[:23] for fault in found] == ["sessions of BSE, NSE ar"]


def test_sessions_that_are_not_known_yet_have_ten_minutes() -> None:
    unknown = Horizon("XNYS", "XNYS", None)
    assert faults(unknown, up_ms=MINUTES_10_MS - 1, failure="the builder failed") == ()
    assert faults(unknown, up_ms=MINUTES_10_MS, failure="the builder failed") == (
        "sessions of XNYS are not known: the builder failed",
    )


def test_an_exchange_that_the_library_lacks_is_named() -> None:
    assert faults(Horizon("mine", "XABC", None), up_ms=MINUTES_10_MS) == (
        "sessions of mine are not known: exchange-calendars has no XABC",
    )


def test_where_no_market_depends_on_an_exchange_there_is_nothing_to_judge() -> None:
    assert calendar_faults(nothing_to_know(), 0, 0) is None
