"""Moves the times inside a text and leaves every other character as it is."""

import re
from datetime import datetime, timedelta

from rtp_tui.simulator.minutes import MINUTE_MS

# Thirteen digits are a time of this century in milliseconds; trade ids have fewer.
_TIME = re.compile(r'"([ETtOC]|ts|cts)":("?)(\d{13})(?!\d)')
_SECONDS = re.compile(r'"(regularMarketTime|last_updated_at|timestamp|last_quote_at)":(\d{10})(?!\d)')
_ISO = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"')


def moved(text: str, by_ms: int) -> str:
    """The event `by_ms` later; klines move by whole minutes, so that they still begin on one."""
    whole_minutes_ms = round(by_ms / MINUTE_MS) * MINUTE_MS
    is_kline = '"k":{' in text

    def later(match: re.Match[str]) -> str:
        name, quote, value = match.groups()
        step_ms = whole_minutes_ms if is_kline and name in "tT" else by_ms
        return f'"{name}":{quote}{int(value) + step_ms}'

    return _ISO.sub(lambda match: _iso_later(match, by_ms), _with_seconds(_TIME.sub(later, text), by_ms))


def _with_seconds(text: str, by_ms: int) -> str:
    return _SECONDS.sub(lambda match: f'"{match[1]}":{int(match[2]) + by_ms // 1000}', text)


def _iso_later(match: re.Match[str], by_ms: int) -> str:
    """To the second, so that the fraction stays as long as it was."""
    moment = datetime.fromisoformat(match[1]) + timedelta(seconds=by_ms // 1000)
    return f'"{moment.isoformat()}{match[2] or ""}Z"'
