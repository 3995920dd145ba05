"""The alerts' state machine, told values and the time."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.model.alerts import Alert, AlertRule, AlertState, Notification, NotificationKind, Silence
from rtp_tui.monitoring.alerts.book import ABSENT_MS, MOST_STANDINGS, SETTLING_MS, AlertBook
from rtp_tui.monitoring.alerts.rules import Rule, Rules, understood
from tests.factories import BTC, NOW_MS, a_silence

FIRED, RESOLVED = NotificationKind.FIRED, NotificationKind.RESOLVED


class Desk:
    """A book, a rule on prices, and the time."""

    def __init__(self, *specs: AlertRule) -> None:
        self.rules = Rules(specs or (a_rule(),))
        self.book = AlertBook()
        self.now_ms = NOW_MS
        self.values: dict[tuple[str, str], float] = {}
        self.told: list[Notification] = []
        self.changes: list[Alert] = []

    def see(
        self, value: float, *, after_s: float = 1, subject: str = BTC, rule: str = "high", feed: str = ""
    ) -> None:
        """A value after a while, during which time has its effect once a second."""
        self.wait(after_s)
        self.values[rule, subject] = value
        self.book.note(self.rules.by_id[rule], subject, value, feed, self.now_ms)
        self._collect()

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.now_ms += 1000
            self.book.sweep(self.value_of, self.now_ms)
            self._collect()
        self.now_ms += round(seconds % 1 * 1000)

    def value_of(self, rule: Rule, subject: str) -> float | None:
        return self.values.get((rule.id, subject))

    @property
    def state(self) -> AlertState | None:
        return self.book.alerts[0].state if self.book.alerts else None

    @property
    def kinds(self) -> list[NotificationKind]:
        return [one.kind for one in self.told]

    def _collect(self) -> None:
        self.told += self.book.take_notifications(self.now_ms)
        self.changes += self.book.take_changes()


def a_rule(**changes: object) -> AlertRule:
    values = {"id": "high", "condition": "price > 100", "cool_down_ms": 0, **changes}
    return AlertRule(**values)  # type: ignore[arg-type]


def test_a_condition_that_holds_fires_once_and_is_resolved_once() -> None:
    desk = Desk()
    for value in (99, 101, 102, 103, 99, 98):
        desk.see(value)
    desk.wait(12)

    assert desk.kinds == [FIRED, RESOLVED]
    assert next(one.state for one in desk.changes if one.is_firing) is AlertState.FIRING
    assert desk.state is None
    assert desk.told[0].key != desk.told[1].key
    assert {one.alert.id for one in desk.told} == {desk.changes[0].id}


def test_it_is_pending_until_it_has_held_for_its_time() -> None:
    desk = Desk(a_rule(for_ms=10_000))
    desk.see(101)
    desk.wait(9)
    assert (desk.state, desk.kinds) == (AlertState.PENDING, [])
    desk.wait(2)
    assert (desk.state, desk.kinds) == (AlertState.FIRING, [FIRED])


def test_what_was_over_before_its_time_tells_nobody() -> None:
    desk = Desk(a_rule(for_ms=10_000))
    desk.see(101)
    desk.wait(5)
    desk.see(99)
    desk.wait(20)

    assert (desk.state, desk.kinds) == (None, [])
    assert [one.state for one in desk.changes] == [AlertState.PENDING, AlertState.RESOLVED]


def test_it_does_not_fire_again_before_it_has_cooled_down() -> None:
    desk = Desk(a_rule(cool_down_ms=60_000))
    desk.see(101)
    desk.see(99)
    desk.see(101, after_s=20)
    assert (desk.state, desk.kinds) == (AlertState.PENDING, [FIRED, RESOLVED])
    desk.wait(61)
    assert (desk.state, desk.kinds) == (AlertState.FIRING, [FIRED, RESOLVED, FIRED])


def test_what_flaps_is_told_a_few_times_and_stays_as_it_is_until_there_is_calm() -> None:
    desk = Desk(a_rule(cool_down_ms=30_000))
    for number in range(200):
        desk.see(101 if number % 2 == 0 else 99, after_s=2)

    assert len(desk.told) <= 4
    assert desk.state is AlertState.FIRING
    assert desk.book.alerts[0].flapping
    desk.wait(700)
    assert not desk.book.alerts
    assert desk.kinds[-1] is RESOLVED


def test_who_acknowledges_is_written_down_and_the_end_is_still_told() -> None:
    desk = Desk()
    desk.see(101)
    alert = desk.book.acknowledge(desk.book.alerts[0].id, "ops", "looking", desk.now_ms)

    assert (alert.state, alert.history[-1].who, alert.history[-1].why) == (
        AlertState.ACKNOWLEDGED,
        "ops",
        "looking",
    )
    desk.wait(30)
    assert desk.state is AlertState.ACKNOWLEDGED
    desk.see(99)
    assert desk.kinds == [FIRED, RESOLVED]


def test_a_silenced_alert_tells_nobody_until_the_silence_is_over() -> None:
    desk = Desk()
    desk.book.keep_quiet(a_silence(until_ms=NOW_MS + 60_000), NOW_MS)
    desk.see(101)
    desk.wait(30)
    assert (desk.state, desk.kinds) == (AlertState.SILENCED, [])
    desk.wait(31)
    assert (desk.state, desk.kinds) == (AlertState.FIRING, [FIRED])


def test_a_silence_that_begins_later_quiets_the_end_too() -> None:
    desk = Desk()
    desk.see(101)
    desk.book.keep_quiet(a_silence(until_ms=desk.now_ms + 600_000), desk.now_ms)
    assert desk.state is AlertState.SILENCED
    desk.see(99, after_s=20)
    desk.wait(20)
    assert desk.kinds == [FIRED]


def test_alerts_of_one_rule_that_fire_together_are_told_together() -> None:
    desk = Desk()
    for number in range(20):
        desk.see(101, after_s=0, subject=f"crypto:C{number}")
    desk.wait(11)

    assert desk.kinds == [FIRED, FIRED]
    assert len(desk.told[1].others) == 18


def test_what_a_dead_feed_explains_is_held_back_while_it_is_dead() -> None:
    desk = Desk(
        AlertRule(id="late", condition="data_age > 5m", cool_down_ms=0),
        AlertRule(id="dead", condition="stream_down > 10s", cool_down_ms=0),
    )
    desk.see(11, rule="dead", subject="binance")
    desk.see(301, rule="late", feed="binance")
    desk.see(301, rule="late", subject="crypto:ETH", feed="kraken", after_s=0)
    desk.wait(5)

    held = {one.subject: (one.state, one.inhibited_by) for one in desk.book.alerts if one.rule == "late"}
    assert held == {BTC: (AlertState.PENDING, "dead"), "crypto:ETH": (AlertState.FIRING, "")}
    desk.see(0, rule="dead", subject="binance")
    desk.wait(2)
    assert {one.state for one in desk.book.alerts} == {AlertState.FIRING}


def test_a_restart_neither_fires_again_nor_forgets_what_was_not_told() -> None:
    before = Desk()
    before.see(101)
    (alert,) = before.book.alerts
    after = Desk()
    after.now_ms = before.now_ms + 5_000
    after.book.restore((alert,), (), after.rules, after.now_ms)
    after.see(102)
    after.wait(SETTLING_MS / 1000)
    assert (after.state, after.kinds, after.book.alerts[0].id) == (AlertState.FIRING, [], alert.id)
    after.see(99)
    assert after.kinds == [RESOLVED]

    untold = Desk()
    from_crash = Alert(
        **{name: getattr(alert, name) for name in alert.__struct_fields__ if name != "notified_ms"}
    )
    untold.book.restore((from_crash,), (), untold.rules, untold.now_ms)
    untold.wait(1)
    assert [one.key for one in untold.told] == [before.told[0].key]


def test_cooling_down_outlasts_a_restart() -> None:
    before = Desk(a_rule(cool_down_ms=600_000))
    before.see(101)
    before.see(99)
    after = Desk(a_rule(cool_down_ms=600_000))
    after.now_ms = before.now_ms
    after.book.restore(before.changes[-1:], (), after.rules, after.now_ms)
    after.see(101)
    assert (after.state, after.kinds) == (AlertState.PENDING, [])


def test_what_is_measured_no_more_is_resolved() -> None:
    desk = Desk()
    desk.see(101)
    desk.values.clear()
    desk.wait(ABSENT_MS / 1000 + 1)
    assert (desk.state, desk.changes[-1].history[-1].why) == (None, "it is not measured any more")


def test_a_rule_that_is_removed_takes_its_alerts_with_it() -> None:
    desk = Desk()
    desk.see(101)
    desk.book.use(Rules(()), desk.now_ms)
    assert (desk.state, desk.book.take_changes()[-1].state) == (None, AlertState.RESOLVED)


def test_there_is_a_bound_and_what_is_beyond_is_counted() -> None:
    desk = Desk()
    for number in range(MOST_STANDINGS + 3):
        desk.book.note(desk.rules.by_id["high"], f"crypto:C{number}", 101, "", NOW_MS)
    assert desk.book.untracked == 3


STEPS = st.lists(
    st.tuples(st.sampled_from([90.0, 99.0, 101.0, 110.0]), st.integers(0, 40), st.integers(0, 9)), max_size=60
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from([0, 5_000, 30_000]), st.sampled_from([0, 60_000]), st.sampled_from([0.0, 5.0]))
def test_whatever_happens_every_alert_fires_once_and_ends_at_most_once(
    steps: Sequence[tuple[float, int, int]], for_ms: int, cool_down_ms: int, hysteresis: float
) -> None:
    desk = Desk(a_rule(for_ms=for_ms, cool_down_ms=cool_down_ms, hysteresis=hysteresis))
    for value, after_s, what in steps:
        desk.see(value, after_s=after_s)
        if what == 0:
            silence = Silence(id="s", until_ms=desk.now_ms + 20_000, created_ms=desk.now_ms)
            desk.book.keep_quiet(silence, desk.now_ms)
        if what == 1 and desk.state is AlertState.FIRING:
            desk.book.acknowledge(desk.book.alerts[0].id, "ops", "", desk.now_ms)

    fired = [alert.id for one in desk.told if one.kind is FIRED for alert in (one.alert, *one.others)]
    ended = [alert.id for one in desk.told if one.kind is RESOLVED for alert in (one.alert, *one.others)]
    assert len(fired) == len(set(fired))
    assert len(ended) == len(set(ended))
    assert set(ended) <= set(fired)
    for alert in desk.changes:
        if alert.fired_ms is not None:
            assert alert.fired_ms - alert.since_ms >= for_ms


@pytest.mark.parametrize("set_by_ms", [3_600_000, -3_600_000])
def test_where_the_clock_was_set_a_condition_has_held_for_no_longer_and_no_less(set_by_ms: int) -> None:
    book = AlertBook()
    rule = understood(AlertRule(id="slow", condition="crypto:BTC price > 100", for_ms=60_000))
    book.note(rule, BTC, 101.0, "binance", NOW_MS)
    now_ms = NOW_MS + 30_000 + set_by_ms
    book.follow_clock(set_by_ms)
    book.sweep(lambda *_: 101.0, now_ms)
    assert [alert.is_firing for alert in book.alerts] == [False]
    book.sweep(lambda *_: 101.0, now_ms + 31_000)
    assert [alert.is_firing for alert in book.alerts] == [True]
