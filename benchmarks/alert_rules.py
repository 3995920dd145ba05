"""A thousand rules on five hundred instruments at a thousand ticks a second: CPU of the alerts, with bus and loop.

The same ticks go through the same pipeline with and without the part, in alternating rounds; the difference is what
alerts cost. Beside it: the longest look, and from a tick that passes a threshold to the channel.
"""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from functools import partial
from random import Random

from benchmarks.figures import Goal, machine, report
from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertMemory, AlertRule, Notification, NotificationKind
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.state.pipeline_state import PipelineState
from tests.fake_recorder import FakeRecorder

INSTRUMENTS, RULES, TICKS_A_SECOND = 500, 1_000, 1_000
ROUNDS, SECONDS = 3, 6
BATCH_S = 0.02
FIELDS = ("price", "change_24h_pct", "change_1m", "move_1m", "data_age", "volume_ratio")


def rules(keys: list[InstrumentId]) -> tuple[AlertRule, ...]:
    """On every instrument a price near enough to be passed now and then, and another field."""
    made = []
    for number in range(RULES):
        key, field = (
            keys[number % INSTRUMENTS],
            FIELDS[number // INSTRUMENTS * (1 + number % (len(FIELDS) - 1))],
        )
        made.append(
            AlertRule(id=f"r{number}", condition=f"{key} {field} > {101 if field == 'price' else 50}")
        )
    return tuple(made)


async def one_round(*, has_alerts: bool, told_ms: list[float]) -> float:
    """CPU of one core, in percent, while ticks come."""
    clock, random = SystemClock(), Random(1)
    keys = [InstrumentId(f"stocks:S{number}") for number in range(INSTRUMENTS)]
    instruments = [Instrument(id=key, name=key, feeds=(f"dhan:{key}",)) for key in keys]
    pipeline = Pipeline("e", PipelineState(instruments), Processor(instruments), FakeRecorder(), clock)
    now_ms = clock.now_ms()
    pipeline.announce(EngineStatus(version="1", name="", started_ms=now_ms, state=EngineState.RUNNING))
    pipeline.announce(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"))
    pipeline.announce(
        FeedStatus(
            name="dhan",
            source="dhan",
            state=FeedState.LIVE,
            instruments=tuple(keys),
            since_ms=now_ms,
            expected_ms=5_000,
        )
    )

    def deliver(notification: Notification) -> None:
        if notification.kind is NotificationKind.RESOLVED or notification.others:
            return
        told_ms.append(
            clock.now_ms()
            - pipeline.state.market.quotes[InstrumentId(notification.alert.subject)].received_ms
        )

    world = AlertWorld(
        state=pipeline.state,
        reading=partial(pipeline.reading, conflates=True),
        keep=pipeline.keep_alert,
        deliver=deliver,
        disk=lambda: Disk(10**11, 2 * 10**11),
    )
    monitor = AlertMonitor(world, RuleShelf(rules(keys)), AlertMemory(), clock)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        running = group.create_task(monitor.run()) if has_alerts else None
        stack.callback(lambda: running and running.cancel())
        prices = dict.fromkeys(keys, 100.0)
        began_s, cpu_s, sent = time.monotonic(), time.process_time(), 0
        while time.monotonic() - began_s < SECONDS:
            due = int((time.monotonic() - began_s) * TICKS_A_SECOND)
            for _ in range(due - sent):
                key = keys[random.randrange(INSTRUMENTS)]
                prices[key] *= 1 + random.gauss(0, 0.002)
                at_ms = clock.now_ms()
                pipeline.accept(
                    Tick(
                        kind=TickKind.TRADE,
                        instrument=key,
                        feed=f"dhan:{key}",
                        event_ms=at_ms,
                        received_ms=at_ms,
                        price=prices[key],
                        size=1.0,
                        sequence=sent,
                    )
                )
                sent += 1
            await clock.sleep(BATCH_S)
        used = 100 * (time.process_time() - cpu_s) / (time.monotonic() - began_s)
        if running is not None:
            running.cancel()
        return used


def main() -> None:
    print(machine())
    bare: list[float] = []
    full: list[float] = []
    told_ms: list[float] = []
    for _ in range(ROUNDS):
        bare.append(asyncio.run(one_round(has_alerts=False, told_ms=[])))
        full.append(asyncio.run(one_round(has_alerts=True, told_ms=told_ms)))
    report("pipeline alone at 1,000 ticks/s", bare, "% of a core")
    report("… with 1,000 rules on 500 instruments", full, "% of a core", Goal(15.0, "%"))
    costs = [with_alerts - without for with_alerts, without in zip(full, bare, strict=True)]
    report("what the alerts cost", costs, "% of a core")
    if told_ms:
        ordered = sorted(told_ms)
        p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
        report("notification after its newest tick, p50", [statistics.median(told_ms)], "ms")
        report("… p99", [p99], "ms", Goal(250.0, "ms"))


if __name__ == "__main__":
    main()
