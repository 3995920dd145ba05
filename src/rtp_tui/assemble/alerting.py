"""Alerts: what they go on from, whom they tell, and who gives orders about them."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from rtp_tui.api.alert_orders import AlertOrders
from rtp_tui.api.alerts import AlertAnswers, no_rules
from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.store import history_path
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.alerts import AlertMemory, AlertRule, Notification
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    Command,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import Unavailable
from rtp_tui.model.queries import GetAlertRules, GetAlerts, GetSilences
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld, Deliver
from rtp_tui.monitoring.alerts.shelf import RuleShelf, check_rule
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.storage.contract import History, StoreUnusable

_log = logging.getLogger(__name__)


def deliver_to_nobody(_notification: Notification) -> None:
    """Where there are no channels."""


async def alerting(ground: Ground, deliver: Deliver = deliver_to_nobody) -> AlertMonitor | None:
    """What goes on where an earlier run left its alerts; None where they are switched off."""
    settings, pipeline, clock = ground.settings, ground.pipeline, ground.clock
    if not settings.features.alerts:
        return None
    memory = await _memory(ground.history, clock)
    world = AlertWorld(
        state=pipeline.state,
        reading=partial(pipeline.reading, conflates=True),
        keep=pipeline.keep_alert,
        deliver=deliver,
        disk=partial(_disk, history_path(settings)),
    )
    shelf = RuleShelf(settings.alert_rules, _usable(memory.rules))
    return AlertMonitor(world, shelf, memory, clock)


def add_alerting(supervisor: Supervisor, monitor: AlertMonitor | None) -> None:
    """Give the supervisor the part."""
    if monitor is not None:
        supervisor.add("alerts", monitor.run, after=("store",))


def adopt_rules(monitor: AlertMonitor | None, settings: Settings) -> None:
    """Go by the rules of other settings, where alerts are switched on."""
    if monitor is not None:
        monitor.configure_rules(settings.alert_rules)


def carry_out_alert_orders(handlers: Handlers, monitor: AlertMonitor | None, ground: Ground) -> None:
    """Hand questions and orders about alerts to those who know; history is told even where they are switched off."""
    pipeline, clock = ground.pipeline, ground.clock
    answers = AlertAnswers(ground.history, pipeline.state, clock)
    handlers.answer(GetAlerts, answers.alerts)
    handlers.answer(GetSilences, answers.silences)
    if monitor is None:
        handlers.answer(GetAlertRules, no_rules)
        for kind in (AcknowledgeAlert, SaveSilence, RemoveSilence, SaveAlertRule, RemoveAlertRule):
            handlers.carry_out(kind, _switched_off)
        return
    orders = AlertOrders(monitor, pipeline.state, pipeline.recorder.add_alert_record, clock)
    handlers.answer(GetAlertRules, orders.rules)
    handlers.carry_out(AcknowledgeAlert, orders.acknowledge)
    handlers.carry_out(SaveSilence, orders.save_silence)
    handlers.carry_out(RemoveSilence, orders.remove_silence)
    handlers.carry_out(SaveAlertRule, orders.save_rule)
    handlers.carry_out(RemoveAlertRule, orders.remove_rule)


async def _memory(history: History, clock: Clock) -> AlertMemory:
    try:
        return await history.alert_memory(clock.now_ms())
    except StoreUnusable as error:
        _log.warning("alerts of earlier runs are not known: %s", error)
        return AlertMemory()


def _usable(rules: Sequence[AlertRule]) -> Iterator[AlertRule]:
    """Saved rules that this version understands."""
    for rule in rules:
        try:
            check_rule(rule)
        except ValueError as mistake:
            _log.warning("saved alert rule %s is left out: %s", rule.id, mistake)
        else:
            yield rule


def _disk(path: Path) -> Disk | None:
    try:
        usage = shutil.disk_usage(path.parent)
    except OSError:
        return None
    return Disk(usage.free, usage.total)


async def _switched_off(_order: Command[object]) -> object:
    raise Unavailable("alerts are switched off: features.alerts is false")
