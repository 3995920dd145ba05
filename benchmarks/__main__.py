"""All benchmarks, one after the other, each in a process of its own: `python -m benchmarks [NAME…]`."""

import subprocess
import sys

NAMES = (
    "tick_path",
    "decode",
    "ingest",
    "failover",
    "commit_latency",
    "alert_latency",
    "price_table",
    "chart_frame",
    "start_up",
    "loop_lag",
    "idle_console",
    "guard",
    "cache",
    "alert_rules",
    "rest_quotes",
    "scheduler",
    "calendar_load",
    "indicators",
    "signals",
    "risk",
    "fan_out",
    "desks",
    "reports",
    "soak",
)
WITHIN_S = 900


def main() -> int:
    """Run them; the number of those that failed."""
    failed = 0
    for name in sys.argv[1:] or NAMES:
        print(f"\n== {name}", flush=True)
        failed += bool(
            subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}"], timeout=WITHIN_S, check=False
            ).returncode
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
