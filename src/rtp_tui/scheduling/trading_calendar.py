"""When markets trade: always, as an exchange does, by hours of their own, or not known."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from msgspec import Struct

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.scheduling.adaptive_rate import Factors, Pace
from rtp_tui.scheduling.calendar_snapshot import CalendarSnapshot, ExchangeCalendar
from rtp_tui.scheduling.market_hours import MarketHours, never_a_holiday
from rtp_tui.scheduling.session_gate import Stops
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


_EXCHANGE = re.compile(r"X[A-Z]{3}|CMES|us_futures")
_SILENT = MarketSettings()


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
            name: MarketHours(settings, self._holidays(settings))
            for name, settings in markets.items()
            if not _keeps_exchange_hours(name, settings)
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

    def sessions(self, market: str, start_ms: int, end_ms: int) -> SessionSpans:
        """Those that reach into `[start_ms, end_ms)`, and some around them; not known of one that never closes."""
        known = self._hours.get(market) or self._exchange(market)
        return NOT_KNOWN if known is None else known.sessions(start_ms, end_ms)

    def pace(self, market: str, now_ms: int) -> Pace:
        """How awake a market is; in session where that is not known."""
        known = self._hours.get(market) or self._exchange(market)
        return Pace.IN_SESSION if known is None else known.pace(now_ms)

    def factors(self, market: str) -> Factors:
        """What a market multiplies intervals by."""
        settings = self._settings.get(market)
        return Factors() if settings is None else Factors(settings.factor_closed, settings.factor_weekend)

    def stops(self, market: str) -> Stops | None:
        """How it stops when it is closed; None where it goes on."""
        settings = self._settings.get(market)
        if settings is None or settings.when_closed != "stop":
            return None
        return Stops(settings.start_before_ms, settings.stop_after_ms)

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
        if settings is None or market not in self._hours:
            return _exchange_of(market, settings)
        return _name(settings.calendar)

    def _exchange(self, market: str) -> ExchangeCalendar | None:
        name = _exchange_of(market, self._settings.get(market))
        return None if self._snapshot is None else self._snapshot.get(name)

    def _holidays(self, settings: MarketSettings) -> partial[bool | None]:
        name = _name(settings.calendar)
        return partial(never_a_holiday if name in ("", ALWAYS_OPEN) else partial(self._is_holiday, name))

    def _is_holiday(self, calendar: str, day: date) -> bool | None:
        exchange = None if self._snapshot is None else self._snapshot.get(calendar)
        return None if exchange is None else exchange.is_holiday(day)


def _keeps_exchange_hours(market: str, settings: MarketSettings) -> bool:
    """Whether a configured market says nothing of hours, and is or names an exchange that has some."""
    said = settings.timezone, settings.open, settings.close, settings.weekdays
    silent = _SILENT.timezone, _SILENT.open, _SILENT.close, _SILENT.weekdays
    return said == silent and _EXCHANGE.fullmatch(_exchange_of(market, settings)) is not None


def _exchange_of(market: str, settings: MarketSettings | None) -> str:
    """The exchange whose sessions a market has, where it has none of its own."""
    return _name(market if settings is None or not settings.calendar else settings.calendar)


def _name(market: str) -> str:
    return ALIASES.get(market, market)
