"""Times as providers write them, as Unix milliseconds."""

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000

Moment = Annotated[datetime, Meta(tz=True)]
"""A field of a frame that holds a time of RFC 3339: its decoder reads it, nanoseconds to the nearest microsecond.

Source: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
"""


def unix_ms(moment: datetime) -> int:
    """A moment with a time zone, cut to milliseconds."""
    since = moment - _EPOCH
    return since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def rfc3339_ms(text: str) -> int:
    """`2021-04-17T16:43:30.244075Z` with 0 to 9 digits of a second, cut to milliseconds. Raises ValueError.

    Source: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    moment, fraction, offset = match.groups()
    whole = datetime.fromisoformat(moment + ("+00:00" if offset in "Zz" else offset))
    return int(whole.timestamp()) * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0)


def rfc3339_text(at_ms: int) -> str:
    """A moment to the second, as providers take it in questions."""
    return datetime.fromtimestamp(at_ms // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_ms(text: str, zone: str) -> int | None:
    """`2017-12-20 19:23:21` in a named zone; None where either is none."""
    try:
        return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
    except (ValueError, OSError, OverflowError, ZoneInfoNotFoundError):
        return None
