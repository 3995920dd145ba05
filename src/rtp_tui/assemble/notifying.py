"""Channels of the configuration as posts, what they go on from, and who gives orders about them."""

import logging
import os
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from random import Random

from msgspec import Struct

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.notification_orders import NotificationOrders
from rtp_tui.assemble.alerting import deliver_to_nobody
from rtp_tui.assemble.ground import Ground
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import Command, MuteNotifications, RetryDeadLetters, TestChannel
from rtp_tui.model.errors import Unavailable
from rtp_tui.model.notifications import ChannelStatus, Message, NotificationMemory
from rtp_tui.model.queries import ChannelList, DeadLetters, GetChannels, GetDeadLetters
from rtp_tui.monitoring.alerts.monitor import Deliver
from rtp_tui.net.http import HttpClient
from rtp_tui.net.trust import tls_context
from rtp_tui.notify.apprise_channel import AppriseChannel
from rtp_tui.notify.channel import Channel, ChannelFailed
from rtp_tui.notify.heartbeat import Heartbeat
from rtp_tui.notify.log_channel import LogChannel
from rtp_tui.notify.notifier import Notifier
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.post import Post, PostWorld
from rtp_tui.notify.posting import Address, Reveal
from rtp_tui.notify.settings import ChannelKind, ChannelSettings, kind_of, lacks
from rtp_tui.notify.slack import SlackChannel
from rtp_tui.notify.webhook import WebhookChannel
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.guards import Guards
from rtp_tui.resilience.outcome import Outcome, Verdict
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.sources.secrets import Secrets
from rtp_tui.storage.contract import History, StoreUnusable

_log = logging.getLogger(__name__)

POLICY = "notifications"


class Notifying(Struct, frozen=True, kw_only=True):
    """The channels, and the heartbeat where one is configured."""

    notifier: Notifier
    heartbeat: Heartbeat | None = None


async def notifying(ground: Ground, guards: Guards, stack: AsyncExitStack) -> Notifying | None:
    """Every enabled channel, going on where an earlier run ended; None where they are switched off."""
    settings, pipeline, clock = ground.settings, ground.pipeline, ground.clock
    if not settings.features.notifications:
        return None
    reveal = Secrets(os.environ).reveal
    http = await _http(settings, clock, stack)
    world = PostWorld(
        clock=clock,
        keep=pipeline.recorder.add_alert_record,
        announce=pipeline.announce,
        seq=lambda: pipeline.state.seq,
        committed=lambda: pipeline.committed_seq,
    )
    rng = Random()
    posts = [
        _post(
            name,
            channel,
            settings,
            reveal,
            http,
            _adopted(guards, name, channel, pipeline, clock, rng),
            world,
            rng,
        )
        for name, channel in settings.channels.items()
        if channel.enabled
    ]
    notifier = Notifier(posts, clock, pipeline.keep_mute, settings.server.name)
    memory = await _memory(ground.history)
    notifier.restore(memory.deliveries, memory.mute)
    url = settings.notifications.heartbeat_url
    heartbeat = Heartbeat(url, reveal, http, clock, pipeline.announce) if url else None
    return Notifying(notifier=notifier, heartbeat=heartbeat)


def deliver_by(notifying: Notifying | None) -> Deliver:
    """Whom alerts are told through."""
    return deliver_to_nobody if notifying is None else notifying.notifier.deliver


def send_by(notifying: Notifying | None) -> Callable[[str, Message], None]:
    """How a message is sent to the channel of a name; LookupError is raised where there is no such channel."""

    def nowhere(channel: str, _message: Message) -> None:
        raise LookupError(channel)

    return nowhere if notifying is None else notifying.notifier.send


def add_notifying(supervisor: Supervisor, notifying: Notifying | None) -> None:
    """Give the supervisor a part for each channel, so that none keeps another waiting."""
    if notifying is None:
        return
    for name, post in notifying.notifier.posts.items():
        supervisor.add(f"channel {name}", post.run, after=("store",))
    if notifying.heartbeat is not None:
        supervisor.add("heartbeat", notifying.heartbeat.run)


