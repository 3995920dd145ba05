"""Alerts go to every channel that wants them, or to none where they are muted."""

from random import Random

import pytest
from msgspec.structs import replace

from rtp_tui.assemble.notifying import channel_policy, classify
from rtp_tui.model.alerts import Notification, NotificationKind, Severity
from rtp_tui.model.notifications import Mute
from rtp_tui.notify.notifier import Notifier
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.post import Post, PostWorld
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.resilience.guard import Guard
from tests.factories import NOW_MS, a_delivery, a_message, an_alert
from tests.fake_channel import FakeChannel
from tests.fakes import FakeClock

FIRED = Notification(key="fired-a1", kind=NotificationKind.FIRED, at_ms=NOW_MS, alert=an_alert())


class Desk:
    def __init__(self, **channels: ChannelSettings) -> None:
        self.clock = FakeClock()
        self.mutes: list[Mute] = []
        world = PostWorld(
            clock=self.clock,
            keep=lambda _delivery: None,
            announce=lambda _status: None,
            seq=lambda: 0,
            committed=lambda: 0,
        )
        posts = [self._post(name, settings, world) for name, settings in channels.items()]
        self.notifier = Notifier(posts, self.clock, self.mutes.append, "prod")

    def _post(self, name: str, settings: ChannelSettings, world: PostWorld) -> Post:
        guard = Guard(
            f"notify/{name}", channel_policy(settings), self.clock, lambda _s: None, classify, Random(1)
        )
        outbox = Outbox(name, NotificationSettings(), lambda: 1.0)
        return Post(FakeChannel(name), "webhook", settings, outbox, guard, world)

    def waiting(self) -> dict[str, int]:
        return {name: post.outbox.waiting for name, post in self.notifier.posts.items()}


def test_an_alert_goes_to_every_channel_that_wants_it() -> None:
    desk = Desk(desk=ChannelSettings(), phone=ChannelSettings(severity=Severity.CRITICAL))
    desk.notifier.deliver(FIRED)
    desk.notifier.deliver(FIRED)

    assert desk.waiting() == {"desk": 1, "phone": 0}


def test_while_muted_no_alert_goes_anywhere_and_it_is_counted() -> None:
    desk = Desk(desk=ChannelSettings())
    desk.notifier.keep_mute(Mute(until_ms=desk.clock.now_ms() + 1_000, at_ms=0))
    desk.notifier.deliver(FIRED)

    assert desk.waiting() == {"desk": 0}
    assert desk.notifier.statuses()[0].muted == 1
    desk.clock.step(1.0)
    desk.notifier.deliver(FIRED)
    assert desk.waiting() == {"desk": 1}


def test_what_fired_while_muted_is_not_told_of_when_it_ends_either() -> None:
    desk = Desk(desk=ChannelSettings())
    desk.notifier.keep_mute(Mute(until_ms=desk.clock.now_ms() + 1_000, at_ms=0))
    desk.notifier.deliver(FIRED)
    desk.clock.step(1.0)
    over = Notification(key="resolved-a1", kind=NotificationKind.RESOLVED, at_ms=NOW_MS, alert=an_alert())
    desk.notifier.deliver(over)
    assert desk.waiting() == {"desk": 0}

    desk.notifier.deliver(replace(over, key="resolved-b2", alert=an_alert(id="b2")))

    assert desk.waiting() == {"desk": 1}


def test_a_mute_is_ended_by_one_that_is_over() -> None:
    desk = Desk(desk=ChannelSettings())
    desk.notifier.keep_mute(Mute(until_ms=desk.clock.now_ms() + 9_000, at_ms=0))
    desk.notifier.keep_mute(Mute(until_ms=0, at_ms=0))

    assert desk.notifier.mute is None
    assert len(desk.mutes) == 2


def test_a_message_to_one_channel_goes_there_whatever_is_muted() -> None:
    desk = Desk(desk=ChannelSettings(), other=ChannelSettings())
    desk.notifier.keep_mute(Mute(until_ms=desk.clock.now_ms() + 9_000, at_ms=0))
    desk.notifier.send("other", a_message(key="report"))

    assert desk.waiting() == {"desk": 0, "other": 1}
    with pytest.raises(LookupError):
        desk.notifier.send("nobody", a_message())


def test_a_new_run_goes_on_with_what_each_channel_had_and_with_the_mute() -> None:
    desk = Desk(slack=ChannelSettings())
    mute = Mute(until_ms=desk.clock.now_ms() + 9_000, at_ms=0)
    desk.notifier.restore([a_delivery(), a_delivery(channel="gone")], mute)

    assert desk.waiting() == {"slack": 1}
    assert desk.notifier.mute == mute
