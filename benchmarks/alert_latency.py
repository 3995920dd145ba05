"""How long it takes from a tick that passes a threshold until a channel is given the alert.

Through the real parts: accepted by the pipeline, seen by the monitor, made durable in a file, handed out by the outbox.
Ticks of other instruments flow meanwhile. Each round fires a rule of its own, so that nothing is grouped.
"""

import asyncio
import logging
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.assemble.notifying import channel_policy, classify
from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertMemory, AlertRule
from rtp_tui.model.notifications import Message
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.notify.notifier import Notifier
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.post import Post, PostWorld
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.resilience.guard import Guard
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import a_trade, an_instrument

ALERTS = 150
OTHERS = 50
OTHER_TICKS_PER_S = 1_000
GOAL_MS = 250.0


class Stopwatch:
    """A channel that notes when it was given each alert."""

    name = "stopwatch"

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.latencies_ms: dict[str, float] = {}

    async def send(self, message: Message) -> None:
        for alert in message.alerts:
            if alert.subject in self.began:
                took_ms = (time.perf_counter() - self.began[alert.subject]) * 1000
                self.latencies_ms.setdefault(alert.subject, took_ms)


def subject(number: int) -> str:
    return f"crypto:A{number}"


async def measure(folder: Path) -> list[float]:
    """Milliseconds from accepting a tick to the channel, one for each alert."""
    clock = SystemClock()
    names = [*map(subject, range(ALERTS)), *(f"crypto:O{number}" for number in range(OTHERS))]
    instruments = [an_instrument(name, feeds=(f"binance:{name[7:]}",)) for name in names]
    recorder = SqliteRecorder(folder / "history.db", StorageSettings(), clock, "bench")
    await recorder.open()
    pipeline = Pipeline("bench", PipelineState(instruments), Processor(instruments), recorder, clock)
    stopwatch = Stopwatch()
    settings, channel = NotificationSettings(group_within_ms=1), ChannelSettings()
    guard = Guard("notify/stopwatch", channel_policy(channel), clock, pipeline.announce, classify, Random(1))
    world = PostWorld(
        clock=clock,
        keep=recorder.add_alert_record,
        announce=pipeline.announce,
        seq=lambda: pipeline.state.seq,
        committed=lambda: pipeline.committed_seq,
    )
    post = Post(stopwatch, "log", channel, Outbox("stopwatch", settings, Random(1).random), guard, world)
    notifier = Notifier([post], clock, pipeline.keep_mute)
    rules = [
        AlertRule(id=f"rule-{number}", condition=f"{subject(number)} price > 100") for number in range(ALERTS)
    ]
    monitor = AlertMonitor(
        AlertWorld(
            state=pipeline.state,
            reading=partial(pipeline.reading, conflates=True),
            keep=pipeline.keep_alert,
            deliver=notifier.deliver,
            disk=lambda: None,
        ),
        RuleShelf(rules),
        AlertMemory(),
        clock,
    )
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(run()) for run in (pipeline.write, monitor.run, post.run)]
        others = group.create_task(trade(pipeline))
        await asyncio.sleep(1.0)
        await fire(pipeline, stopwatch)
        for task in (others, *parts[1:]):
            task.cancel()
        await recorder.close()
    return list(stopwatch.latencies_ms.values())


async def fire(pipeline: Pipeline, stopwatch: Stopwatch) -> None:
    """One alert after another, at moments that have nothing to do with anybody's rhythm."""
    rng = Random(7)
    for number in range(ALERTS):
        await asyncio.sleep(rng.uniform(0.25, 0.45))
        stopwatch.began[subject(number)] = time.perf_counter()
        accept(pipeline, subject(number), 101.0, number)
    await asyncio.sleep(2.0)


async def trade(pipeline: Pipeline) -> None:
    began, sent = time.perf_counter(), 0
    while True:
        for _ in range(int((time.perf_counter() - began) * OTHER_TICKS_PER_S) - sent):
            sent += 1
            accept(pipeline, f"crypto:O{sent % OTHERS}", 50.0 + sent % 7 / 1000, sent)
        await asyncio.sleep(0.01)


def accept(pipeline: Pipeline, instrument: str, price: float, sequence: int) -> None:
    now_ms = time.time_ns() // 1_000_000
    pipeline.accept(
        a_trade(
            instrument=instrument,
            feed=f"binance:{instrument[7:]}",
            price=price,
            sequence=sequence,
            event_ms=now_ms,
            received_ms=now_ms,
        )
    )


def main() -> None:
    logging.disable(logging.CRITICAL)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        latencies = asyncio.run(measure(Path(folder)))
    assert len(latencies) == ALERTS, f"{len(latencies)} of {ALERTS} alerts arrived"
    report("tick to channel, p50", [rank(latencies, 0.5)], "ms")
    report("tick to channel, p99", [rank(latencies, 0.99)], "ms", Goal(GOAL_MS, "ms"))
    report("tick to channel, longest", [max(latencies)], "ms")


if __name__ == "__main__":
    main()
