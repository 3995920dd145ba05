"""How often: the base interval in session, longer while a market sleeps. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.health import MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.scheduling.session_gate import Stops, rest_of

LONGEST_REST_MS = 60 * 60_000
"""A job whose markets have all stopped looks at them again after so long: clocks are set, machines are suspended."""
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

    def stops(self, market: str) -> Stops | None:
        """How it stops when it is closed; None where it goes on."""
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

    def stops(self, market: str) -> Stops | None:
        """No market stops."""
        return None


class Rate(Struct, frozen=True):
    """The interval now in force."""

    interval_ms: int
    opens_ms: int | None = None
    """When the first of the markets that sleep wakes, which ends this rate."""
    reason: str = ""
    """Why it is not the interval that is asked for; empty where it is."""
    is_resting: bool = False
    """All markets have stopped."""
    rests_until_ms: int | None = None
    """When anything is to be done again, where all markets have stopped."""


def rate_of(base_ms: int, markets: Iterable[str], calendar: MarketPaces, now_ms: int) -> Rate:
    """The fastest rate that any of the markets needs; the base without markets."""
    rates = [_rate_in(base_ms, market, calendar, now_ms) for market in markets]
    if not rates:
        return Rate(base_ms)
    fastest = min(rates, key=lambda rate: (rate.is_resting, rate.interval_ms))
    opens = [rate.opens_ms for rate in rates if rate.opens_ms is not None]
    return replace(fastest, opens_ms=min(opens, default=None))


def _rate_in(base_ms: int, market: str, calendar: MarketPaces, now_ms: int) -> Rate:
    """What one market needs."""
    rest = rest_of(market, calendar, now_ms)
    if rest is not None:
        wait_ms = LONGEST_REST_MS if rest.starts_ms is None else rest.starts_ms - now_ms
        interval_ms = max(base_ms, min(LONGEST_REST_MS, wait_ms))
        return Rate(interval_ms, rest.starts_ms, f"stopped: {market} closed", True, rest.starts_ms)
    pace = calendar.pace(market, now_ms)
    factor = calendar.factors(market).of(pace)
    opens_ms = None if pace is Pace.IN_SESSION else calendar.session(market, now_ms).next_open_ms
    reason = f"{factor:g}x: {market} {pace}" if factor > 1 else ""
    return Rate(round(base_ms * factor), opens_ms, reason)


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
        if rest_of(market, calendar, now_ms) is None
        and (
            market not in last_s
            or (now_s - last_s[market]) * 1000
            >= rate_of(base_ms, (market,), calendar, now_ms).interval_ms - base_ms / 2
        )
    )


def selected(patterns: Iterable[str], instruments: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """The instruments that patterns name: ids, `class:*` or `*`."""
    wanted = frozenset(patterns)
    return tuple(
        instrument
        for instrument in instruments
        if not wanted.isdisjoint((instrument.id, f"{instrument.asset_class}:*", "*"))
    )
