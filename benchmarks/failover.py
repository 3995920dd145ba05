"""From a fault's beginning to the standby's first price, per fault and streaming venue; about three minutes."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from rtp_tui.simulator.faults import Fault, drill_name
from tests.accept.fault_worlds import Found, world

DEAD = (Fault.REFUSE, Fault.RESET, Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.BAN)
SILENT = (Fault.HANG, Fault.BLACK_HOLE)
ROUNDS = 3
LASTS_S = 24.0
VENUES = ("binance", "coinbase")
GRACE_S = 3.0
"""So long a feed may be without a connection before its standby prices (`feeds/failover.py`)."""


async def measure() -> None:
    """Run every fault at each venue, all of one fault at once, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for fault in (*DEAD, *SILENT):
            for venue in VENUES:
                found = await _rounds(fault, venue, Path(folder))
                name = f"{venue} {drill_name(fault)}"
                _report(f"{name}: noticed", [one.detected_s for one in found])
                # A dead socket within twice the heartbeat of 5 s, otherwise three cadences of 5 s, and the switch.
                goal = Goal(10 if fault in DEAD else 16, "s")
                _report(f"{name}: standby prices", [one.switched_s for one in found], goal)
                _report(f"{name}: well again after its end", [one.healed_s for one in found])


async def _rounds(fault: Fault, venue: str, folder: Path) -> list[Found]:
    async def one(number: int) -> Found:
        async with world(venue, folder / f"{fault}-{venue}-{number}") as engine:
            return await engine.suffer(fault, LASTS_S if fault in SILENT else LASTS_S / 3)

    return await asyncio.gather(*(one(number) for number in range(ROUNDS)))


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
    asyncio.run(measure())


if __name__ == "__main__":
    main()
