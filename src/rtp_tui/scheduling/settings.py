"""Settings of markets and jobs."""

from typing import Literal

from msgspec import Struct

from rtp_tui.model.instrument import Priority
from rtp_tui.scheduling.session_gate import START_BEFORE_MS, STOP_AFTER_MS


class MarketSettings(Struct, frozen=True, kw_only=True):
    """A market with hours of its own: `open` inclusive, `close` exclusive, local to `timezone`.

    Where no hours are said and `calendar`, or the market's own name, is an exchange, it keeps that one's.
    """

    calendar: str = ""
    """Where holidays come from; empty: none."""
    timezone: str = "UTC"
    open: str = "00:00"
    close: str = "24:00"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    when_closed: Literal["slow", "stop"] = "slow"
    start_before_ms: int = START_BEFORE_MS
    """With `stop`: so long before it opens it starts."""
    stop_after_ms: int = STOP_AFTER_MS
    """With `stop`: so long after its close it stops."""
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
    indicators: tuple[str, ...] | None = None
    """Of the kind `indicators`: what it works out besides the presets, such as `cci(20)`; `*` is every function."""
    interval_ms: int | None = None
    cron: str | None = None
    timezone: str | None = None
    """Where `cron` tells the time; UTC when nothing is said."""
    after_close: str | None = None
    """The market whose close starts the job."""
    enabled: bool | None = None
    max_retries: int | None = None
    """How often a run that failed is tried again, within its timeout; 3 when nothing is said."""
    timeout_ms: int | None = None
    """For a whole run; 30 s or the interval, whichever is less, when nothing is said."""
    priority: Priority | None = None
    category: str | None = None
