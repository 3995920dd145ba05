"""Jobs and breakers of an engine that stands still: one of each kind of trouble."""

from rtp_tui.model.breakers import BreakerLimits, BreakerState, BreakerStatus
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobState, JobStatus, Lateness, Progress, RunDurations
from tests.factories import NOW_MS

LIMITS = BreakerLimits(
    policy="polled", window="the last 20 calls", minimum_calls=5, failure_rate=50.0, slow_rate=100.0,
    slow_call_ms=8_000, open_ms=30_000, open_cap_ms=600_000, probes=2,
)  # fmt: skip


def frozen_jobs() -> tuple[JobStatus, ...]:
    """Six: one runs, one fails, one is paused, one disabled, one stretched by its market's hours."""
    return (
        JobStatus(
            id="crypto-prices", name="Crypto prices", kind="poll", category="prices", priority=Priority.HIGH,
            state=JobState.IDLE, enabled=True, schedule="every 30 s", interval_ms=30_000, effective_interval_ms=30_000,
            next_run_ms=NOW_MS + 12_000, last_run_ms=NOW_MS - 18_000, last_outcome=JobOutcome.SUCCEEDED, runs=2_412,
            successes=2_409, failures=3, duration_ms=RunDurations(420.0, 380.0, 910.0), lateness_ms=Lateness(2.1, 9.0),
            instruments=("crypto:*",), timeout_ms=30_000,
        ),
        JobStatus(
            id="stock-prices", name="Stock prices", kind="poll", category="prices", priority=Priority.HIGH,
            state=JobState.RUNNING, enabled=True, schedule="every 60 s", market="XNYS", interval_ms=60_000,
            effective_interval_ms=180_000, next_run_ms=NOW_MS + 166_000, last_run_ms=NOW_MS - 14_000,
            last_outcome=JobOutcome.SUCCEEDED, runs=310, successes=309, skipped=1, progress=Progress(312, 500),
            duration_ms=RunDurations(21_400.0, 20_100.0, 33_000.0), lateness_ms=Lateness(14.0, 41.0),
            instruments=("stocks:*",), timeout_ms=60_000,
        ),
        JobStatus(
            id="treasuries", name="Treasuries", kind="treasury", category="treasury", priority=Priority.LOW,
            state=JobState.IDLE, enabled=True, schedule="every 15 min", interval_ms=900_000, next_run_ms=NOW_MS + 247_000,
            last_run_ms=NOW_MS - 653_000, last_outcome=JobOutcome.FAILED, last_error="HTTP 503 from coingecko", runs=41,
            successes=38, failures=3, duration_ms=RunDurations(3_200.0, 1_100.0, 3_400.0), lateness_ms=Lateness(1.0, 5.0),
            timeout_ms=30_000,
        ),
        JobStatus(
            id="daily-report", name="Daily report", kind="report", category="reports", priority=Priority.MEDIUM,
            state=JobState.PAUSED, enabled=True, schedule="after the close of XNYS", last_run_ms=NOW_MS - 79_000_000,
            last_outcome=JobOutcome.SUCCEEDED, runs=12, successes=12, missed=2,
            duration_ms=RunDurations(812.0, 790.0, 900.0), timeout_ms=600_000,
        ),
        JobStatus(
            id="backup", name="Backup", kind="backup", category="maintenance", priority=Priority.LOW,
            state=JobState.IDLE, enabled=True, schedule="0 6 * * *", next_run_ms=NOW_MS + 56_800_000,
            last_run_ms=NOW_MS - 29_600_000, last_outcome=JobOutcome.SUCCEEDED, runs=30, successes=30,
            duration_ms=RunDurations(4_100.0, 4_000.0, 4_900.0), lateness_ms=Lateness(3.0, 8.0), timeout_ms=300_000,
        ),
        JobStatus(
            id="warmup", name="Warmup", kind="warmup", category="maintenance", priority=Priority.LOW,
            state=JobState.DISABLED, enabled=False, schedule="every 1 h", interval_ms=3_600_000,
        ),
    )  # fmt: skip


def frozen_breakers() -> tuple[BreakerStatus, ...]:
    """Four: closed and busy, open with a probe to come, half open, forced closed."""
    return (
        BreakerStatus(
            name="twelvedata/price", state=BreakerState.CLOSED, since_ms=NOW_MS - 7_300_000, failure_rate=5.0,
            slow_rate=0.0, calls=20, concurrent=3, concurrent_limit=4, waiting=2, retries=6, limits=LIMITS,
        ),
        BreakerStatus(
            name="coingecko/prices", state=BreakerState.OPEN, since_ms=NOW_MS - 37_000, failure_rate=62.0,
            slow_rate=10.0, calls=20, not_permitted=14, next_probe_ms=NOW_MS + 23_000, last_error="HTTP 503",
            concurrent_limit=4, retries=11, limits=LIMITS,
        ),
        BreakerStatus(
            name="yahoo/chart", state=BreakerState.HALF_OPEN, since_ms=NOW_MS - 2_000, calls=1, not_permitted=5,
            last_error="no answer within 10 s", concurrent=1, concurrent_limit=4, retries=2, limits=LIMITS,
        ),
        BreakerStatus(
            name="binance/klines", state=BreakerState.FORCED_CLOSED, since_ms=NOW_MS - 600_000, failure_rate=0.0,
            slow_rate=0.0, calls=7, concurrent_limit=8, limits=LIMITS,
        ),
    )  # fmt: skip
