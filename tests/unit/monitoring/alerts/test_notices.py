"""What is told together."""

from itertools import pairwise

from rtp_tui.model.alerts import Alert, AlertState, NotificationKind, Severity
from rtp_tui.monitoring.alerts.notices import LONGEST_MS, TOGETHER_MS, Notices
from tests.factories import NOW_MS

SECOND_MS = 1_000


def an_alert(subject: str, *, rule: str = "deviation", severity: Severity = Severity.WARNING) -> Alert:
    return Alert(
        id=f"{rule}-{subject}",
        rule=rule,
        subject=subject,
        state=AlertState.FIRING,
        severity=severity,
        message="",
        since_ms=NOW_MS,
        changed_ms=NOW_MS,
        value=2.0,
        threshold=1.0,
    )


def told(seconds: int, each_s: int, severity: Severity = Severity.WARNING) -> list[tuple[int, int]]:
    """When notifications come, and of how many alerts, where one more instrument fires every so often."""
    notices, found = Notices(), list[tuple[int, int]]()
    for second in range(seconds):
        if second % each_s == 0:
            notices.add(NotificationKind.FIRED, an_alert(f"stocks:S{second}", severity=severity))
        found += [(second, 1 + len(one.others)) for one in notices.take(NOW_MS + second * SECOND_MS)]
    return found


def test_a_rule_that_many_instruments_fire_is_told_ever_less_often_and_all_are_told() -> None:
    assert told(480, 2) == [(0, 1), (10, 5), (30, 10), (70, 20), (150, 40), (310, 80)]


def test_no_wait_is_longer_than_the_longest() -> None:
    times = [second for second, _ in told(4_000, 2)]
    assert max(later - earlier for earlier, later in pairwise(times)) == LONGEST_MS / 1000


def test_what_is_critical_waits_no_longer_than_at_first() -> None:
    times = [second for second, _ in told(120, 2, Severity.CRITICAL)]
    assert times == list(range(0, 120, TOGETHER_MS // 1000))


def test_what_comes_alone_is_told_at_once_however_often() -> None:
    assert told(300, 60) == [(second, 1) for second in range(0, 300, 60)]


def test_rules_do_not_wait_for_each_other_and_what_is_over_is_told_apart() -> None:
    notices = Notices()
    notices.add(NotificationKind.FIRED, an_alert("crypto:BTC"))
    notices.add(NotificationKind.FIRED, an_alert("crypto:BTC", rule="gap"))
    notices.add(NotificationKind.RESOLVED, an_alert("crypto:ETH"))
    assert len(notices.take(NOW_MS)) == 3


def test_what_nobody_was_told_of_yet_can_be_forgotten() -> None:
    notices = Notices()
    notices.add(NotificationKind.FIRED, an_alert("crypto:BTC"))
    assert notices.forget("deviation-crypto:BTC")
    assert notices.take(NOW_MS) == ()
    assert not notices.forget("deviation-crypto:BTC")
