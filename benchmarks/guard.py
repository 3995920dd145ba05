"""What a guard costs around a call that does nothing."""

import asyncio
import time
from random import Random

from benchmarks.figures import Goal, machine, report
from rtp_tui.clock import SystemClock
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.outcome import Outcome, Verdict
from rtp_tui.resilience.settings import PolicySettings

ROUNDS, CALLS = 15, 5_000


async def nothing() -> None:
    """The call itself."""


async def bare_us() -> float:
    """Microseconds of a call without a guard."""
    began = time.perf_counter()
    for _ in range(CALLS):
        await nothing()
    return (time.perf_counter() - began) / CALLS * 1e6


async def guarded_us(policy: PolicySettings) -> float:
    """Microseconds of a call through a guard."""
    guard = Guard(
        "venue/prices",
        policy,
        SystemClock(),
        lambda status: None,
        lambda error: Outcome(Verdict.FAILURE),
        Random(1),
    )
    began = time.perf_counter()
    for _ in range(CALLS):
        await guard.call(nothing)
    return (time.perf_counter() - began) / CALLS * 1e6


def main() -> None:
    """Print the cost of a call, bare and guarded."""
    print(machine())
    policies = {
        "last 20 calls": PolicySettings(),
        "last 60 s": PolicySettings(window_type="time"),
        "last 20 calls, rate limited": PolicySettings(calls_per_minute=1e9, burst=1_000_000),
    }
    report("no-op call: bare", [asyncio.run(bare_us()) for _ in range(ROUNDS)], "µs")
    for name, policy in policies.items():
        costs = [asyncio.run(guarded_us(policy)) for _ in range(ROUNDS)]
        report(f"no-op call: guarded, {name}", costs, "µs", Goal(20, "µs"))


if __name__ == "__main__":
    main()
