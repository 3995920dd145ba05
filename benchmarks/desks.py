"""The five ready-made desks side by side, each an engine of its own, against one simulated world.

`python -m benchmarks.desks --minutes 10 [DESK…]`. All markets are open, so that every minute is in session.

An instrument's minute is covered where it has a bar, or where a recorded gap that has ended explains why it has none.
Counted are whole minutes from the one after every engine heard of all its instruments to the last that has settled.
A minute is excused, and not counted, where its feed need not speak in it: what is asked for once a minute may tell
twice in one minute and not at all in the next, and what is asked for more seldom owes nobody a bar a minute.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.control_line import Steered, steered
from benchmarks.desk_engine import desk_engine
from benchmarks.figures import Goal, machine, report
from rtp_tui.config.desks import DESK_NAMES
from rtp_tui.feeds.minute_grid import MINUTE_MS, Cadence
from tests.accept.running import Running

LONGEST_MINUTES = 60.0
HEARD_WITHIN_S = 90.0
SETTLED_S = 20.0
"""So long after a minute is over its bar is there, or its gap recorded."""
LEAST_COVERAGE_PCT = 99.0
_PROBLEM = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL) (.*)", re.MULTILINE)
_NUMBER = re.compile(r"\d+(\.\d+)?")


class Covered(Struct, frozen=True):
    """What became of a desk's instrument-minutes."""

    minutes: int
    bars: int
    explained: int
    excused: int
    lacking: tuple[str, ...]
    """Instruments with minutes that nothing explains."""

    @property
    def pct(self) -> float:
        """Share of what was owed."""
        owed = self.minutes - self.excused
        return 100 * (self.bars + self.explained) / owed if owed else 100.0


def all_of(engine: Running, path: str, key: str) -> Iterator[dict[str, Any]]:
    """Every entry of a list, page by page."""
    cursor = ""
    while True:
        page = engine.get(f"{path}{'&' if '?' in path else '?'}limit=500{cursor}").json()
        yield from page[key]
        if not page.get("next_cursor"):
            return
        cursor = f"&cursor={page['next_cursor']}"


def heard_of_all(engine: Running) -> bool:
    """Every instrument has a price."""
    return all(quote["price"] is not None for quote in all_of(engine, "/market/latest", "quotes"))


def coverage(engine: Running, start_ms: int, end_ms: int) -> Covered:
    """Hold every minute of every instrument against bars and gaps."""
    ended = [gap for gap in all_of(engine, "/gaps", "gaps") if gap["state"] in ("filled", "unfillable")]
    cadences = cadences_of(engine)
    counts: Counter[str] = Counter()
    lacking = []
    for quote in all_of(engine, "/market/latest", "quotes"):
        gaps = [gap for gap in ended if gap["instrument"] == quote["id"]]
        path = f"/data/{quote['id'].replace('&', '%26')}?timeframe=1m&start={start_ms}&end={end_ms}"
        bars = {bar["open_ms"] for bar in all_of(engine, path, "bars")}
        cadence = cadences.get(quote["source"].partition(":")[0], Cadence(MINUTE_MS))
        found = Counter(_verdicts(range(start_ms, end_ms, MINUTE_MS), bars, gaps, cadence))
        counts += found
        if found["lacking"]:
            lacking.append(f"{quote['id']} by {quote['source']}: {found['lacking']} minutes")
    return Covered(counts.total(), counts["bar"], counts["explained"], counts["excused"], tuple(lacking))


def _verdicts(minutes: range, bars: set[int], gaps: list[dict[str, Any]], cadence: Cadence) -> Iterator[str]:
    without = 0
    for minute in minutes:
        without = 0 if minute in bars else without + 1
        if minute in bars:
            yield "bar"
        elif any(gap["from_ms"] <= minute < gap["to_ms"] for gap in gaps):
            yield "explained"
        elif not cadence.has_grid or without <= cadence.tolerated:
            yield "excused"
        else:
            yield "lacking"


def cadences_of(engine: Running) -> dict[str, Cadence]:
    """How often the connections speak that are asked; sockets owe a bar a minute."""
    intervals = {job["id"]: job["effective_interval_ms"] for job in all_of(engine, "/jobs", "jobs")}
    slowest = max((intervals[one] or 0 for one in intervals if one.endswith("-prices")), default=0)
    feeds = {feed["connection"]: feed for feed in all_of(engine, "/feeds", "feeds")}
    return {
        name: Cadence(max(slowest, MINUTE_MS), is_polled=True)
        for name, feed in feeds.items()
        if name and feed["state"] == "polling"
    }


