"""What people read."""

from rtp_tui.model.alerts import AlertState, Notification, NotificationKind, Severity
from rtp_tui.notify.composing import as_one, message_of
from tests.factories import NOW_MS, a_message, an_alert


def test_the_subject_says_how_urgent_it_is_and_whose() -> None:
    told = Notification(key="k", kind=NotificationKind.FIRED, at_ms=NOW_MS, alert=an_alert())

    message = message_of(told, "prod@ldn")

    assert message.subject == f"[prod@ldn warning] {an_alert().message}"
    assert (message.key, message.severity, message.alerts) == ("k", Severity.WARNING, (an_alert(),))
    assert "rule " in message.text
    assert "id a1" in message.text


def test_several_alerts_are_told_as_urgently_as_the_most_urgent() -> None:
    worse = an_alert(id="b2", severity=Severity.CRITICAL, state=AlertState.RESOLVED, resolved_ms=NOW_MS)
    told = Notification(
        key="k", kind=NotificationKind.RESOLVED, at_ms=NOW_MS, alert=an_alert(), others=(worse,)
    )

    message = message_of(told)

    assert message.subject.startswith("[critical] resolved: ")
    assert message.subject.endswith("(and 1 more)")
    assert message.text.count("since ") == 2
    assert message.text.count("resolved ") == 1


def test_the_text_says_on_which_day_as_it_is_read_on_another() -> None:
    since_ms, resolved_ms = 1_795_305_598_000, 1_795_564_801_000
    over = an_alert(since_ms=since_ms, state=AlertState.RESOLVED, resolved_ms=resolved_ms)
    told = Notification(key="k", kind=NotificationKind.RESOLVED, at_ms=resolved_ms, alert=over)

    assert "since 2026-11-21 23:59:58 UTC, resolved 2026-11-25 00:00:01 UTC" in message_of(told).text


def test_what_a_name_hides_does_not_reach_a_header() -> None:
    hostile = an_alert(message="price\r\nBcc: all@example.com\x1b[31m")
    told = Notification(key="k", kind=NotificationKind.FIRED, at_ms=NOW_MS, alert=hostile)

    assert "\n" not in message_of(told).subject
    assert "\x1b" not in message_of(told).subject


def test_messages_become_one_under_the_key_of_the_first() -> None:
    one, other = a_message(key="a"), a_message(key="b", severity=Severity.CRITICAL, text="other words")

    joined = as_one((one, other))

    assert (joined.key, joined.severity) == ("a", Severity.CRITICAL)
    assert joined.subject.endswith("(and 1 more)")
    assert "other words" in joined.text
    assert as_one((one,)) == one
