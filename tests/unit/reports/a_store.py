"""A small made-up day in a history file."""

import random
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rtp_tui.model.alerts import AlertState
from rtp_tui.model.events import Event
from rtp_tui.model.gaps import GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import QualityCounts, latency_step
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from tests.factories import a_bar, a_gap, an_alert

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
DAY_START_MS = 1_789_948_800_000
"""A midnight of UTC."""
NAMES = tuple(InstrumentId(f"crypto:C{number}") for number in range(6))


def write_day(path: Path, *, seed: int = 1, begins_ms: int = DAY_START_MS - HOUR_MS) -> None:
    """Write a day, from some time before it to some time after it, with random holes and faults."""
    dice, batch = random.Random(seed), Batch()
    ends_ms = DAY_START_MS + DAY_MS + HOUR_MS
    for name in NAMES[:-1]:
        minutes = range(begins_ms, ends_ms, MINUTE_MS)
        batch.take(a_bar(instrument=name, open_ms=minute) for minute in minutes if dice.random() > 0.02)
    for minute in range(begins_ms, ends_ms, MINUTE_MS):
        counts = {
            "ticks": dice.choice((0, 40, 50)),
            "errors": dice.choice((0, 0, 1)),
            "bars": 5,
            "reconnects": 0,
        }
        batch.add_tally(Tally(MINUTE_MS, minute, "", msgspec.json.encode(counts).decode()))
    for hour in range(begins_ms, ends_ms, HOUR_MS):
        for subject in (*NAMES, "binance"):
            batch.add_tally(Tally(HOUR_MS, hour, subject, _hour(dice)))
    for number, at_ms in enumerate(_moments(dice, 40)):
        fired = an_alert(
            id=f"a{number}",
            rule=dice.choice(("price-move", "stale")),
            subject=dice.choice(NAMES),
            state=AlertState.RESOLVED,
            fired_ms=at_ms,
            changed_ms=at_ms + 90_000,
            acknowledged_ms=at_ms + dice.randrange(60_000) if dice.random() > 0.5 else None,
            resolved_ms=at_ms + 90_000,
        )
        batch.add_alert_record(fired)
    for at_ms in _moments(dice, 20):
        state = dice.choice((GapState.FILLED, GapState.UNFILLABLE, GapState.OPEN))
        gap = a_gap(
            instrument=dice.choice(NAMES),
            from_ms=at_ms,
            to_ms=at_ms + 3 * MINUTE_MS,
            found_ms=at_ms + 5_000,
            changed_ms=at_ms + dice.randrange(6_000, 90_000),
            state=state,
        )
        batch.add_gap(gap)
    for number, at_ms in enumerate(_moments(dice, 60), 1):
        run = JobRun(
            job=dice.choice(("crypto-prices", "backup")),
            started_ms=at_ms,
            ended_ms=at_ms + dice.randrange(5_000),
            outcome=dice.choice((JobOutcome.SUCCEEDED, JobOutcome.FAILED, JobOutcome.SKIPPED)),
        )
        batch.events.append((Event(number, run), run.ended_ms))
    connection = open_writer(path, ends_ms).connection
    BatchWriter(connection, "e").write(batch, ends_ms)
    connection.close()


def _hour(dice: random.Random) -> str:
    counts = QualityCounts(
        looks=720,
        fresh=dice.randrange(600, 721),
        observed=1_000,
        rejected={"duplicate": dice.randrange(9), "crossed": dice.randrange(4)},
        verified=60,
        differing=dice.randrange(2),
        latency={latency_step(dice.randrange(500)): 10 for _ in range(5)},
    )
    return msgspec.json.encode(counts).decode()


def _moments(dice: random.Random, count: int) -> Iterable[int]:
    """Moments of the day and of the hours around it, ascending and each another."""
    return sorted(dice.sample(range(DAY_START_MS - HOUR_MS, DAY_START_MS + DAY_MS + HOUR_MS, 1_000), count))
