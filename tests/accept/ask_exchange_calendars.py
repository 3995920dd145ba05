"""What exchange_calendars says of markets at many moments, as JSON on stdout: it runs in a process of its own.

`python ask_exchange_calendars.py FIRST LAST [MARKET=]NAME...`: a market with another's holidays is
`usdcop=XBOG@America/Bogota@08:00@12:55`.
"""

import json
import sys
from collections.abc import Iterator

import exchange_calendars
import pandas as pd  # type: ignore[import-untyped]

MINUTE = pd.Timedelta(minutes=1)


def main() -> None:
    """Print the answers, by market: moment, is open, is at lunch, next open, next close."""
    first, last, *names = sys.argv[1:]
    answers = {}
    for name in names:
        market, _, rest = name.rpartition("=")
        calendar, *hours = rest.split("@")
        kind = exchange_calendars.get_calendar(calendar, first, last)
        answers[market or calendar] = list(asked_of_hours(kind, *hours) if hours else asked(kind))
    json.dump(answers, sys.stdout)


def asked(calendar: exchange_calendars.ExchangeCalendar) -> Iterator[list[object]]:
    """Around each open, close and break, at noon of each day, and each midnight."""
    days = pd.date_range(calendar.first_session, calendar.last_session, tz="UTC")
    around = [*days, *(days + pd.Timedelta(hours=12))]
    for column in ("open", "close", "break_start", "break_end"):
        events = calendar.schedule[column].dropna()
        around += [*(events - MINUTE), *events, *(events + MINUTE)]
    opens, closes = calendar.schedule["open"], calendar.schedule["close"]
    touching = set(opens) & set(closes)
    opens = pd.DatetimeIndex([moment for moment in opens if moment not in touching])
    closes = pd.DatetimeIndex([moment for moment in closes if moment not in touching])
    for moment in sorted(set(around)):
        if calendar.schedule["open"].iloc[0] <= moment < closes[-1]:
            yield answer(
                moment,
                calendar.is_open_on_minute(moment),
                calendar.is_break_minute(moment) if calendar.has_break else False,
                opens,
                closes,
            )


def asked_of_hours(
    calendar: exchange_calendars.ExchangeCalendar, zone: str, opens_at: str, closes_at: str
) -> Iterator[list[object]]:
    """The same for hours of its own on the days on which the calendar has a session."""
    opens, closes = (
        pd.DatetimeIndex(
            [pd.Timestamp(f"{day.date()} {hours}", tz=zone).tz_convert("UTC") for day in calendar.sessions]
        )
        for hours in (opens_at, closes_at)
    )
    noons = pd.date_range(calendar.first_session, calendar.last_session, tz="UTC") + pd.Timedelta(hours=17)
    for moment in sorted({*noons, *opens, *closes, *(opens - MINUTE), *(closes - MINUTE)}):
        index = opens.searchsorted(moment, side="right") - 1
        if moment >= opens[0] and moment < closes[-1]:
            yield answer(moment, bool(moment < closes[index]), False, opens, closes)


def answer(
    moment: pd.Timestamp, is_open: bool, is_lunch: bool, opens: pd.DatetimeIndex, closes: pd.DatetimeIndex
) -> list[object]:
    """One line of the table."""
    following = opens.searchsorted(moment, side="right")
    next_open = milliseconds(opens[following]) if following < len(opens) else None
    next_close = milliseconds(closes[closes.searchsorted(moment, side="right")])
    return [milliseconds(moment), is_open, is_lunch, next_open, next_close]


def milliseconds(moment: pd.Timestamp) -> int:
    """Unix milliseconds."""
    return int(round(moment.timestamp()) * 1000)


if __name__ == "__main__":
    main()
