"""Days and weeks of a desk, as spans of time. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from rtp_tui.model.reports import ReportPeriod

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})")
_LENGTH = {ReportPeriod.DAILY: timedelta(days=1), ReportPeriod.WEEKLY: timedelta(days=7)}


class NoPeriod(ValueError):
    """A date that is none, or is still to come; the message says what is expected."""


class Span(Struct, frozen=True, kw_only=True):
    """One day or week: `[from_ms, to_ms)`, from midnight to midnight."""

    period: ReportPeriod
    name: str
    timezone: str
    from_ms: int
    to_ms: int


def span_of(period: ReportPeriod, text: str | None, timezone: str, now_ms: int) -> Span:
    """The period that a date is in, or this moment where none is named. Raises NoPeriod."""
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone(zone).date()
    day = today if not text else _day(text, today)
    first = day - timedelta(days=day.weekday()) if period is ReportPeriod.WEEKLY else day
    try:
        span = Span(
            period=period,
            name=_name(period, first),
            timezone=timezone,
            from_ms=_midnight_ms(first, zone),
            to_ms=_midnight_ms(first + _LENGTH[period], zone),
        )
    except OverflowError:
        raise NoPeriod(f"{text!r} is out of range") from None
    if span.from_ms > now_ms:
        raise NoPeriod(f"{span.name} is still to come")
    return span


def span_before(period: ReportPeriod, timezone: str, now_ms: int) -> Span:
    """The newest period that is over."""
    current = span_of(period, None, timezone, now_ms)
    return span_of(period, None, timezone, current.from_ms - 1)


def _day(text: str, today: date) -> date:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    try:
        if week := _WEEK.fullmatch(text):
            return date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return date.fromisoformat(text)
    except ValueError:
        raise NoPeriod(
            f"{text[:32]!r} is neither a date such as 2026-11-21, nor a week such as 2026-W47"
        ) from None


def _name(period: ReportPeriod, first: date) -> str:
    if period is ReportPeriod.DAILY:
        return first.isoformat()
    year, week, _ = first.isocalendar()
    return f"{year}-W{week:02}"


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)
