"""The demo under a random fire drill: `python -m benchmarks.drill --minutes 10 --seed N`; bounded by its minutes."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from benchmarks.figures import Goal, machine, report
from tests.accept.drilled import Aftermath, drilled

LONGEST_MINUTES = 60.0
RECOVERS_WITHIN_S = 300.0


def main() -> int:
    """Print the seed, each fault as it begins, and the figures; 0 if all is well at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    given = parser.parse_args()
    seconds = 60 * min(given.minutes, LONGEST_MINUTES)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        after = asyncio.run(
            drilled(Path(folder), seconds, given.seed, _say, recovers_within_s=RECOVERS_WITHIN_S)
        )
    return _tell(after)


def _say(line: str) -> None:
    print(line, flush=True)


def _tell(after: Aftermath) -> int:
    report("faults", [float(len(after.steps))], "")
    report("lowest score", [float(after.lowest_score)], "")
    report("score at the end", [float(after.last_score or 0)], "")
    if after.recovered_s is not None:
        report("score of 85 and no pending gap after", [after.recovered_s], "s")
    report("resident memory: growth", [after.after_mb - after.before_mb], "MB", Goal(40, "MB"))
    report("pending gaps", [float(len(after.pending))], "", Goal(0, ""))
    report("parts that failed or were restarted", [float(len(after.parts))], "", Goal(0, ""))
    for trouble in (*after.parts, *map(str, after.pending[:5])):
        print(f"  {trouble}")
    return int(after.recovered_s is None or bool(after.parts))


if __name__ == "__main__":
    sys.exit(main())
