"""A market's sessions by weekday and local time, with another calendar's holidays where it has one.

A session is `[open, close)`; sessions that touch are one, so a market that trades from Sunday
evening to Friday evening closes once a week.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.scheduling.adaptive_rate import Pace
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.spans import LONGEST_SPAN_DAYS, Span, last_of, next_of, overlap_ms

AROUND_DAYS = 16
"""Holidays in a row are fewer."""
_DAY_MINUTES = 24 * 60


def never_a_holiday(_: date) -> bool | None:
    """The holidays of a market that has none."""
    return False


class MarketHours:
    """One market's sessions; `is_holiday` tells of a local date, None where that is not known.

    Raises ValueError for hours that cannot be read.
    """

    def __init__(
        self, settings: MarketSettings, is_holiday: Callable[[date], bool | None] = never_a_holiday
    ) -> None:
        self._timezone = settings.timezone
        self._zone = ZoneInfo(settings.timezone)
        self._weekdays = frozenset(settings.weekdays)
        self._is_holiday = is_holiday
        self._open = _minutes(settings.open)
        close = _minutes(settings.close)
        self._close = close if close > self._open else close + _DAY_MINUTES
        self._kept: tuple[date, Sequence[Span]] | None = None

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What the market is doing at a moment."""
        today = self._date(now_ms)
        if self._is_holiday(today) is None:
            return MarketSession(market=market, session=SessionState.UNKNOWN, timezone=self._timezone)
        spans = self._spans_around(today)
        is_open = any(open_ms <= now_ms < close_ms for open_ms, close_ms in spans)
        opens = [open_ms for open_ms, _ in spans]
        closes = [close_ms for _, close_ms in spans]
        never_closes = is_open and len(spans) == 1
        return MarketSession(
            market=market,
            session=SessionState.OPEN if is_open else self._rest(today),
            timezone=self._timezone,
            since_ms=None if never_closes else last_of(opens if is_open else closes, now_ms),
            next_open_ms=None if never_closes else next_of(opens, now_ms),
            next_close_ms=None if never_closes else next_of(closes, now_ms),
        )

    def pace(self, now_ms: int) -> Pace:
        """How awake the market is."""
        session = self.session("", now_ms)
        if session.is_open:
            return Pace.IN_SESSION
        today = self._date(now_ms)
        return Pace.CLOSED if self._trades_on(today) else Pace.AT_REST

    def open_ms_between(self, start_ms: int, end_ms: int) -> int:
        """Milliseconds of `[start_ms, end_ms)` in session, of its last 366 days at most."""
        start_ms = max(start_ms, end_ms - LONGEST_SPAN_DAYS * 86_400_000)
        if start_ms >= end_ms:
            return 0
        spans = self._spans_around(self._date(end_ms))
        if not spans or start_ms < spans[0][0]:
            spans = self._spans(self._date(start_ms), self._date(end_ms))
        return overlap_ms(spans, start_ms, end_ms)

    def sessions(self, start_ms: int, end_ms: int) -> SessionSpans:
        """Sessions of a span and of some days around it; none of a market that never closes."""
        days = timedelta(days=AROUND_DAYS)
        first, last = self._date(start_ms) - days, self._date(end_ms) + days
        spans = tuple(self._spans(first, last))
        if len(spans) <= 1:
            return NOT_KNOWN
        return SessionSpans(spans[0][0], spans[-1][1], spans)

    def forget(self) -> None:
        """Holidays became known."""
        self._kept = None

    def _rest(self, today: date) -> SessionState:
        is_holiday = today.weekday() in self._weekdays and not self._trades_on(today)
        return SessionState.HOLIDAY if is_holiday else SessionState.CLOSED

    def _trades_on(self, day: date) -> bool:
        return day.weekday() in self._weekdays and not self._is_holiday(day)

    def _spans_around(self, today: date) -> Sequence[Span]:
        """Some days to either side: any weekly pattern shows its last and its next change."""
        if self._kept is None or self._kept[0] != today:
            days = timedelta(days=AROUND_DAYS)
            self._kept = today, self._spans(today - days, today + days)
        return self._kept[1]

    def _spans(self, first: date, last: date) -> Sequence[Span]:
        """Sessions of all local days that can reach into `[first, last]`, touching ones joined."""
        spans: list[Span] = []
        for open_ms, close_ms in self._daily(first - timedelta(days=1), last + timedelta(days=1)):
            if spans and open_ms <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(close_ms, spans[-1][1])
            else:
                spans.append((open_ms, close_ms))
        return spans

    def _daily(self, first: date, last: date) -> Iterator[Span]:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if not self._trades_on(day):
                continue
            open_ms, close_ms = self._at(day, self._open), self._at(day, self._close)
            # Hours inside the hour that a change of clocks skips are no session at all.
            if open_ms < close_ms:
                yield open_ms, close_ms

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
