"""From a fault's beginning to the standby's first price, per fault and streaming venue; about three minutes."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from rtp_tui.clock import SystemClock
from rtp_tui.simulator.faults import Fault, drill_name
from tests.accept.fault_venues import Group
from tests.accept.fault_worlds import Found, world

DEAD = (Fault.REFUSE, Fault.RESET, Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.BAN)
SILENT = (Fault.HANG, Fault.BLACK_HOLE)
ROUNDS = 3
LASTS_S = 24.0
VENUES = ("binance", "coinbase")
GRACE_S = 3.0
"""So long a feed may be without a connection before its standby prices (`feeds/failover.py`)."""


async def measure(rounds: int) -> None:
    """Run every fault at each venue, all of one round at once, and print the figures."""
    cases = [(fault, venue) for fault in (*DEAD, *SILENT) for venue in VENUES]
    found: dict[tuple[Fault, str], list[Found]] = {case: [] for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            homes = [Path(folder) / f"{number}-{fault}-{venue}" for fault, venue in cases]
            for case, one in zip(cases, await asyncio.gather(*map(_one, cases, homes)), strict=True):
                found[case].append(one)
    for (fault, venue), all_of in found.items():
        name = f"{venue} {drill_name(fault)}"
        _report(f"{name}: noticed", [one.detected_s for one in all_of])
        # A dead socket within twice the heartbeat of 5 s, otherwise three cadences of 5 s, and the switch.
        _report(
            f"{name}: standby prices",
            [one.switched_s for one in all_of],
            Goal(10 if fault in DEAD else 16, "s"),
        )
        _report(f"{name}: well again after its end", [one.healed_s for one in all_of])


async def _one(case: tuple[Fault, str], home: Path) -> Found:
    fault, venue = case
    other = next(one for one in VENUES if one != venue)
    async with world(Group((venue,), (other,)), home, SystemClock()) as engine:
        return (await engine.suffer(fault, LASTS_S if fault in SILENT else LASTS_S / 3))[venue]


def _report(name: str, values: Iterable[float | None], goal: Goal | None = None) -> None:
    known = [value for value in values if value is not None]
    if known:
        report(name, known, "s", goal)
    else:
        print(f"{name:<52} never")


def main() -> None:
    """Print the figures."""
    print(machine())
    print(
        f"{ROUNDS} engines a fault, a standby on the other venue; a lost connection counts after {GRACE_S:g} s"
    )
    asyncio.run(measure(ROUNDS))


if __name__ == "__main__":
    main()
