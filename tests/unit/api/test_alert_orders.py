"""Alerts through the door: orders carried out by a monitor of a small pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rtp_tui.api.alert_orders import LONGEST_SILENCE_MS, MOST_SILENCES, AlertOrders
from rtp_tui.api.alerts import AlertAnswers
from rtp_tui.bus import Bus, Reader
from rtp_tui.model.alerts import (
    Alert,
    AlertMemory,
    AlertRecord,
    AlertRule,
    AlertState,
    Notification,
    RuleOrigin,
    RuleRemoved,
    Silence,
)
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import BadRequest, UnknownAlert, UnknownAlertRule, UnknownSilence
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.queries import GetAlertRules, GetAlerts, GetSilences
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import BTC, a_quote, an_alert, an_instrument
from tests.fakes import FakeClock

HIGH = AlertRule(id="high", condition="crypto:BTC price > 100", cool_down_ms=0)


class Desk:
    """A monitor with what is around it, all in one loop turn."""

    def __init__(self, memory: AlertMemory = AlertMemory()) -> None:  # noqa: B008 - frozen
        self.clock = FakeClock()
        self.bus = Bus()
        self.state = PipelineState((an_instrument(),))
        self.told: list[Notification] = []
        self.remembered: list[AlertRecord] = []
        self.stored = Memory()
        world = AlertWorld(
            state=self.state,
            reading=self._reading,
            keep=self._keep,
            deliver=self.told.append,
            disk=lambda: None,
        )
        self.monitor = AlertMonitor(world, RuleShelf((HIGH,), memory.rules), memory, self.clock)
        self.orders = AlertOrders(self.monitor, self.state, self.remembered.append, self.clock)
        self.answers = AlertAnswers(MemoryHistory(self.stored), self.state, self.clock)

    def price(self, price: float) -> None:
        """A quote, and a look at it."""
        with self._reading() as reader:
            self._happen(a_quote(price=price, received_ms=self.clock.now_ms()))
            self.monitor.look(reader)

    @property
    def alert(self) -> Alert:
        (alert,) = self.state.alert.active.values()
        return alert

    def _happen(self, payload: Payload) -> None:
        event = Event(self.state.seq + 1, payload)
        self.state.apply(event)
        self.bus.publish(event)

    def _keep(self, alert: Alert | Silence) -> None:
        self.stored.alerts.keep((alert,))
        self._happen(alert)

    @contextmanager
    def _reading(self) -> Iterator[Reader]:
        with self.bus.reading(conflates=True) as reader:
            yield reader


async def test_a_price_fires_at_the_look_that_sees_it_and_is_in_the_state_and_the_history() -> None:
    desk = Desk()
    desk.price(101)

    assert [one.alert.rule for one in desk.told] == ["high"]
    assert desk.alert.state is AlertState.FIRING
    page = await desk.answers.alerts(GetAlerts(subject=BTC))
    assert page.alerts == (desk.alert,)
    desk.price(99)
    assert (await desk.answers.alerts(GetAlerts(only_active=True))).alerts == ()
    assert [one.state for one in (await desk.answers.alerts(GetAlerts())).alerts] == [AlertState.RESOLVED]


async def test_an_alert_is_acknowledged_by_somebody_and_one_that_is_not_there_is_not() -> None:
    desk = Desk()
    desk.price(101)
    await desk.orders.acknowledge(AcknowledgeAlert(id=desk.alert.id, who="ops", why="looking"))

    assert desk.alert.state is AlertState.ACKNOWLEDGED
    assert (desk.alert.history[-1].who, desk.alert.history[-1].why) == ("ops", "looking")
    with pytest.raises(UnknownAlert):
        await desk.orders.acknowledge(AcknowledgeAlert(id="nobody"))
    with pytest.raises(BadRequest, match="why"):
        await desk.orders.acknowledge(AcknowledgeAlert(id=desk.alert.id, why="x" * 501))


async def test_a_silence_quiets_and_ends_and_says_who_did_both() -> None:
    desk = Desk()
    until_ms = desk.clock.now_ms() + 60_000
    made = await desk.orders.save_silence(SaveSilence(subject="crypto:*", until_ms=until_ms, who="ops"))
    desk.price(101)
    assert (desk.alert.state, desk.told) == (AlertState.SILENCED, [])
    assert (await desk.answers.silences(GetSilences())).silences == (made,)

    await desk.orders.remove_silence(RemoveSilence(id=made.id, who="night"))
    assert desk.alert.state is AlertState.FIRING
    assert len(desk.told) == 1
    assert (await desk.answers.silences(GetSilences())).silences == ()
    (over,) = (await desk.answers.silences(GetSilences(also_over=True))).silences
    assert (over.who, over.comment) == ("ops", "ended by night")
    with pytest.raises(UnknownSilence):
        await desk.orders.remove_silence(RemoveSilence(id=made.id))


async def test_silences_are_bounded_in_time_length_and_number() -> None:
    desk = Desk()
    now_ms = desk.clock.now_ms()
    for bad in (
        SaveSilence(until_ms=now_ms),
        SaveSilence(until_ms=now_ms + LONGEST_SILENCE_MS + 1),
        SaveSilence(until_ms=now_ms + 1, rule="x" * 101),
        SaveSilence(until_ms=now_ms + 1, comment="\x1b[2J"),
    ):
        with pytest.raises(BadRequest):
            await desk.orders.save_silence(bad)
    for number in range(MOST_SILENCES):
        await desk.orders.save_silence(SaveSilence(id=f"s{number}", until_ms=now_ms + 1000))
    with pytest.raises(BadRequest, match="the most"):
        await desk.orders.save_silence(SaveSilence(until_ms=now_ms + 1000))
    await desk.orders.save_silence(SaveSilence(id="s3", until_ms=now_ms + 2000))


async def test_a_rule_is_saved_goes_before_the_configured_one_and_is_removed() -> None:
    desk = Desk()
    desk.price(150)
    higher = AlertRule(id="high", condition="crypto:BTC price > 200")
    await desk.orders.save_rule(SaveAlertRule(rule=higher))
    assert not desk.state.alert.active
    origins = {one.rule.id: one.origin for one in (await desk.orders.rules(GetAlertRules())).rules}
    assert (origins["high"], origins["memory"]) == (RuleOrigin.SAVED, RuleOrigin.BUILT_IN)

    await desk.orders.remove_rule(RemoveAlertRule(id="high"))
    assert desk.alert.rule == "high"
    assert desk.remembered == [higher, RuleRemoved(id="high")]
    with pytest.raises(BadRequest, match="disable it"):
        await desk.orders.remove_rule(RemoveAlertRule(id="high"))
    with pytest.raises(UnknownAlertRule):
        await desk.orders.remove_rule(RemoveAlertRule(id="nobody"))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (AlertRule(id="x", condition="prise > 3"), "condition: at character 1.*price"),
        (AlertRule(id="x", condition="crypto:BTX price > 3"), "no instrument crypto:BTX.*crypto:BTC"),
        (AlertRule(id="../x", condition="price > 3"), "id: "),
        (AlertRule(id="x", condition="price > 3", for_ms=-1), "for_ms: "),
        (AlertRule(id="x", condition="price > 3", hysteresis=float("nan")), "hysteresis: "),
        (AlertRule(id="x", condition="price > 3", instruments=("*",) * 101), "instruments: "),
        (AlertRule(id="x", condition="price > 3", message="x" * 201), "message: "),
        (AlertRule(id="x"), "condition: is missing"),
    ],
)
async def test_a_bad_rule_is_refused_with_the_field_and_the_reason(rule: AlertRule, words: str) -> None:
    desk = Desk()
    with pytest.raises(BadRequest, match=words):
        await desk.orders.save_rule(SaveAlertRule(rule=rule))
    assert not desk.remembered


async def test_a_built_in_rule_can_be_switched_off_by_its_id_alone() -> None:
    desk = Desk()
    await desk.orders.save_rule(SaveAlertRule(rule=AlertRule(id="memory", enabled=False)))
    (memory,) = (one.rule for one in desk.monitor.rules if one.rule.id == "memory")
    assert (memory.enabled, memory.condition) == (False, "memory > 500 MB")


async def test_a_new_run_goes_on_with_what_fired_and_tells_it_to_nobody_again() -> None:
    before = Desk()
    before.price(101)
    left = await MemoryHistory(before.stored).alert_memory(before.clock.now_ms())
    after = Desk(left)
    after.price(102)

    assert after.alert.id == before.alert.id
    assert after.told == []


async def test_an_alert_that_stands_on_a_later_page_does_not_stand_on_the_first_too() -> None:
    desk = Desk()
    desk.price(101)
    desk.stored.alerts.keep(an_alert(id=f"later-{n}", state=AlertState.RESOLVED) for n in range(3))

    first = await desk.answers.alerts(GetAlerts(limit=2))
    second = await desk.answers.alerts(GetAlerts(limit=2, cursor=first.next_cursor))

    assert [one.id for one in (*first.alerts, *second.alerts)] == [
        "later-2", "later-1", "later-0", desk.alert.id,
    ]  # fmt: skip
