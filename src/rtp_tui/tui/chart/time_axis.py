"""What stands under a chart: round times, and the day wherever it changes."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from rtp_tui.tui.chart.places import Place

MINUTE_MS = 60_000
DAY_MS = 86_400_000
_STEPS_MS = tuple(
    minutes * MINUTE_MS
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 7 * 1440)
)
_ROOM = 9
"""Columns from one label to the next."""
_MONTH_STEPS = (1, 3, 6, 12, 60)
Label = tuple[int, str, bool]
"""Which place it stands at, what it says, and whether it names a day."""


def time_labels(places: Sequence[Place], columns: int, timeframe_ms: int, zone: tzinfo) -> list[Label]:
    """Labels for places of that many columns, none over another."""
    moments = [datetime.fromtimestamp(place.open_ms / 1000, tz=zone) for place in places]
    if timeframe_ms >= DAY_MS:
        return _by_months(moments, columns)
    step_ms = _step_ms(timeframe_ms, columns)
    return _spread(moments, columns, lambda moment: _time_key(moment, step_ms), _time_text)


def _step_ms(timeframe_ms: int, columns: int) -> int:
    needed_ms = timeframe_ms * _ROOM / max(1, columns)
    return next((step for step in _STEPS_MS if step >= needed_ms), _STEPS_MS[-1])


def _time_key(moment: datetime, step_ms: int) -> tuple[int, int]:
    day, minute = moment.toordinal(), moment.hour * 60 + moment.minute
    if step_ms > DAY_MS:
        return day * DAY_MS // step_ms, 0
    return day, minute * MINUTE_MS // step_ms


def _time_text(moment: datetime, before: datetime) -> tuple[str, bool]:
    if moment.date() != before.date():
        return moment.strftime("%b %d"), True
    return moment.strftime("%H:%M"), False


def _by_months(moments: Sequence[datetime], columns: int) -> list[Label]:
    if len(moments) * columns and len(moments) <= 60:
        return _spread(moments, columns, lambda moment: (moment.toordinal() // 7, 0), _day_text)
    months = 30 * columns
    step = next((step for step in _MONTH_STEPS if step * months >= _ROOM), _MONTH_STEPS[-1])
    return _spread(
        moments, columns, lambda moment: ((moment.year * 12 + moment.month - 1) // step, 0), _month_text
    )


def _day_text(moment: datetime, before: datetime) -> tuple[str, bool]:
    return moment.strftime("%b %d"), moment.month != before.month


def _month_text(moment: datetime, before: datetime) -> tuple[str, bool]:
    return (str(moment.year), True) if moment.year != before.year else (moment.strftime("%b"), False)


def _spread(
    moments: Sequence[datetime],
    columns: int,
    key: Callable[[datetime], tuple[int, int]],
    text: Callable[[datetime, datetime], tuple[str, bool]],
) -> list[Label]:
    """A label where the key changes; one that names a day takes the place of a time just before it."""
    labels: list[Label] = []
    for index in range(1, len(moments)):
        before, moment = moments[index - 1], moments[index]
        if key(moment) == key(before):
            continue
        words, is_day = text(moment, before)
        if labels and (index - labels[-1][0]) * columns < _ROOM - 1:
            if not is_day or labels[-1][2]:
                continue
            labels.pop()
        labels.append((index, words, is_day))
    return labels


def moment_words(open_ms: int, timeframe_ms: int, zone: tzinfo) -> str:
    """When a bar began: `Nov 22 14:03`, or the day alone."""
    moment = datetime.fromtimestamp(open_ms / 1000, tz=zone)
    return moment.strftime("%Y-%m-%d" if timeframe_ms >= DAY_MS else "%b %d %H:%M")
