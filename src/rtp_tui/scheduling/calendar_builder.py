"""Writes exchanges' sessions down: `python -m rtp_tui.scheduling.calendar_builder OUTPUT NAME...`.

The only file that loads exchange_calendars, which takes seconds and 100 MB: it runs in a process of its own.
Sessions of the last 400 days and the next 400 are written, or as far as a calendar goes.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import exchange_calendars
import msgspec
from exchange_calendars.errors import InvalidCalendarName

from rtp_tui.clock import SystemClock
from rtp_tui.scheduling.calendar_snapshot import FORMAT, WrittenCalendar, WrittenSnapshot

DAYS = timedelta(days=400)


def write_calendar(name: str, today: date) -> WrittenCalendar:
    """One exchange's sessions around a day. Raises InvalidCalendarName, ValueError."""
    first, last = _bounds(name, today)
    calendar = exchange_calendars.get_calendar(name, first.isoformat(), last.isoformat())
    schedule = calendar.schedule
    has_break = schedule["break_start"].notna()
    starts, ends = schedule["break_start"][has_break], schedule["break_end"][has_break]
    irregular = calendar.early_closes.union(calendar.late_opens)
    return WrittenCalendar(
        timezone=str(calendar.tz),
        weekdays=tuple(day for day, trades in enumerate(calendar.weekmask) if trades == "1"),
        first_date=first.toordinal(),
        last_date=last.toordinal(),
        dates=[day.toordinal() for day in schedule.index],
        opens_ms=_milliseconds(schedule["open"]),
        closes_ms=_milliseconds(schedule["close"]),
        breaks_ms=list(zip(_milliseconds(starts), _milliseconds(ends), strict=True)),
        half_days=sorted(day.toordinal() for day in irregular),
    )


def write_snapshot(names: Sequence[str], now_ms: int) -> WrittenSnapshot:
    """All exchanges that the library knows; the names of the others."""
    today = datetime.fromtimestamp(now_ms / 1000, tz=UTC).date()
    calendars, unknown = {}, []
    for name in names:
        try:
            calendars[name] = write_calendar(name, today)
        except (InvalidCalendarName, ValueError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            unknown.append(name)
    return WrittenSnapshot(
        format=FORMAT,
        library=version("exchange-calendars"),
        built_ms=now_ms,
        calendars=calendars,
        unknown=tuple(unknown),
    )


def save(snapshot: WrittenSnapshot, output: Path) -> None:
    """Replace the file in one step, on the disk before it has its name. Raises OSError."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f"{output.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(msgspec.json.encode(snapshot))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def main(arguments: Sequence[str]) -> int:
    """Write the snapshot; 0, or 1 when it cannot be written."""
    parser = argparse.ArgumentParser(prog="calendar_builder", description="Write exchanges' sessions down.")
    parser.add_argument("output", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--now-ms", type=int, default=None, help="the moment to write around")
    asked = parser.parse_args(arguments)
    now_ms = SystemClock().now_ms() if asked.now_ms is None else asked.now_ms
    try:
        save(write_snapshot(asked.names, now_ms), asked.output)
    except OSError as error:
        sys.stderr.write(f"{asked.output}: {error.strerror}\n")
        return 1
    return 0


def _bounds(name: str, today: date) -> tuple[date, date]:
    """The days around a day, cut to those that the calendar can tell of."""
    calendar = exchange_calendars.get_calendar(name)
    earliest, latest = calendar.bound_min(), calendar.bound_max()
    first = today - DAYS if earliest is None else max(today - DAYS, earliest.date())
    last = today + DAYS if latest is None else min(today + DAYS, latest.date())
    return first, last


def _milliseconds(moments: Iterable[datetime]) -> list[int]:
    return [round(moment.timestamp() * 1000) for moment in moments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
