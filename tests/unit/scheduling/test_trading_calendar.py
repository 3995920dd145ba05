"""Sessions of markets by the hours that are configured for them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.health import SessionState
from rtp_tui.model.sessions import NOT_KNOWN
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar

NEW_YORK = MarketSettings(timezone="America/New_York", open="09:30", close="16:00")
FX = MarketSettings(
    timezone="America/New_York", open="17:00", close="17:00", weekdays=(6, 0, 1, 2, 3)
)  # Sunday to Friday evening
NIGHT = MarketSettings(timezone="Europe/London", open="22:00", close="04:00")
LATE = MarketSettings(timezone="Asia/Kolkata", open="18:30", close="24:00")
ALWAYS = MarketSettings(open="00:00", close="24:00", weekdays=(0, 1, 2, 3, 4, 5, 6))
NEVER = MarketSettings(weekdays=())
MARKETS = {"ny": NEW_YORK, "fx": FX, "night": NIGHT, "late": LATE, "always": ALWAYS, "never": NEVER}
CALENDAR = TradingCalendar(MARKETS)

HOUR_MS = 3_600_000
YEARS = st.integers(1_577_836_800_000, 2_208_988_800_000)  # 2020 to 2040


def at(text: str) -> int:
    """UTC, as `2026-03-06 14:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("market", "moment", "state", "next_open", "next_close"),
    [
        # The Friday before, and the Monday after, clocks go forward in New York on 2026-03-08.
        ("ny", "2026-03-06 14:29:59.999", "closed", "2026-03-06 14:30", "2026-03-06 21:00"),
        ("ny", "2026-03-06 14:30", "open", "2026-03-09 13:30", "2026-03-06 21:00"),
        ("ny", "2026-03-06 20:59:59.999", "open", "2026-03-09 13:30", "2026-03-06 21:00"),
        ("ny", "2026-03-06 21:00", "closed", "2026-03-09 13:30", "2026-03-09 20:00"),
        ("ny", "2026-03-07 15:00", "closed", "2026-03-09 13:30", "2026-03-09 20:00"),
        ("ny", "2026-03-09 13:30", "open", "2026-03-10 13:30", "2026-03-09 20:00"),
        # And back on 2026-11-01.
        ("ny", "2026-10-30 19:59", "open", "2026-11-02 14:30", "2026-10-30 20:00"),
        ("ny", "2026-11-02 13:45", "closed", "2026-11-02 14:30", "2026-11-02 21:00"),
        # One session from Sunday to Friday evening, over the change of clocks on that Sunday morning.
        ("fx", "2026-03-08 20:59", "closed", "2026-03-08 21:00", "2026-03-13 21:00"),
        ("fx", "2026-03-11 21:00", "open", "2026-03-15 21:00", "2026-03-13 21:00"),
        ("fx", "2026-03-13 21:00", "closed", "2026-03-15 21:00", "2026-03-20 21:00"),
        # Overnight: Friday's session ends on Saturday; London's clocks went forward on 2026-03-29.
        ("night", "2026-03-28 03:59", "open", "2026-03-30 21:00", "2026-03-28 04:00"),
        ("night", "2026-03-28 04:00", "closed", "2026-03-30 21:00", "2026-03-31 03:00"),
        ("night", "2026-03-29 23:00", "closed", "2026-03-30 21:00", "2026-03-31 03:00"),
        # A close of 24:00 is the next day's midnight.
        ("late", "2026-05-01 18:29", "open", "2026-05-04 13:00", "2026-05-01 18:30"),
        ("late", "2026-05-01 18:30", "closed", "2026-05-04 13:00", "2026-05-04 18:30"),
        # A leap day.
        ("ny", "2028-02-29 15:00", "open", "2028-03-01 14:30", "2028-02-29 21:00"),
    ],
)
def test_sessions_are_right(market: str, moment: str, state: str, next_open: str, next_close: str) -> None:
    session = CALENDAR.session(market, at(moment))
    assert session.session == state
    assert session.next_open_ms == at(next_open)
    assert session.next_close_ms == at(next_close)


def test_a_session_tells_since_when() -> None:
    assert CALENDAR.session("ny", at("2026-03-09 15:00")).since_ms == at("2026-03-09 13:30")
    assert CALENDAR.session("ny", at("2026-03-08 15:00")).since_ms == at("2026-03-06 21:00")


@pytest.mark.parametrize("market", ["24x7", "always"])
def test_a_market_that_never_closes_has_no_next_close(market: str) -> None:
    session = CALENDAR.session(market, at("2026-03-08 07:00"))
    assert session.session is SessionState.OPEN
    assert (session.since_ms, session.next_open_ms, session.next_close_ms) == (None, None, None)


def test_a_market_without_weekdays_never_opens() -> None:
    session = CALENDAR.session("never", at("2026-03-09 15:00"))
    assert session.session is SessionState.CLOSED
    assert session.next_open_ms is None


def test_a_market_that_is_not_configured_is_unknown_and_treated_as_open() -> None:
    session = CALENDAR.session("XNYS", at("2026-03-08 07:00"))
    assert session.session is SessionState.UNKNOWN
    assert session.is_open


def test_hours_that_the_change_of_clocks_skips_are_no_session() -> None:
    skipped = MarketSettings(
        timezone="America/New_York", open="02:45", close="03:15", weekdays=(0, 1, 2, 3, 4, 5, 6)
    )
    calendar = TradingCalendar({"skipped": skipped})
    session = calendar.session("skipped", at("2026-03-08 07:00"))
    assert session.session is SessionState.CLOSED
    assert session.next_open_ms == at("2026-03-09 06:45")


@pytest.mark.parametrize("hours", ["25:00", "24:01", "9", "09:60", "-1:00", "noon"])
def test_hours_that_are_no_time_of_day_are_refused(hours: str) -> None:
    with pytest.raises(ValueError):
        TradingCalendar({"bad": MarketSettings(open=hours)})


def test_only_time_in_session_counts_for_an_age() -> None:
    friday, monday = at("2026-03-06 20:59"), at("2026-03-09 13:31")
    assert CALENDAR.open_ms_between("ny", friday, monday) == 2 * 60_000
    assert CALENDAR.open_ms_between("24x7", friday, monday) == monday - friday
    assert CALENDAR.open_ms_between("XNYS", friday, monday) == monday - friday
    assert CALENDAR.open_ms_between("never", friday, monday) == 0


def test_a_session_over_the_change_of_clocks_has_an_hour_less() -> None:
    start, end = at("2026-03-07 00:00"), at("2026-03-10 00:00")
    calendar = TradingCalendar(
        {"all day": MarketSettings(timezone="America/New_York", weekdays=(6,))}  # Sunday
    )
    assert calendar.open_ms_between("all day", start, end) == 23 * HOUR_MS


def test_open_time_of_many_weeks_is_counted_whole() -> None:
    year = CALENDAR.open_ms_between("ny", at("2025-06-02 00:00"), at("2026-05-30 00:00"))
    assert year == 52 * 5 * 6.5 * HOUR_MS


def test_open_time_backwards_is_none() -> None:
    assert CALENDAR.open_ms_between("24x7", 2_000, 1_000) == 0
    assert CALENDAR.open_ms_between("ny", at("2026-03-09 15:00"), at("2026-03-09 14:00")) == 0


markets = st.builds(
    MarketSettings,
    timezone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    open=st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)),
    close=st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)) | st.just("24:00"),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
)


@given(markets, YEARS)
def test_the_next_changes_lie_ahead_and_the_last_behind(settings: MarketSettings, now_ms: int) -> None:
    session = TradingCalendar({"m": settings}).session("m", now_ms)
    if session.next_open_ms is None:
        assert session.is_open
        return
    assert session.since_ms is not None
    assert session.next_close_ms is not None
    assert session.since_ms <= now_ms < min(session.next_open_ms, session.next_close_ms)
    assert session.is_open == (session.next_close_ms < session.next_open_ms)


@given(markets, YEARS)
def test_a_session_changes_at_its_next_change_and_not_before(settings: MarketSettings, now_ms: int) -> None:
    calendar = TradingCalendar({"m": settings})
    session = calendar.session("m", now_ms)
    if session.next_open_ms is None or session.next_close_ms is None:
        return
    change_ms = min(session.next_open_ms, session.next_close_ms)
    assert calendar.session("m", change_ms - 1).session is session.session
    changed = calendar.session("m", change_ms)
    assert changed.session is not session.session
    assert changed.since_ms == change_ms


@given(markets, YEARS)
def test_an_open_market_is_at_a_local_time_within_its_hours(settings: MarketSettings, now_ms: int) -> None:
    local = datetime.fromtimestamp(now_ms / 1000, tz=ZoneInfo(settings.timezone))
    minutes = local.hour * 60 + local.minute
    hours, close = (int(part) * 60 for part in (settings.open[:2], settings.close[:2]))
    first, last = hours + int(settings.open[3:]), close + int(settings.close[3:])
    if last <= first:  # overnight
        expected = (minutes >= first and local.weekday() in settings.weekdays) or (
            minutes < last and (local.weekday() - 1) % 7 in settings.weekdays
        )
    else:
        expected = first <= minutes < last and local.weekday() in settings.weekdays
    offsets = {local.replace(hour=hour).utcoffset() for hour in (0, 12, 23)}
    if len(offsets) == 1:  # the golden table tells of days on which clocks change
        assert TradingCalendar({"m": settings}).session("m", now_ms).is_open == expected


@given(markets, st.lists(YEARS.map(lambda ms: ms % (300 * 86_400_000)), min_size=3, max_size=3))
def test_open_time_adds_up_and_never_exceeds_the_time_itself(
    settings: MarketSettings, moments: list[int]
) -> None:
    calendar = TradingCalendar({"m": settings})
    start, middle, end = (1_770_000_000_000 + moment for moment in sorted(moments))
    whole = calendar.open_ms_between("m", start, end)
    assert 0 <= whole <= end - start
    assert whole == calendar.open_ms_between("m", start, middle) + calendar.open_ms_between("m", middle, end)


@given(markets, YEARS)
def test_the_time_between_two_changes_is_all_open_or_all_closed(
    settings: MarketSettings, now_ms: int
) -> None:
    calendar = TradingCalendar({"m": settings})
    session = calendar.session("m", now_ms)
    change_ms = min(session.next_open_ms or now_ms, session.next_close_ms or now_ms)
    expected = change_ms - now_ms if session.is_open else 0
    assert calendar.open_ms_between("m", now_ms, change_ms) == expected


def test_sessions_are_told_as_spans_with_the_change_of_clocks_in_them() -> None:
    known = CALENDAR.sessions("ny", at("2026-03-06 12:00"), at("2026-03-09 22:00"))
    assert (at("2026-03-06 14:30"), at("2026-03-06 21:00")) in known.spans
    assert (at("2026-03-09 13:30"), at("2026-03-09 20:00")) in known.spans
    assert known.from_ms <= at("2026-03-06 12:00")
    assert known.to_ms >= at("2026-03-09 22:00")


@pytest.mark.parametrize("market", ["always", "never", "24x7", "XNYS"])
def test_no_sessions_are_told_of_a_market_that_never_closes_or_that_nobody_knows(market: str) -> None:
    assert CALENDAR.sessions(market, at("2026-03-06"), at("2026-03-09")) == NOT_KNOWN
