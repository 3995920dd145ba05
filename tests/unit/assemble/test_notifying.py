"""Channels of the configuration become posts of their kind; switched off there are none."""

from contextlib import AsyncExitStack
from random import Random

import pytest

from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.notifying import (
    Notifying,
    carry_out_notification_orders,
    deliver_by,
    notifying,
    send_by,
)
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.feeds.classify import classify
from rtp_tui.model.commands import MuteNotifications, TestChannel
from rtp_tui.model.errors import Unavailable
from rtp_tui.model.notifications import ChannelState
from rtp_tui.model.queries import GetChannels
from rtp_tui.notify.apprise_channel import AppriseChannel
from rtp_tui.notify.email_channel import EmailChannel
from rtp_tui.notify.log_channel import LogChannel
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.notify.slack import SlackChannel
from rtp_tui.notify.webhook import WebhookChannel
from rtp_tui.resilience.guards import Guards
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.an_engine import AnEngine
from tests.factories import a_delivery, a_message, a_mute
from tests.fakes import FakeClock

CHANNELS = {
    "email": ChannelSettings(username="env:USER", recipients=("a@example.com",)),
    "slack": ChannelSettings(url="env:URL"),
    "hook": ChannelSettings(kind="webhook", url="https://ops.example/x"),
    "phone": ChannelSettings(kind="apprise", url="env:URL"),
    "log": ChannelSettings(),
    "off": ChannelSettings(kind="log", enabled=False),
    "bare": ChannelSettings(kind="slack"),
}


async def assembled(settings: Settings, memory: Memory | None = None) -> Notifying | None:
    clock = FakeClock()
    pipeline = AnEngine(clock).pipeline
    guards = Guards(clock, pipeline.announce, classify, Random(1), {})
    async with AsyncExitStack() as stack:
        history = MemoryHistory(memory or Memory())
        ground = Ground(settings, pipeline, history, TradingCalendar({}), clock)
        return await notifying(ground, guards, stack)


async def test_every_enabled_channel_is_one_of_its_kind() -> None:
    told = await assembled(
        Settings(channels=CHANNELS, notifications=NotificationSettings(heartbeat_url="env:URL"))
    )
    assert told is not None
    posts = told.notifier.posts

    assert {name: type(post.channel) for name, post in posts.items()} == {
        "email": EmailChannel,
        "slack": SlackChannel,
        "hook": WebhookChannel,
        "phone": AppriseChannel,
        "log": LogChannel,
        "bare": SlackChannel,
    }
    assert posts["bare"].status().state is ChannelState.UNUSABLE
    assert told.heartbeat is not None


async def test_a_new_run_goes_on_where_the_one_before_ended() -> None:
    memory = Memory()
    memory.alerts.keep([a_delivery(channel="log"), a_mute(until_ms=2**50)])
    told = await assembled(Settings(channels=CHANNELS), memory)
    assert told is not None

    assert told.notifier.posts["log"].outbox.waiting == 1
    assert told.notifier.mute is not None


async def test_switched_off_nobody_is_told_and_orders_are_refused() -> None:
    told = await assembled(Settings(channels=CHANNELS, features=FeatureSettings(notifications=False)))
    handlers = Handlers()
    carry_out_notification_orders(handlers, told, FakeClock())

    assert told is None
    assert (await handlers.run(GetChannels())).channels == ()
    for order in (TestChannel(channel="log"), MuteNotifications(until_ms=1)):
        with pytest.raises(Unavailable, match="switched off"):
            await handlers.run(order)
    with pytest.raises(LookupError):
        send_by(told)("log", a_message())


async def test_alerts_and_reports_go_through_the_same_channels() -> None:
    told = await assembled(Settings(channels=CHANNELS))
    assert told is not None
    send_by(told)("log", a_message(key="report"))

    assert deliver_by(told) == told.notifier.deliver
    assert told.notifier.posts["log"].outbox.waiting == 1
