"""Settings of markets."""

from typing import Literal

from msgspec import Struct


class MarketSettings(Struct, frozen=True, kw_only=True):
    """A market with hours of its own: `open` inclusive, `close` exclusive, local to `timezone`."""

    calendar: str = ""
    """Where holidays come from; empty: none."""
    timezone: str = "UTC"
    open: str = "00:00"
    close: str = "24:00"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    when_closed: Literal["slow", "stop"] = "slow"
    factor_closed: float = 3.0
    factor_weekend: float = 5.0
