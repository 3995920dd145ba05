"""Exchanges' sessions as they were written down by `calendar_builder`. Pure: told the time, asked by bisection.

The program reads this file instead of loading the library that knows calendars, which takes seconds and 100 MB.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime
from operator import lt
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.sessions import SessionSpans
from rtp_tui.scheduling.adaptive_rate import Pace
from rtp_tui.scheduling.spans import LONGEST_SPAN_DAYS, overlap_ms

FORMAT = 1


class BadSnapshot(ValueError):
    """The file is no snapshot of this format."""


class WrittenCalendar(Struct, frozen=True, kw_only=True):
    """One exchange's sessions, in order; dates are proleptic ordinals of `datetime.date`."""

    timezone: str
    weekdays: tuple[int, ...]
    """Days on which it trades but for holidays; Monday is 0."""
    first_date: int
    last_date: int
    """What is written down covers these dates and all between them."""
    dates: list[int]
    opens_ms: list[int]
    closes_ms: list[int]
    breaks_ms: list[tuple[int, int]] = []
    half_days: list[int] = []
    """Dates of sessions that end early or begin late."""


class WrittenSnapshot(Struct, frozen=True, kw_only=True):
    """The file as a whole."""

    format: int
    library: str
    """The release of the library that was asked."""
    built_ms: int
    calendars: dict[str, WrittenCalendar]
    unknown: tuple[str, ...] = ()
    """Names that the library does not know."""


