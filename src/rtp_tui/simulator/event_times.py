"""Moves the times inside an event's text and leaves every other character as it is."""

import re

from rtp_tui.simulator.minutes import MINUTE_MS

# Thirteen digits are a time of this century in milliseconds; trade ids have fewer.
_TIME = re.compile(r'"([ETtOC])":(\d{13})(?!\d)')


def moved(text: str, by_ms: int) -> str:
    """The event `by_ms` later; klines move by whole minutes, so that they still begin on one."""
    whole_minutes_ms = round(by_ms / MINUTE_MS) * MINUTE_MS
    is_kline = '"k":{' in text

    def later(match: re.Match[str]) -> str:
        name, value = match.groups()
        step_ms = whole_minutes_ms if is_kline and name in "tT" else by_ms
        return f'"{name}":{int(value) + step_ms}'

    return _TIME.sub(later, text)
