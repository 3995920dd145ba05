"""What is said by itself of alerts: once, together, and never in a storm."""

from rtp_tui.model.alerts import Alert, AlertState, Severity
from rtp_tui.model.commands import MuteNotifications
from rtp_tui.model.events import Batch, Event
from rtp_tui.model.notifications import Mute
from rtp_tui.tui.alarms import GATHERED_FOR_S, TOLD_EVERY_S, Alarms, Toast, toast_of
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, an_alert
from tests.tui.running_console import running_console

SOON = GATHERED_FOR_S


def some(count: int, severity: Severity = Severity.WARNING) -> list[Alert]:
    return [
        an_alert(id=f"a{n}", rule=f"rule-{n}", subject=f"crypto:C{n}", severity=severity)
        for n in range(count)
    ]


def noted(*alerts: Alert, before: Alert | None = None) -> Alarms:
    alarms = Alarms()
    for alert in alerts:
        alarms.note(alert, before, 0.0)
    return alarms


def test_one_alert_is_told_in_its_own_words_and_once() -> None:
    alarms = noted(an_alert(severity=Severity.CRITICAL))
    assert alarms.due(SOON / 2) is None
    assert alarms.due(SOON) == Toast("critical: crypto:BTC moved 2.5 % within a minute", Severity.CRITICAL)
    assert alarms.due(100.0) is None


def test_many_at_once_are_one_toast_that_names_the_gravest() -> None:
    alarms = noted(*some(6), an_alert(id="x", rule="disk-out", subject="", severity=Severity.CRITICAL))
    words = "7 alerts fire: disk-out, rule-0 crypto:C0, rule-1 crypto:C1 and 4 more"
    assert alarms.due(SOON) == Toast(words, Severity.CRITICAL)


def test_a_storm_is_a_toast_every_few_seconds_and_what_is_kept_is_bounded() -> None:
    alarms = noted(*some(1))
    assert alarms.due(SOON) is not None
    for alert in some(1_000)[1:]:
        alarms.note(alert, None, 1.0)
    assert alarms.due(TOLD_EVERY_S) is None
    told = alarms.due(SOON + TOLD_EVERY_S)
    assert told is not None
    assert told.words.startswith("999 alerts fire")
    assert told.words.endswith("and 996 more")


def test_what_waits_is_known_or_is_silenced_is_not_told() -> None:
    quiet = (AlertState.PENDING, AlertState.ACKNOWLEDGED, AlertState.SILENCED, AlertState.RESOLVED)
    assert noted(*(an_alert(id=state.value, state=state) for state in quiet)).due(100.0) is None
    assert noted(an_alert(), before=an_alert()).due(100.0) is None
    assert noted(an_alert(), before=an_alert(state=AlertState.PENDING)).due(100.0) is not None


def test_what_was_over_before_it_was_told_is_not_told() -> None:
    assert noted(an_alert(), an_alert(state=AlertState.RESOLVED)).due(100.0) is None


def test_what_fires_while_muted_is_not_told_late() -> None:
    alarms = noted(an_alert())
    alarms.turn_mute()
    alarms.note(an_alert(id="a2"), None, 1.0)
    alarms.turn_mute()
    assert alarms.due(100.0) is None
    alarms.note(an_alert(id="a3"), None, 100.0)
    assert alarms.due(101.0) is not None


def test_more_than_could_be_kept_are_counted() -> None:
    assert toast_of(some(1), beyond=9).words == "10 alerts fire: rule-0 crypto:C0 and 9 more"


def test_a_follower_remembers_what_begins_to_fire() -> None:
    follower = Follower()
    follower.take(Batch(1, (Event(1, an_alert()),)), 0.0, NOW_MS)
    follower.take(Batch(2, (Event(2, an_alert(value=3.0)),)), 0.1, NOW_MS)
    told = follower.alarms.due(SOON)
    assert told is not None
    assert "2 alerts" not in told.words


async def test_a_toast_and_the_bell_tell_of_an_alert_in_safe_text() -> None:
    async with running_console() as console:
        rung: list[None] = []
        console.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        console.api.send(an_alert(message="\x1b]0;owned\x07[red]BTC[/] \u202efell"))
        await console.after(1.0)
        assert console.toasts == ["warning: [red]BTC[/] fell   ! shows alerts"]
        assert len(rung) == 1


async def test_a_muted_console_says_so_and_tells_nothing() -> None:
    async with running_console() as console:
        await console.press("B")
        assert "muted" in console.lines[0]
        console.api.send(an_alert())
        await console.after(1.0)
        assert [toast for toast in console.toasts if "BTC" in toast] == []
        assert "▲ 1 alert firing muted" in console.lines[0]
        await console.press("B")
        assert "muted" not in console.lines[0]


async def test_nothing_is_told_while_the_engine_is_muted() -> None:
    async with running_console() as console:
        console.api.send(Mute(until_ms=NOW_MS + 60_000, at_ms=NOW_MS, who="ops"), an_alert())
        await console.after(1.0)
        assert console.toasts == []
        assert "firing muted" in console.lines[0]


async def test_the_palette_mutes_all_after_asking_and_ends_that() -> None:
    async with running_console() as console:
        await console.choose("mute 1h night")
        await console.press("y")
        (order,) = console.api.orders
        assert isinstance(order, MuteNotifications)
        assert order.why == "night"
        await console.choose("unmute")
        assert isinstance(console.api.orders[-1], MuteNotifications)


async def test_where_notifications_are_switched_off_nothing_is_told() -> None:
    async with running_console(settings=ConsoleSettings(notifies=False)) as console:
        console.api.send(an_alert())
        await console.after(1.0)
        assert console.toasts == []
        assert "alert firing" in console.lines[0]
