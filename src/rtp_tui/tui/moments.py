"""Moments as people type them: `10:32`, `2026-11-22 10:32`, `-15m`."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from rtp_tui.tui.durations import parse_duration

_CLOCK = re.compile(
    r"(?:(\d{4})-(\d\d?)-(\d\d?)[ T])?(\d\d?):?(\d\d)(?::(\d\d))?(z?)", re.ASCII | re.IGNORECASE
)
_DAY = timedelta(days=1)


def moment_of(text: str, now_ms: int, zone: tzinfo) -> int | None:
    """Unix milliseconds of a moment that is over, 1970 at the earliest; None for what is none.

    A time of day without a date is the newest such time that is over. `z` at its end means UTC whatever the zone.
    """
    text = text.strip()
    if text.startswith("-"):
        back_ms = parse_duration(text[1:])
        return None if back_ms is None else max(0, now_ms - back_ms)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    zone = UTC if found[7] else zone
    now = datetime.fromtimestamp(now_ms / 1000, tz=zone)
    try:
        clock = time(int(found[4]), int(found[5]), int(found[6] or 0), tzinfo=zone)
        if found[1]:
            moment = datetime.combine(date(int(found[1]), int(found[2]), int(found[3])), clock)
        else:
            today = datetime.combine(now.date(), clock)
            moment = today if today <= now else today - _DAY
        return max(0, int(moment.timestamp() * 1000)) if moment <= now else None
    except (ValueError, OverflowError):
        return None
