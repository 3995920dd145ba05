"""A small engine on a simulated exchange, and who is told of what goes wrong there."""

from asyncio import TaskGroup
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.alerts import AlertMemory, Notification, NotificationKind
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from tests.accept.simulated_worlds import SimulatedWorld, simulated_world

ROOMY = Disk(50 * 10**9, 100 * 10**9)


OF_THE_MACHINE = frozenset({"database-slow", "memory", "responses-slow"})


class AlertedWorld(SimulatedWorld):
    """An engine whose alerts are looked after from here, and all that anybody was told."""

    def __init__(self, world: SimulatedWorld) -> None:
        super().__init__(world.engine, world.exchange, world.folder, world.clock)
        self.told: list[Notification] = []
        self.disk = ROOMY
        pipeline = self.engine.pipeline
        around = AlertWorld(
            state=pipeline.state,
            reading=partial(pipeline.reading, conflates=True),
            keep=pipeline.keep_alert,
            deliver=self.told.append,
            disk=lambda: self.disk,
        )
        self.monitor = AlertMonitor(around, RuleShelf(), AlertMemory(), self.clock)

    def is_well(self) -> bool:
        """Everything is fed, and nothing fires but what tells how busy this machine is."""
        firing = (alert.rule for alert in self.monitor.book.alerts if alert.is_firing)
        return self.is_fed() and OF_THE_MACHINE.issuperset(firing)

    def of(self, rule: str, kind: NotificationKind) -> list[str]:
        """Whom a rule told of, one entry a delivery and subject."""
        alerts = [alert for one in self.told if one.kind is kind for alert in (one.alert, *one.others)]
        return [alert.subject for alert in alerts if alert.rule == rule]


@asynccontextmanager
async def alerted_world(folder: Path, clock: Clock) -> AsyncIterator[AlertedWorld]:
    """An engine with its alerts, running while the block does."""

    def without_own(settings: Settings) -> Settings:
        return replace(settings, features=FeatureSettings(alerts=False))

    async with simulated_world(folder, clock, without_own) as made, TaskGroup() as running:
        world = AlertedWorld(made)
        alerts = running.create_task(world.monitor.run())
        try:
            yield world
        finally:
            alerts.cancel()
