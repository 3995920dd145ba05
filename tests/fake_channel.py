"""A channel of our own, for tests: does what it is told to."""

import asyncio
from collections import deque
from random import Random

from rtp_tui.assemble.notifying import Notifying, channel_policy, classify
from rtp_tui.clock import Clock
from rtp_tui.model.notifications import Message
from rtp_tui.notify.notifier import Notifier
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.post import Post, PostWorld
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.guard import Guard


class FakeChannel:
    """Raises what stands next in `script`, and carries everything once that is empty."""

    def __init__(self, name: str = "slack") -> None:
        self.name = name
        self.carried: list[Message] = []
        self.attempts = 0
        self.script: deque[Exception] = deque()
        self.hangs = False

    async def send(self, message: Message) -> None:
        self.attempts += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.script:
            raise self.script.popleft()
        self.carried.append(message)


def notifying_by(channel: FakeChannel, pipeline: Pipeline, clock: Clock) -> Notifying:
    """A notifier with this one channel."""
    settings = ChannelSettings(timeout_ms=2_000)
    guard = Guard(
        f"notify/{channel.name}", channel_policy(settings), clock, pipeline.announce, classify, Random(1)
    )
    world = PostWorld(
        clock=clock,
        keep=pipeline.recorder.add_alert_record,
        announce=pipeline.announce,
        seq=lambda: pipeline.state.seq,
        committed=lambda: pipeline.committed_seq,
    )
    outbox = Outbox(channel.name, NotificationSettings(), lambda: 1.0)
    post = Post(channel, "webhook", settings, outbox, guard, world)
    return Notifying(notifier=Notifier([post], clock, pipeline.keep_mute))
