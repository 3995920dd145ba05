"""When markets trade: always, as an exchange does, by hours of their own, or not known."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from msgspec import Struct

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.scheduling.adaptive_rate import Factors, Pace
from rtp_tui.scheduling.calendar_snapshot import CalendarSnapshot, ExchangeCalendar
from rtp_tui.scheduling.market_hours import MarketHours, never_a_holiday
from rtp_tui.scheduling.settings import MarketSettings

ALWAYS_OPEN = "24x7"
ALIASES = {
    "24/7": ALWAYS_OPEN,
    "NYSE": "XNYS",
    "NASDAQ": "XNYS",
    "BATS": "XNYS",
    "BSE": "XBOM",
    "NSE": "XBOM",
    "CME": "CMES",
}
"""Names that people use. The two Indian exchanges keep the same hours and, but for rare days, holidays."""


class Horizon(Struct, frozen=True):
    """How far a market's sessions are known; None: not at all, now."""

    market: str
    calendar: str
    until_ms: int | None


class TradingCalendar:
    """Sessions of all markets; told the time. Raises ValueError for hours it cannot read.

    Markets that are not configured are exchanges, which are unknown until there is a snapshot of them.
    """

    def __init__(
        self, markets: Mapping[str, MarketSettings], snapshot: CalendarSnapshot | None = None
    ) -> None:
        self._settings = dict(markets)
        self._snapshot = snapshot
        self._hours = {
            name: MarketHours(settings, self._holidays(settings)) for name, settings in markets.items()
        }

    def use(self, snapshot: CalendarSnapshot) -> None:
        """Answer from another snapshot from now on."""
        self._snapshot = snapshot
        for hours in self._hours.values():
            hours.forget()

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What a market is doing at a moment, and when that changes."""
        if (hours := self._hours.get(market)) is not None:
            return hours.session(market, now_ms)
        if (exchange := self._exchange(market)) is not None:
            return exchange.session(market, now_ms)
        state = SessionState.OPEN if _name(market) == ALWAYS_OPEN else SessionState.UNKNOWN
        return MarketSession(market=market, session=state, timezone="UTC")

    def open_ms_between(self, market: str, start_ms: int, end_ms: int) -> int:
        """How much of `[start_ms, end_ms)` was in session; all of it where sessions are not known."""
        known = self._hours.get(market) or self._exchange(market)
        return max(0, end_ms - start_ms) if known is None else known.open_ms_between(start_ms, end_ms)

    def pace(self, market: str, now_ms: int) -> Pace:
        """How awake a market is; in session where that is not known."""
        known = self._hours.get(market) or self._exchange(market)
        return Pace.IN_SESSION if known is None else known.pace(now_ms)

    def factors(self, market: str) -> Factors:
        """What a market multiplies intervals by."""
        settings = self._settings.get(market)
        return Factors() if settings is None else Factors(settings.factor_closed, settings.factor_weekend)

    def exchanges(self, markets: Iterable[str]) -> frozenset[str]:
        """The exchanges that must be known to answer for markets."""
        names = {self._calendar_of(market) for market in markets}
        return frozenset(names - {"", ALWAYS_OPEN})

    def horizons(self, markets: Iterable[str]) -> tuple[Horizon, ...]:
        """How far the sessions of markets are known, for those that depend on an exchange; in order of their names."""
        found = []
        for market in sorted(set(markets)):
            name = self._calendar_of(market)
            if name not in ("", ALWAYS_OPEN):
                exchange = None if self._snapshot is None else self._snapshot.get(name)
                found.append(Horizon(market, name, None if exchange is None else exchange.horizon_ms))
        return tuple(found)

    def _calendar_of(self, market: str) -> str:
        settings = self._settings.get(market)
        return _name(market) if settings is None else _name(settings.calendar)

    def _exchange(self, market: str) -> ExchangeCalendar | None:
        return None if self._snapshot is None else self._snapshot.get(_name(market))

    def _holidays(self, settings: MarketSettings) -> partial[bool | None]:
        name = _name(settings.calendar)
        return partial(never_a_holiday if name in ("", ALWAYS_OPEN) else partial(self._is_holiday, name))

    def _is_holiday(self, calendar: str, day: date) -> bool | None:
        exchange = self._exchange(calendar)
        return None if exchange is None else exchange.is_holiday(day)


def _name(market: str) -> str:
    return ALIASES.get(market, market)
