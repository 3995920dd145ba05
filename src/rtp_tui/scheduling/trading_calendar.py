"""When markets trade: always, by hours of their own, or not known.

A session is `[open, close)`; sessions that touch are one, so a market that trades from Sunday
evening to Friday evening closes once a week.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.scheduling.settings import MarketSettings

ALWAYS_OPEN = "24x7"
LONGEST_SPAN_DAYS = 366
"""Open time is counted no further back than this."""
_DAY_MINUTES = 24 * 60


class Span(Struct, frozen=True):
    """A session of a market, Unix milliseconds, the close exclusive."""

    open_ms: int
    close_ms: int


class TradingCalendar:
    """Sessions of all configured markets; told the time. Raises ValueError for hours it cannot read."""

    def __init__(self, markets: Mapping[str, MarketSettings]) -> None:
        self._hours = {name: MarketHours(settings) for name, settings in markets.items()}

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What a market is doing at a moment, and when that changes."""
        hours = self._hours.get(market)
        if hours is not None:
            return hours.session(market, now_ms)
        state = SessionState.OPEN if market == ALWAYS_OPEN else SessionState.UNKNOWN
        return MarketSession(market=market, session=state, timezone="UTC")

    def open_ms_between(self, market: str, start_ms: int, end_ms: int) -> int:
        """How much of `[start_ms, end_ms)` was in session; all of it where sessions are not known."""
        hours = self._hours.get(market)
        return max(0, end_ms - start_ms) if hours is None else hours.open_ms_between(start_ms, end_ms)


class MarketHours:
    """One market's sessions by weekday and local time."""

    def __init__(self, settings: MarketSettings) -> None:
        self._timezone = settings.timezone
        self._zone = ZoneInfo(settings.timezone)
        self._weekdays = frozenset(settings.weekdays)
        self._open = _minutes(settings.open)
        close = _minutes(settings.close)
        self._close = close if close > self._open else close + _DAY_MINUTES
        self._kept: tuple[date, Sequence[Span]] | None = None

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What the market is doing at a moment."""
        spans = self._spans_around(now_ms)
        is_open = any(span.open_ms <= now_ms < span.close_ms for span in spans)
        opens = [span.open_ms for span in spans]
        closes = [span.close_ms for span in spans]
        never_closes = is_open and len(spans) == 1
        return MarketSession(
            market=market,
            session=SessionState.OPEN if is_open else SessionState.CLOSED,
            timezone=self._timezone,
            since_ms=None if never_closes else _last(opens if is_open else closes, now_ms),
            next_open_ms=None if never_closes else _next(opens, now_ms),
            next_close_ms=None if never_closes else _next(closes, now_ms),
        )

    def open_ms_between(self, start_ms: int, end_ms: int) -> int:
        """Milliseconds of `[start_ms, end_ms)` in session, of its last 366 days at most."""
        start_ms = max(start_ms, end_ms - LONGEST_SPAN_DAYS * 86_400_000)
        if start_ms >= end_ms:
            return 0
        spans = self._spans_around(end_ms)
        if not spans or start_ms < spans[0].open_ms:
            spans = self._spans(self._date(start_ms), self._date(end_ms))
        overlaps = (min(span.close_ms, end_ms) - max(span.open_ms, start_ms) for span in spans)
        return sum(overlap for overlap in overlaps if overlap > 0)

    def _spans_around(self, now_ms: int) -> Sequence[Span]:
        """A week to either side and a day more: any weekly pattern shows its last and its next change."""
        today = self._date(now_ms)
        if self._kept is None or self._kept[0] != today:
            week = timedelta(days=8)
            self._kept = today, self._spans(today - week, today + week)
        return self._kept[1]

    def _spans(self, first: date, last: date) -> Sequence[Span]:
        """Sessions of all local days that can reach into `[first, last]`, touching ones joined."""
        spans: list[Span] = []
        for span in self._daily(first - timedelta(days=1), last + timedelta(days=1)):
            if spans and span.open_ms <= spans[-1].close_ms:
                spans[-1] = Span(spans[-1].open_ms, max(span.close_ms, spans[-1].close_ms))
            else:
                spans.append(span)
        return spans

    def _daily(self, first: date, last: date) -> Iterator[Span]:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() not in self._weekdays:
                continue
            span = Span(self._at(day, self._open), self._at(day, self._close))
            # Hours inside the hour that a change of clocks skips are no session at all.
            if span.open_ms < span.close_ms:
                yield span

    def _at(self, day: date, minutes: int) -> int:
        """A local time of a day; the first of two where clocks go back, later where they skip it."""
        days, minutes = divmod(minutes, _DAY_MINUTES)
        day += timedelta(days=days)
        hour, minute = divmod(minutes, 60)
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._zone)
        return int(local.timestamp()) * 1000

    def _date(self, at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(self._zone).date()


def _minutes(text: str) -> int:
    """Minutes since midnight of `HH:MM`, to `24:00`. Raises ValueError."""
    hours, separator, minutes = text.partition(":")
    value = int(hours) * 60 + int(minutes)
    if not separator or not 0 <= int(minutes) < 60 or not 0 <= value <= _DAY_MINUTES:
        raise ValueError(f"not a time of day: {text}")
    return value


def _last(moments: Sequence[int], now_ms: int) -> int | None:
    return max((moment for moment in moments if moment <= now_ms), default=None)


def _next(moments: Sequence[int], now_ms: int) -> int | None:
    return min((moment for moment in moments if moment > now_ms), default=None)