class ExchangeCalendar:
    """When one exchange trades, as far as that is written down."""

    def __init__(self, written: WrittenCalendar) -> None:
        _check(written)
        self.timezone = written.timezone
        self.first_date = date.fromordinal(written.first_date)
        self.last_date = date.fromordinal(written.last_date)
        self._zone = ZoneInfo(written.timezone)
        self._weekdays = frozenset(written.weekdays)
        self._dates = frozenset(written.dates)
        self._half_days = frozenset(written.half_days)
        self._opens, self._closes = _joined(written)
        self._breaks = written.breaks_ms
        self._break_starts = [start for start, _ in self._breaks]
        self._starts_ms, self._ends_ms = written.opens_ms[0], written.closes_ms[-1]

    @property
    def horizon_ms(self) -> int:
        """The last close that is known, Unix milliseconds."""
        return self._ends_ms

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What the exchange is doing; unknown outside what is written down.

        At lunch the next open is the end of the break; otherwise breaks are no close.
        """
        if not self._starts_ms <= now_ms < self._ends_ms:
            return MarketSession(market=market, session=SessionState.UNKNOWN, timezone=self.timezone)
        index = bisect_right(self._opens, now_ms) - 1
        open_ms, close_ms = self._opens[index], self._closes[index]
        is_in_span = now_ms < close_ms
        pause = self._break_before(now_ms)
        is_at_lunch = pause is not None and now_ms < pause[1]
        since_ms = open_ms if is_in_span else close_ms
        if pause is not None and is_in_span and pause[0] >= open_ms:
            since_ms = pause[0] if is_at_lunch else pause[1]
        return MarketSession(
            market=market,
            session=self._state(now_ms, is_in_span, is_at_lunch),
            timezone=self.timezone,
            since_ms=since_ms,
            next_open_ms=pause[1] if pause is not None and is_at_lunch else _at(self._opens, index + 1),
            next_close_ms=_at(self._closes, index if is_in_span else index + 1),
            half_day=self._date(now_ms) in self._half_days,
        )

    def pace(self, now_ms: int) -> Pace:
        """How awake the exchange is."""
        if self.session("", now_ms).is_open:
            return Pace.IN_SESSION
        return Pace.CLOSED if self._date(now_ms) in self._dates else Pace.AT_REST

    def open_ms_between(self, start_ms: int, end_ms: int) -> int:
        """Milliseconds of `[start_ms, end_ms)` in session; what is not known counts as open."""
        start_ms = max(start_ms, end_ms - LONGEST_SPAN_DAYS * 86_400_000)
        known_start_ms, known_end_ms = max(start_ms, self._starts_ms), min(end_ms, self._ends_ms)
        if known_start_ms >= known_end_ms:
            return max(0, end_ms - start_ms)
        unknown_ms = (known_start_ms - start_ms) + (end_ms - known_end_ms)
        return unknown_ms + self._known_open_ms(known_start_ms, known_end_ms)

    def sessions(self, start_ms: int, end_ms: int) -> SessionSpans:
        """Sessions that reach into a span, with one before and one after them."""
        first, last = max(0, bisect_right(self._opens, start_ms) - 2), bisect_right(self._opens, end_ms) + 1
        spans = tuple(zip(self._opens[first:last], self._closes[first:last], strict=True))
        from_ms = self._starts_ms if first == 0 else spans[0][0]
        to_ms = self._ends_ms if last >= len(self._opens) else self._opens[last]
        breaks = tuple(pause for pause in self._breaks if from_ms <= pause[0] < to_ms)
        return SessionSpans(from_ms, to_ms, spans, breaks)

    def is_holiday(self, day: date) -> bool | None:
        """A day of the week on which it trades, and yet no session; None for days that are not written down."""
        if not self.first_date <= day <= self.last_date:
            return None
        return day.weekday() in self._weekdays and day.toordinal() not in self._dates

    def _known_open_ms(self, start_ms: int, end_ms: int) -> int:
        first, last = max(0, bisect_right(self._opens, start_ms) - 1), bisect_right(self._opens, end_ms)
        first_break = max(0, bisect_right(self._break_starts, start_ms) - 1)
        pauses = self._breaks[first_break : bisect_right(self._break_starts, end_ms)]
        sessions = zip(self._opens[first:last], self._closes[first:last], strict=True)
        return overlap_ms(sessions, start_ms, end_ms) - overlap_ms(pauses, start_ms, end_ms)

    def _state(self, now_ms: int, is_in_span: bool, is_at_lunch: bool) -> SessionState:
        if is_at_lunch:
            return SessionState.LUNCH
        if is_in_span:
            return SessionState.OPEN
        return SessionState.HOLIDAY if self._is_holiday_at(now_ms) else SessionState.CLOSED

    def _is_holiday_at(self, now_ms: int) -> bool:
        today = date.fromordinal(self._date(now_ms))
        return today.weekday() in self._weekdays and today.toordinal() not in self._dates

    def _break_before(self, now_ms: int) -> tuple[int, int] | None:
        index = bisect_right(self._break_starts, now_ms) - 1
        return self._breaks[index] if index >= 0 else None

    def _date(self, at_ms: int) -> int:
        return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(self._zone).date().toordinal()


class CalendarSnapshot:
    """All exchanges that are written down."""

    def __init__(self, written: WrittenSnapshot) -> None:
        self.built_ms = written.built_ms
        self.library = written.library
        self.unknown = frozenset(written.unknown)
        self._calendars = {name: ExchangeCalendar(calendar) for name, calendar in written.calendars.items()}

    @property
    def names(self) -> frozenset[str]:
        """The exchanges whose sessions are known."""
        return frozenset(self._calendars)

    def get(self, name: str) -> ExchangeCalendar | None:
        """An exchange by its name."""
        return self._calendars.get(name)


def read_snapshot(content: bytes) -> CalendarSnapshot:
    """The snapshot that a file holds. Raises BadSnapshot."""
    try:
        written = msgspec.json.decode(content, type=WrittenSnapshot)
        if written.format != FORMAT:
            raise BadSnapshot(f"its format is {written.format}, not {FORMAT}")
        return CalendarSnapshot(written)
    except (msgspec.MsgspecError, LookupError, ValueError, OSError, OverflowError) as error:
        raise BadSnapshot(str(error)) from None


def _at(moments: Sequence[int], index: int) -> int | None:
    return moments[index] if index < len(moments) else None


def _joined(written: WrittenCalendar) -> tuple[Sequence[int], Sequence[int]]:
    """Opens and closes; those of sessions that touch are left out."""
    opens, closes = written.opens_ms, written.closes_ms
    pauses = [(close, opening) for close, opening in zip(closes, opens[1:], strict=False) if opening > close]
    return [opens[0], *(opening for _, opening in pauses)], [*(close for close, _ in pauses), closes[-1]]


def _check(written: WrittenCalendar) -> None:
    opens, closes, dates = written.opens_ms, written.closes_ms, written.dates
    is_whole = len(opens) == len(closes) == len(dates) > 0
    moments = [moment for session in zip(opens, closes, strict=False) for moment in session]
    breaks = [moment for pause in written.breaks_ms for moment in pause]
    if not (is_whole and all(map(lt, opens, closes)) and _is_sorted(moments)):
        raise BadSnapshot("its sessions are not in order")
    if not (_is_sorted(breaks) and _is_sorted(dates)):
        raise BadSnapshot("its breaks or dates are not in order")


def _is_sorted(values: list[int]) -> bool:
    return values == sorted(values)
