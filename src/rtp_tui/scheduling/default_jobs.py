"""The jobs that exist without being configured."""

from rtp_tui.model.instrument import Priority
from rtp_tui.scheduling.settings import JobSettings

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS

DEFAULT_JOBS = (
    JobSettings(
        id="crypto-prices",
        kind="poll",
        instruments=("crypto:*",),
        interval_ms=30_000,
        priority=Priority.HIGH,
        category="prices",
    ),
    JobSettings(
        id="stock-prices",
        kind="poll",
        instruments=("stocks:*", "index:*", "futures:*"),
        interval_ms=_MINUTE_MS,
        priority=Priority.HIGH,
        category="prices",
    ),
    JobSettings(
        id="fx-prices",
        kind="poll",
        instruments=("fx:*",),
        interval_ms=_MINUTE_MS,
        priority=Priority.HIGH,
        category="prices",
    ),
    JobSettings(
        id="sec-filings",
        kind="filings",
        after_close="XNYS",
        timeout_ms=10 * _MINUTE_MS,
        category="research",
    ),
    JobSettings(id="treasury-metrics", kind="treasury", interval_ms=5 * _MINUTE_MS, category="research"),
    JobSettings(id="indicators", kind="indicators", interval_ms=_MINUTE_MS, category="analytics"),
    JobSettings(
        id="gap-repair",
        kind="repair",
        interval_ms=_HOUR_MS,
        timeout_ms=10 * _MINUTE_MS,
        category="maintenance",
    ),
    JobSettings(
        id="data-cleanup",
        kind="cleanup",
        interval_ms=_DAY_MS,
        timeout_ms=10 * _MINUTE_MS,
        priority=Priority.LOW,
        category="maintenance",
    ),
    JobSettings(
        id="backup",
        kind="backup",
        interval_ms=_DAY_MS,
        timeout_ms=30 * _MINUTE_MS,
        priority=Priority.LOW,
        category="maintenance",
    ),
    JobSettings(
        id="health-check",
        kind="health",
        interval_ms=30_000,
        priority=Priority.HIGH,
        category="monitoring",
    ),
    JobSettings(id="metrics", kind="metrics", interval_ms=_MINUTE_MS, category="monitoring"),
    JobSettings(
        id="cache-warmup",
        kind="warmup",
        interval_ms=_MINUTE_MS,
        priority=Priority.LOW,
        category="cache",
    ),
    JobSettings(
        id="report-daily",
        kind="report",
        cron="5 0 * * *",
        timeout_ms=5 * _MINUTE_MS,
        priority=Priority.LOW,
        category="reports",
    ),
    JobSettings(
        id="report-weekly",
        kind="report",
        cron="10 0 * * 1",
        timeout_ms=5 * _MINUTE_MS,
        priority=Priority.LOW,
        category="reports",
    ),
)
"""Each appears where something can run its kind and, if it names instruments, where it finds one."""
