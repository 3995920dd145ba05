"""Settings of markets and jobs."""

from typing import Literal

from msgspec import Struct

from rtp_tui.model.instrument import Priority


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


JobKind = Literal[
    "poll",
    "filings",
    "treasury",
    "indicators",
    "repair",
    "report",
    "cleanup",
    "backup",
    "warmup",
    "health",
    "metrics",
]


class JobSettings(Struct, frozen=True, kw_only=True):
    """Changes the default job of this id, or adds one; None leaves the default as it is."""

    id: str
    kind: JobKind | None = None
    instruments: tuple[str, ...] | None = None
    """Instrument ids, or `class:*`, or `*`."""
    interval_ms: int | None = None
    cron: str | None = None
    timezone: str = "UTC"
    """Where `cron` tells the time."""
    after_close: str | None = None
    """The market whose close starts the job."""
    enabled: bool = True
    max_retries: int = 3
    timeout_ms: int = 30_000
    priority: Priority = Priority.MEDIUM
    category: str = ""
