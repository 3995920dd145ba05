"""Sessions of exchanges as they are written down."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.health import SessionState
from rtp_tui.scheduling.adaptive_rate import Factors, Pace
from rtp_tui.scheduling.calendar_snapshot import (
    FORMAT,
    BadSnapshot,
    CalendarSnapshot,
    ExchangeCalendar,
    WrittenCalendar,
    WrittenSnapshot,
    read_snapshot,
)
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import Horizon, TradingCalendar
from tests.factories import NOW_MS

HOUR_MS = 3_600_000


def at(text: str) -> int:
    """UTC, as `2026-03-06 14:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def written(
    *sessions: tuple[str, str], breaks: tuple[tuple[str, str], ...] = (), half_days: tuple[str, ...] = ()
) -> WrittenCalendar:
    return WrittenCalendar(
        timezone="Asia/Tokyo",
        weekdays=(0, 1, 2, 3, 4),
        first_date=date(2026, 3, 1).toordinal(),
        last_date=date(2026, 3, 31).toordinal(),
        dates=[date.fromisoformat(opening[:10]).toordinal() for opening, _ in sessions],
        opens_ms=[at(opening) for opening, _ in sessions],
        closes_ms=[at(close) for _, close in sessions],
        breaks_ms=[(at(start), at(end)) for start, end in breaks],
        half_days=[date.fromisoformat(day).toordinal() for day in half_days],
    )


TOKYO = written(
    ("2026-03-04 00:00", "2026-03-04 06:30"),
    ("2026-03-05 00:00", "2026-03-05 06:30"),
    # The 6th, a Friday, is a holiday; the 7th and 8th a weekend.
    ("2026-03-09 00:00", "2026-03-09 06:30"),
    ("2026-03-10 00:00", "2026-03-10 02:30"),
    breaks=(
        ("2026-03-04 02:30", "2026-03-04 03:30"),
        ("2026-03-05 02:30", "2026-03-05 03:30"),
        ("2026-03-09 02:30", "2026-03-09 03:30"),
    ),
    half_days=("2026-03-10",),
)
SNAPSHOT = CalendarSnapshot(
    WrittenSnapshot(format=FORMAT, library="4", built_ms=NOW_MS, calendars={"XTKS": TOKYO})
)
CALENDAR = TradingCalendar({}, SNAPSHOT)


@pytest.mark.parametrize(
    ("moment", "state", "pace", "since", "next_open", "next_close"),
    [
        ("2026-03-03 23:59", "unknown", "in session", None, None, None),
        (
            "2026-03-04 00:00",
            "open",
            "in session",
            "2026-03-04 00:00",
            "2026-03-05 00:00",
            "2026-03-04 06:30",
        ),
        ("2026-03-04 02:30", "lunch", "closed", "2026-03-04 02:30", "2026-03-04 03:30", "2026-03-04 06:30"),
        (
            "2026-03-04 03:30",
            "open",
            "in session",
            "2026-03-04 03:30",
            "2026-03-05 00:00",
            "2026-03-04 06:30",
        ),
        ("2026-03-04 06:30", "closed", "closed", "2026-03-04 06:30", "2026-03-05 00:00", "2026-03-05 06:30"),
        ("2026-03-05 14:59", "closed", "closed", "2026-03-05 06:30", "2026-03-09 00:00", "2026-03-09 06:30"),
        (
            "2026-03-05 15:00",
            "holiday",
            "at rest",
            "2026-03-05 06:30",
            "2026-03-09 00:00",
            "2026-03-09 06:30",
        ),
        ("2026-03-07 03:00", "closed", "at rest", "2026-03-05 06:30", "2026-03-09 00:00", "2026-03-09 06:30"),
        ("2026-03-10 02:29", "open", "in session", "2026-03-10 00:00", None, "2026-03-10 02:30"),
        ("2026-03-10 02:30", "unknown", "in session", None, None, None),
    ],
)
def test_an_exchange_tells_its_sessions_breaks_and_holidays(
    moment: str, state: str, pace: str, since: str | None, next_open: str | None, next_close: str | None
) -> None:
    session = CALENDAR.session("XTKS", at(moment))

    assert (session.session, CALENDAR.pace("XTKS", at(moment))) == (SessionState(state), Pace(pace))
    told = (session.since_ms, session.next_open_ms, session.next_close_ms)
    assert told == tuple(None if text is None else at(text) for text in (since, next_open, next_close))


def test_a_half_day_is_told_on_its_day_only() -> None:
    assert CALENDAR.session("XTKS", at("2026-03-10 01:00")).half_day
    assert not CALENDAR.session("XTKS", at("2026-03-09 01:00")).half_day


def test_open_time_leaves_out_breaks_nights_and_holidays() -> None:
    def hours(start: str, end: str) -> float:
        return CALENDAR.open_ms_between("XTKS", at(start), at(end)) / HOUR_MS

    assert hours("2026-03-04 00:00", "2026-03-05 00:00") == 5.5
    assert hours("2026-03-04 02:00", "2026-03-04 03:00") == 0.5
    assert hours("2026-03-04 02:45", "2026-03-04 03:15") == 0
    assert hours("2026-03-05 12:00", "2026-03-09 01:00") == 1
    assert hours("2026-03-05 12:00", "2026-03-05 12:00") == 0
    # What is not known counts as open.
    assert hours("2026-03-10 02:00", "2026-03-10 12:00") == 10
    assert hours("2026-02-01 00:00", "2026-02-02 00:00") == 24


MOMENTS = st.integers(TOKYO.opens_ms[0], TOKYO.closes_ms[-1] - 1)


@given(MOMENTS)
def test_a_session_changes_at_its_next_open_or_close_and_not_before(now_ms: int) -> None:
    session = CALENDAR.session("XTKS", now_ms)
    changes = [moment for moment in (session.next_open_ms, session.next_close_ms) if moment is not None]

    assert session.since_ms is not None
    assert session.since_ms <= now_ms < min(changes)
    if session.session is SessionState.LUNCH:
        assert CALENDAR.session("XTKS", min(changes)).session is SessionState.OPEN
    if session.session in (SessionState.CLOSED, SessionState.HOLIDAY):
        assert min(changes) == session.next_open_ms
        assert CALENDAR.session("XTKS", min(changes)).session is SessionState.OPEN
        assert not CALENDAR.session("XTKS", min(changes) - 1).is_open


@given(MOMENTS, MOMENTS, MOMENTS)
def test_open_time_adds_up(one: int, two: int, three: int) -> None:
    start, middle, end = sorted((one, two, three))
    parts = CALENDAR.open_ms_between("XTKS", start, middle) + CALENDAR.open_ms_between("XTKS", middle, end)

    assert CALENDAR.open_ms_between("XTKS", start, end) == parts <= end - start


@given(MOMENTS)
def test_a_moment_counts_as_open_exactly_when_the_session_is(now_ms: int) -> None:
    is_open = CALENDAR.session("XTKS", now_ms).is_open

    assert CALENDAR.open_ms_between("XTKS", now_ms, now_ms + 1) == int(is_open)


def test_sessions_that_touch_are_one() -> None:
    week = ExchangeCalendar(
        written(("2026-03-04 00:00", "2026-03-05 00:00"), ("2026-03-05 00:00", "2026-03-06 00:00"))
    )

    assert week.session("m", at("2026-03-04 12:00")).next_close_ms == at("2026-03-06 00:00")


# --- hours of one's own, holidays of an exchange

OWN = {"fx": MarketSettings(calendar="XTKS", timezone="Asia/Tokyo", open="08:00", close="10:00")}


@pytest.mark.parametrize(
    ("moment", "state", "pace", "next_open"),
    [
        ("2026-03-04 23:30", "open", "in session", "2026-03-08 23:00"),
        ("2026-03-05 01:00", "closed", "closed", "2026-03-08 23:00"),
        ("2026-03-05 23:30", "holiday", "at rest", "2026-03-08 23:00"),
        ("2026-03-06 23:30", "closed", "at rest", "2026-03-08 23:00"),
        ("2026-03-31 15:00", "unknown", "in session", None),
    ],
)
def test_a_market_has_hours_of_its_own_and_holidays_of_its_calendar(
    moment: str, state: str, pace: str, next_open: str | None
) -> None:
    calendar = TradingCalendar(OWN, SNAPSHOT)
    session = calendar.session("fx", at(moment))

    assert (session.session, calendar.pace("fx", at(moment))) == (SessionState(state), Pace(pace))
    assert session.next_open_ms == (None if next_open is None else at(next_open))


def test_without_a_snapshot_exchanges_and_their_holidays_are_unknown_until_there_is_one() -> None:
    calendar = TradingCalendar(OWN)
    moment = at("2026-03-05 01:00")
    before = [calendar.session(market, moment) for market in ("XTKS", "fx")]

    calendar.use(SNAPSHOT)

    assert [(told.session, told.is_open) for told in before] == [(SessionState.UNKNOWN, True)] * 2
    assert calendar.session("XTKS", moment).session is SessionState.OPEN
    assert calendar.session("fx", moment).session is SessionState.CLOSED


def test_names_that_people_use_mean_an_exchange() -> None:
    snapshot = CalendarSnapshot(
        WrittenSnapshot(format=FORMAT, library="4", built_ms=NOW_MS, calendars={"XBOM": TOKYO, "XNYS": TOKYO})
    )
    calendar = TradingCalendar({}, snapshot)
    moment = at("2026-03-05 01:00")

    for name in ("NYSE", "NASDAQ", "NSE", "BSE", "XNYS"):
        assert (calendar.session(name, moment).session, calendar.session(name, moment).market) == (
            SessionState.OPEN,
            name,
        )
    assert calendar.session("24/7", moment).session is SessionState.OPEN
    assert calendar.session("XLON", moment).session is SessionState.UNKNOWN


def test_which_exchanges_are_needed_and_how_far_they_are_known() -> None:
    calendar = TradingCalendar({**OWN, "own": MarketSettings()}, SNAPSHOT)
    markets = ["24x7", "NYSE", "NASDAQ", "fx", "own"]

    assert calendar.exchanges(markets) == {"XNYS", "XTKS"}
    assert calendar.horizons(markets) == (
        Horizon("NASDAQ", "XNYS", None),
        Horizon("NYSE", "XNYS", None),
        Horizon("fx", "XTKS", at("2026-03-10 02:30")),
    )


def test_a_market_has_factors_of_its_own() -> None:
    calendar = TradingCalendar({"fx": MarketSettings(factor_closed=2, factor_weekend=10)})

    assert calendar.factors("fx") == Factors(2, 10)
    assert calendar.factors("XNYS") == Factors(3, 5)


# --- files


def test_a_snapshot_is_read_as_it_was_written() -> None:
    content = msgspec.json.encode(
        WrittenSnapshot(
            format=FORMAT, library="4.1", built_ms=NOW_MS, calendars={"XTKS": TOKYO}, unknown=("NOPE",)
        )
    )
    snapshot = read_snapshot(content)

    assert (snapshot.built_ms, snapshot.library) == (NOW_MS, "4.1")
    assert (snapshot.names, snapshot.unknown) == (frozenset({"XTKS"}), frozenset({"NOPE"}))


@pytest.mark.parametrize(
    "calendar",
    [
        replace(TOKYO, opens_ms=TOKYO.opens_ms[:-1]),
        replace(TOKYO, opens_ms=TOKYO.opens_ms[::-1]),
        replace(TOKYO, closes_ms=[opening - 1 for opening in TOKYO.opens_ms]),
        replace(TOKYO, dates=[], opens_ms=[], closes_ms=[], breaks_ms=[]),
        replace(TOKYO, breaks_ms=TOKYO.breaks_ms[::-1]),
        replace(TOKYO, timezone="Mars/Base"),
        replace(TOKYO, timezone="../../../etc/passwd"),
        replace(TOKYO, first_date=-1),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(calendar: WrittenCalendar) -> None:
    content = msgspec.json.encode(
        WrittenSnapshot(format=FORMAT, library="4", built_ms=0, calendars={"X": calendar})
    )

    with pytest.raises(BadSnapshot):
        read_snapshot(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"format":1,"built_ms":1e400}',
        b"[1]",
        b"\xff\xfe",
        b'{"format":99,"library":"","built_ms":0,"calendars":{}}',
    ],
)
def test_a_file_that_is_no_snapshot_is_refused(content: bytes) -> None:
    with pytest.raises(BadSnapshot):
        read_snapshot(content)


def test_bars_are_told_of_sessions_half_days_and_breaks() -> None:
    known = ExchangeCalendar(TOKYO).sessions(at("2026-03-09 12:00"), at("2026-03-10 12:00"))
    assert known.spans[-2:] == (
        (at("2026-03-09 00:00"), at("2026-03-09 06:30")),
        (at("2026-03-10 00:00"), at("2026-03-10 02:30")),
    )
    assert (at("2026-03-09 02:30"), at("2026-03-09 03:30")) in known.breaks
    assert known.to_ms == at("2026-03-10 02:30")