def carry_out_notification_orders(handlers: Handlers, notifying: Notifying | None, clock: Clock) -> None:
    """Hand questions and orders about channels to those who know."""
    if notifying is None:
        handlers.answer(GetChannels, _no_channels)
        handlers.answer(GetDeadLetters, _no_letters)
        for kind in (TestChannel, RetryDeadLetters, MuteNotifications):
            handlers.carry_out(kind, _switched_off)
        return
    orders = NotificationOrders(notifying.notifier, clock, partial(_beside, notifying))
    handlers.answer(GetChannels, orders.channels)
    handlers.answer(GetDeadLetters, orders.dead_letters)
    handlers.carry_out(TestChannel, orders.test)
    handlers.carry_out(RetryDeadLetters, orders.retry)
    handlers.carry_out(MuteNotifications, orders.mute)


def classify(error: Exception) -> Outcome:
    """What a failure says of a channel; trying again is the outbox's business."""
    if isinstance(error, ChannelFailed):
        verdict = Verdict.FAILURE if error.is_retryable else Verdict.DENIED
        return Outcome(verdict, retry_after_s=error.retry_after_s)
    return Outcome(Verdict.FAILURE)


def _beside(notifying: Notifying) -> tuple[ChannelStatus, ...]:
    return () if notifying.heartbeat is None else (notifying.heartbeat.status,)


async def _http(settings: Settings, clock: Clock, stack: AsyncExitStack) -> HttpClient:
    """One client for all; opened only where somebody needs it, since reading certificates takes its time."""
    http = HttpClient(settings.net, clock, max_bytes=1_000_000, follows_redirects=False)
    kinds = {kind_of(name, one) for name, one in settings.channels.items() if one.enabled}
    if kinds & {"slack", "webhook"} or settings.notifications.heartbeat_url:
        await stack.enter_async_context(http)
    return http


def _post(
    name: str,
    channel: ChannelSettings,
    settings: Settings,
    reveal: Reveal,
    http: HttpClient,
    guard: Guard,
    world: PostWorld,
    rng: Random,
) -> Post:
    kind = kind_of(name, channel)
    return Post(
        _channel(name, kind, channel, settings, reveal, http, world.clock),
        kind,
        channel,
        Outbox(name, settings.notifications, rng.random),
        guard,
        world,
        fault=lacks(kind, channel),
    )


def _channel(
    name: str,
    kind: ChannelKind,
    channel: ChannelSettings,
    settings: Settings,
    reveal: Reveal,
    http: HttpClient,
    clock: Clock,
) -> Channel:
    address = Address(channel.url, channel.timeout_ms / 1000, reveal)
    match kind:
        case "email":
            from rtp_tui.notify.email_channel import EmailChannel  # heavy: mail, where it is configured

            return EmailChannel(name, channel, reveal, lambda: _trust(settings))
        case "slack":
            return SlackChannel(name, address, http, clock)
        case "webhook":
            return WebhookChannel(name, address, http, clock, channel.secret)
        case "apprise":
            return AppriseChannel(name, channel.url, channel.timeout_ms / 1000, reveal)
        case "log":
            return LogChannel(name)


def _adopted(
    guards: Guards, name: str, channel: ChannelSettings, pipeline: Pipeline, clock: Clock, rng: Random
) -> Guard:
    """The channel's guard, whose breaker stands among those of the providers."""
    guard = Guard(
        f"notify/{name}", channel_policy(channel), clock, pipeline.announce, classify, rng, policy_name=POLICY
    )
    guards.adopt(guard)
    return guard


def _trust(settings: Settings) -> ssl.SSLContext:
    return tls_context(settings.net) or ssl.create_default_context()


def channel_policy(channel: ChannelSettings) -> PolicySettings:
    """One attempt at a time; the outbox tries again, and the breaker keeps it from trying in vain."""
    return PolicySettings(
        window_calls=5,
        minimum_calls=3,
        slow_call_ms=channel.timeout_ms,
        probes=1,
        max_attempts=1,
        concurrency=1,
        attempt_timeout_ms=channel.timeout_ms,
    )


async def _memory(history: History) -> NotificationMemory:
    try:
        return await history.notification_memory()
    except StoreUnusable as error:
        _log.warning("notifications of earlier runs are not known: %s", error)
        return NotificationMemory()


async def _no_channels(_query: GetChannels) -> ChannelList:
    return ChannelList(channels=())


async def _no_letters(_query: GetDeadLetters) -> DeadLetters:
    return DeadLetters(letters=())


async def _switched_off(_order: Command[object]) -> object:
    raise Unavailable("notifications are switched off: features.notifications is false")
