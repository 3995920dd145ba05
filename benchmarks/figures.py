"""Figures as they are printed: median and range, against a goal."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence

from msgspec import Struct


class Goal(Struct, frozen=True):
    """A figure must not be above `most`."""

    most: float
    unit: str

    def judge(self, value: float) -> str:
        """`goal 50 kB/s: met`."""
        return f"goal {self.most:g} {self.unit}: {'met' if value <= self.most else 'MISSED'}"


def report(name: str, values: Sequence[float], unit: str, goal: Goal | None = None) -> None:
    """One line: what it is, median, range, and how the median stands to its goal."""
    median = statistics.median(values)
    spread = f"  range {min(values):.2f}–{max(values):.2f}" if len(values) > 1 else ""
    verdict = f"  {goal.judge(median)}" if goal else ""
    print(f"{name:<52} {median:9.2f} {unit}{spread}{verdict}", flush=True)


def rank(values: Sequence[float], share: float) -> float:
    """The value below which that share of all values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def machine() -> str:
    """What the figures depend on, and how busy it was."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"load average {load:.2f}"
    )
