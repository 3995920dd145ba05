"""Days and weeks of a desk."""

from datetime import UTC, datetime

import pytest

from rtp_tui.model.reports import ReportPeriod
from rtp_tui.reports.periods import NoPeriod, span_before, span_of

HOUR_MS = 3_600_000
DAILY, WEEKLY = ReportPeriod.DAILY, ReportPeriod.WEEKLY


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOW_MS = at("2026-11-22T10:00:00")
"""A Sunday."""


def test_without_a_date_it_is_the_day_or_week_that_is() -> None:
    day, week = span_of(DAILY, None, "UTC", NOW_MS), span_of(WEEKLY, None, "UTC", NOW_MS)
    assert (day.name, day.from_ms, day.to_ms) == ("2026-11-22", at("2026-11-22"), at("2026-11-23"))
    assert (week.name, week.from_ms, week.to_ms) == ("2026-W47", at("2026-11-16"), at("2026-11-23"))


def test_a_week_is_named_by_any_of_its_days_or_by_itself() -> None:
    names = {span_of(WEEKLY, text, "UTC", NOW_MS).name for text in ("2026-11-16", "2026-11-20", "2026-W47")}
    assert names == {"2026-W47"}
    assert span_of(WEEKLY, "2026-01-01", "UTC", NOW_MS).name == "2026-W01"


def test_midnight_is_that_of_the_desk() -> None:
    span = span_of(DAILY, "2026-11-22", "Asia/Kolkata", NOW_MS)
    assert span.from_ms == at("2026-11-21T18:30:00")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_a_day_on_which_clocks_are_set_is_longer_or_shorter(day: str, hours: int) -> None:
    span = span_of(DAILY, day, "America/New_York", NOW_MS)
    assert span.to_ms - span.from_ms == hours * HOUR_MS


def test_yesterday_and_the_newest_that_is_over() -> None:
    assert span_of(DAILY, "yesterday", "UTC", NOW_MS) == span_before(DAILY, "UTC", NOW_MS)
    assert span_before(DAILY, "UTC", NOW_MS).name == "2026-11-21"
    assert span_before(WEEKLY, "UTC", NOW_MS).name == "2026-W46"


@pytest.mark.parametrize(
    "text", ["soon", "2026-13-01", "2026-W60", "2026-11-23", "9999-12-31", "0001-01-01x", "-"]
)
def test_what_is_no_date_or_still_to_come_is_refused(text: str) -> None:
    with pytest.raises(NoPeriod):
        span_of(DAILY, text, "UTC", NOW_MS)
