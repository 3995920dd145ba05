"""When a market's days begin and end, as Yahoo tells it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from rtp_tui.simulator.demo import DemoMarket

ALWAYS = DemoMarket(name="24x7", timezone="UTC", open="00:00", close="24:00")


class Session(Struct, frozen=True):
    """Trading hours of one day, `[start_ms, end_ms)`."""

    start_ms: int
    end_ms: int


def session_of_today(market: DemoMarket, now_ms: int) -> Session:
    """Today's by the market's own calendar, or the one before where it has none today."""
    return next(session for session in _backwards(market, now_ms))


def newest_session(market: DemoMarket, now_ms: int) -> Session:
    """The one that lasts, or the last one that did."""
    return next(session for session in _backwards(market, now_ms) if session.start_ms <= now_ms)


def beginnings(market: DemoMarket, now_ms: int) -> list[int]:
    """When its newest sessions began, the oldest first."""
    return [
        session.start_ms for session in reversed(_backwards(market, now_ms)) if session.start_ms <= now_ms
    ]


def _backwards(market: DemoMarket, now_ms: int) -> list[Session]:
    zone = ZoneInfo(market.timezone)
    today = datetime.fromtimestamp(now_ms / 1000, tz=zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = (today - timedelta(days=back) for back in range(9))
    return [
        Session(_at_ms(day, market.open), _at_ms(day, market.close))
        for day in days
        if day.weekday() in market.weekdays
    ]


def _at_ms(day: datetime, clock_time: str) -> int:
    hours, minutes = map(int, clock_time.split(":"))
    moment = (day + timedelta(days=hours // 24)).replace(hour=hours % 24, minute=minutes)
    return int(moment.timestamp() * 1000)