def errors(engine: Running) -> Counter[str]:
    """What went wrong, by name: of connections, of jobs, and warnings of the log."""
    found: Counter[str] = Counter()
    connections = {feed["connection"]: feed for feed in all_of(engine, "/feeds", "feeds")}
    for name, feed in connections.items():
        if feed["error"]:
            found[f"feed {name}: {feed['error']}"] += 1
        if feed["reconnects"]:
            found[f"feed {name}: reconnected"] += feed["reconnects"]
        for reason, count in feed["bad_frames"].items():
            found[f"feed {name}: bad frames, {reason}"] += count
    for job in all_of(engine, "/jobs", "jobs"):
        if job["failures"]:
            found[f"job {job['id']}: {job['last_error']}"] += job["failures"]
    for gap in all_of(engine, "/gaps", "gaps"):
        found[f"gap {gap['cause']}, {gap['state']}: {gap['detail']}"] += 1
    for said in _PROBLEM.finditer(engine.said):
        found[f"log: {_NUMBER.sub('#', said[2])[:160]}"] += 1
    return found


def cpu_s(pid: int) -> float:
    """What a process has used so far, in the kernel too."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / 100


def resident_mb(pid: int) -> float:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


def watch(engines: dict[str, Running], world: Steered, minutes: float) -> bool:
    """Let them run, then judge each; whether all is covered and no engine ended."""
    until_heard(engines)
    start_ms = (int(time.time() * 1000) // MINUTE_MS + 1) * MINUTE_MS
    time.sleep(max(0.0, start_ms / 1000 - time.time()))
    began = {name: cpu_s(engine.process.pid) for name, engine in engines.items()}
    before = {name: resident_mb(engine.process.pid) for name, engine in engines.items()}
    end_ms = start_ms + max(1, round(minutes)) * MINUTE_MS
    time.sleep(max(0.0, end_ms / 1000 + SETTLED_S - time.time()))
    lasted_s = time.time() - start_ms / 1000
    is_well = True
    for name, engine in engines.items():
        covered, pid = coverage(engine, start_ms, end_ms), engine.process.pid
        print(f"\n{name}: {covered.minutes} instrument-minutes, {covered.bars} with a bar, ", end="")
        print(f"{covered.explained} explained by a gap, {covered.excused} excused")
        report(f"{name}: coverage", [covered.pct], "%")
        report(f"{name}: processor", [100 * (cpu_s(pid) - began[name]) / lasted_s], "% of a core")
        report(f"{name}: memory", [resident_mb(pid)], "MB")
        report(f"{name}: memory, growth", [resident_mb(pid) - before[name]], "MB")
        for words, count in errors(engine).most_common():
            print(f"  {count} x {words}")
        for words in covered.lacking[:10]:
            print(f"  lacks {words}")
        is_well &= covered.pct > LEAST_COVERAGE_PCT
    used = world.ask("used")
    print()
    report("the simulated world: memory", [used["resident_mb"]], "MB")
    report("the simulated world: processor", [100 * used["cpu_s"] / lasted_s], "% of a core")
    refused = float(world.ask("refused"))
    report("refused by the broker", [refused], "", Goal(0, ""))
    return is_well and not refused


def until_heard(engines: dict[str, Running]) -> None:
    """Wait until every engine has heard of all its instruments, or say which have not."""
    deadline = time.monotonic() + HEARD_WITHIN_S
    waiting = set(engines)
    while waiting and time.monotonic() < deadline:
        time.sleep(1.0)
        waiting -= {name for name in waiting if heard_of_all(engines[name])}
    for name in sorted(waiting):
        print(f"{name}: not heard of all within {HEARD_WITHIN_S:g} s")


def main() -> int:
    """Print what came of each desk; 1 where anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("desks", nargs="*", default=DESK_NAMES)
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder, steered("benchmarks.desks_exchange") as world:
        port = world.ask("where")
        with ExitStack() as stack:
            engines = {
                name: stack.enter_context(desk_engine(name, Path(folder) / name, port))
                for name in given.desks
            }
            return int(not watch(engines, world, min(given.minutes, LONGEST_MINUTES)))


if __name__ == "__main__":
    sys.exit(main())
