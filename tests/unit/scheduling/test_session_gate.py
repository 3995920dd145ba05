"""When a market that stops is asked for: minutes of wall clock, read off calendars."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.scheduling.session_gate import Stops, rest_of
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar

MINUTE_MS = 60_000
_USUAL = Stops()


def at(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def market(**changes: object) -> TradingCalendar:
    values = {
        "timezone": "America/New_York",
        "open": "09:30",
        "close": "16:00",
        "when_closed": "stop",
        **changes,
    }
    return TradingCalendar({"m": MarketSettings(**values)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("local", "starts"),
    [
        ("2026-03-06 09:24:59", "2026-03-06 09:25"),
        ("2026-03-06 09:25:00", None),
        ("2026-03-06 12:00:00", None),
        ("2026-03-06 16:00:00", None),
        ("2026-03-06 16:04:59", None),
        # Clocks go forward on the Sunday between: the open is an hour earlier by UTC.
        ("2026-03-06 16:05:00", "2026-03-09 09:25"),
        ("2026-03-08 12:00:00", "2026-03-09 09:25"),
        # And back on this one.
        ("2026-10-30 16:05:00", "2026-11-02 09:25"),
        ("2026-11-02 09:24:59", "2026-11-02 09:25"),
        ("2026-11-02 09:25:00", None),
    ],
)
def test_a_market_rests_from_a_while_after_the_close_until_a_while_before_the_open(
    local: str, starts: str | None
) -> None:
    rest = rest_of("m", market(), at(local, "America/New_York"))
    expected = None if starts is None else at(starts, "America/New_York")
    assert (None if rest is None else rest.starts_ms) == expected
    assert (rest is None) == (starts is None)


class Day:
    """A calendar of given sessions, as an exchange has with a lunch break, a half day or a holiday."""

    def __init__(self, *spans: tuple[int, int], stops: Stops | None = _USUAL) -> None:
        self._spans = [(start * MINUTE_MS, end * MINUTE_MS) for start, end in spans]
        self._stops = stops

    def stops(self, market: str) -> Stops | None:
        return self._stops

    def session(self, market: str, now_ms: int) -> MarketSession:
        is_open = any(start <= now_ms < end for start, end in self._spans)
        edges = [edge for span in self._spans for edge in span]
        return MarketSession(
            market=market,
            session=SessionState.OPEN if is_open else SessionState.CLOSED,
            timezone="UTC",
            since_ms=max((edge for edge in edges if edge <= now_ms), default=None),
            next_open_ms=min((start for start, _ in self._spans if start > now_ms), default=None),
        )


@pytest.mark.parametrize(
    ("minute", "starts"),
    [
        (0, 90), (94, None), (100, None), (220, None), (224, None), (225, 275), (274, 275), (275, None),
        (399, None), (404, None), (405, 1535), (1534, 1535), (1535, None), (1700, None), (1704, None), (1706, -1),
    ],
)  # fmt: skip
def test_lunch_breaks_half_days_and_the_end_of_what_is_known(minute: int, starts: int | None) -> None:
    day = Day((95, 220), (280, 400), (1540, 1700))
    rest = rest_of("m", day, minute * MINUTE_MS)
    if starts is None:
        assert rest is None
    else:
        assert rest is not None
        assert rest.starts_ms == (None if starts < 0 else starts * MINUTE_MS)


def test_a_break_that_is_shorter_than_both_waits_is_no_rest() -> None:
    day = Day((0, 100), (110, 200))
    assert all(rest_of("m", day, minute * MINUTE_MS) is None for minute in range(200))


def test_a_market_whose_sessions_are_not_known_is_asked_for() -> None:
    calendar = TradingCalendar({"m": MarketSettings(calendar="XNYS", when_closed="stop")})
    assert calendar.session("m", 0).session is SessionState.UNKNOWN
    assert rest_of("m", calendar, 0) is None


def test_markets_go_on_unless_they_are_to_stop() -> None:
    sunday_ms = at("2026-03-08 12:00", "UTC")
    assert rest_of("m", market(when_closed="slow"), sunday_ms) is None
    assert rest_of("24x7", market(), sunday_ms) is None


def test_the_waits_are_what_is_configured() -> None:
    calendar = market(start_before_ms=30 * MINUTE_MS, stop_after_ms=0)
    rest = rest_of("m", calendar, at("2026-03-06 16:00", "America/New_York"))
    assert rest is not None
    assert rest.starts_ms == at("2026-03-09 09:00", "America/New_York")


@given(st.integers(0, 3_000), st.integers(0, 60), st.integers(0, 60))
def test_nothing_rests_while_it_is_open_nor_within_the_waits(minute: int, before: int, after: int) -> None:
    spans = ((95, 220), (280, 400), (1540, 1700))
    day = Day(*spans, stops=Stops(before * MINUTE_MS, after * MINUTE_MS))
    is_near = any(start - before <= minute < end + after for start, end in spans)
    assert (rest_of("m", day, minute * MINUTE_MS) is None) == is_near
