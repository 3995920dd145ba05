"""How often: the base interval in session, longer while a market sleeps. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from rtp_tui.model.health import MarketSession
from rtp_tui.model.instrument import Instrument

FACTOR_CLOSED = 3.0
FACTOR_WEEKEND = 5.0


class Pace(StrEnum):
    """How awake a market is."""

    IN_SESSION = "in session"
    """Or not known to be out of it."""
    CLOSED = "closed"
    """Before, between or after the sessions of a trading day."""
    AT_REST = "at rest"
    """A weekend or a holiday."""


class Factors(Struct, frozen=True):
    """What a market multiplies intervals by."""

    closed: float = FACTOR_CLOSED
    weekend: float = FACTOR_WEEKEND

    def of(self, pace: Pace) -> float:
        """The factor at a pace; never below 1, so that no market outruns a provider's quota."""
        factor = {Pace.IN_SESSION: 1.0, Pace.CLOSED: self.closed, Pace.AT_REST: self.weekend}[pace]
        return max(1.0, factor)


class MarketPaces(Protocol):
    """What is asked of the trading calendar."""

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What a market is doing."""
        ...

    def pace(self, market: str, now_ms: int) -> Pace:
        """How awake a market is."""
        ...

    def factors(self, market: str) -> Factors:
        """What it multiplies intervals by."""
        ...


class SteadyPaces:
    """Markets that are all awake, whatever their sessions: intervals stay as they are."""

    def __init__(self, calendar: MarketPaces) -> None:
        self._calendar = calendar

    def session(self, market: str, now_ms: int) -> MarketSession:
        """What the calendar says, since jobs after a close still go by it."""
        return self._calendar.session(market, now_ms)

    def pace(self, market: str, now_ms: int) -> Pace:
        """Always in session."""
        return Pace.IN_SESSION

    def factors(self, market: str) -> Factors:
        """What the calendar says; a market that is awake is multiplied by none of them."""
        return self._calendar.factors(market)


class Rate(Struct, frozen=True):
    """The interval now in force."""

    interval_ms: int
    opens_ms: int | None = None
    """When the first of the markets that sleep wakes, which ends this rate."""


def rate_of(base_ms: int, markets: Iterable[str], calendar: MarketPaces, now_ms: int) -> Rate:
    """The fastest rate that any of the markets needs; the base without markets."""
    intervals: list[int] = []
    opens: list[int] = []
    for market in markets:
        pace = calendar.pace(market, now_ms)
        intervals.append(round(base_ms * calendar.factors(market).of(pace)))
        if pace is not Pace.IN_SESSION:
            next_open_ms = calendar.session(market, now_ms).next_open_ms
            opens += [] if next_open_ms is None else [next_open_ms]
    return Rate(min(intervals, default=base_ms), min(opens, default=None))


def markets_due(
    base_ms: int,
    markets: Iterable[str],
    last_s: Mapping[str, float],
    calendar: MarketPaces,
    now_ms: int,
    now_s: float,
) -> frozenset[str]:
    """The markets whose own interval has passed since their last run, to half a base interval."""
    return frozenset(
        market
        for market in markets
        if market not in last_s
        or (now_s - last_s[market]) * 1000
        >= rate_of(base_ms, (market,), calendar, now_ms).interval_ms - base_ms / 2
    )


def selected(patterns: Iterable[str], instruments: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """The instruments that patterns name: ids, `class:*` or `*`."""
    wanted = frozenset(patterns)
    return tuple(
        instrument
        for instrument in instruments
        if not wanted.isdisjoint((instrument.id, f"{instrument.asset_class}:*", "*"))
    )
