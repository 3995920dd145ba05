"""One channel being run: stored first, sent once, tried again, never in the way of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from msgspec.structs import replace

from rtp_tui.assemble.notifying import channel_policy, classify
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Delivery, DeliveryState
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.notify.outbox import Outbox
from rtp_tui.notify.post import COMMIT_PATIENCE_S, Post, PostWorld
from rtp_tui.notify.settings import ChannelSettings, NotificationSettings
from rtp_tui.resilience.guard import Guard
from tests.factories import a_delivery, a_message
from tests.fake_channel import FakeChannel
from tests.fakes import FakeClock, settle

BUSY = ChannelFailed("answers 500", is_retryable=True)
GONE = ChannelFailed("answers 404", is_retryable=False)


class Desk:
    """A post, and a store that is durable when the test says so."""

    def __init__(self, settings: ChannelSettings | None = None) -> None:
        self.clock = FakeClock()
        self.channel = FakeChannel()
        self.kept: list[Delivery] = []
        self.told: list[ChannelStatus] = []
        self.seq = 0
        self.committed = 0
        self.commits_at_once = True
        used = settings or ChannelSettings(timeout_ms=2_000)
        self.guard = Guard(
            "notify/slack", channel_policy(used), self.clock, lambda _status: None, classify, Random(1)
        )
        outbox = Outbox("slack", NotificationSettings(max_attempts=4), lambda: 1.0)
        world = PostWorld(
            clock=self.clock,
            keep=self.kept.append,
            announce=self._announce,
            seq=lambda: self.seq,
            committed=lambda: self.committed,
        )
        self.post = Post(self.channel, "slack", used, outbox, self.guard, world)

    def _announce(self, status: ChannelStatus) -> None:
        self.seq += 1
        self.told.append(status)
        if self.commits_at_once:
            self.committed = self.seq

    @property
    def carried(self) -> list[str]:
        return [message.key for message in self.channel.carried]


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.post.run())
        await settle()
        yield desk
        task.cancel()


async def test_what_is_put_is_sent_and_stored_as_sent() -> None:
    async with running(Desk()) as desk:
        desk.post.put(a_message())
        await settle()

        assert desk.carried == ["fired-a1"]
        assert [one.state for one in desk.kept] == [DeliveryState.WAITING, DeliveryState.SENT]
        assert (desk.told[-1].sent, desk.told[-1].waiting, desk.told[-1].state) == (1, 0, ChannelState.READY)


async def test_nothing_is_sent_before_it_is_durable() -> None:
    desk = Desk()
    desk.commits_at_once = False
    async with running(desk):
        desk.post.put(a_message())
        await desk.clock.advance(1.0)
        assert desk.carried == []

        desk.committed = desk.seq
        await desk.clock.advance(0.05)

        assert desk.carried == ["fired-a1"]


async def test_the_next_one_goes_only_once_it_is_durable_that_the_last_one_went() -> None:
    desk = Desk()
    async with running(desk):
        desk.commits_at_once = False
        desk.post.put(a_message(key="a"))
        desk.post.put(a_message(key="b"))
        desk.committed = desk.seq
        await desk.clock.advance(1.0)
        assert desk.carried == ["a"]

        desk.committed = desk.seq
        await desk.clock.advance(0.05)

        assert desk.carried == ["a", "b"]


async def test_people_are_told_in_the_end_also_where_the_store_takes_nothing() -> None:
    desk = Desk()
    desk.commits_at_once = False
    async with running(desk):
        desk.post.put(a_message(key="a"))
        await desk.clock.advance(COMMIT_PATIENCE_S + 0.1)
        assert desk.carried == ["a"]

        desk.post.put(a_message(key="b"))
        await desk.clock.advance(0.1)

        assert desk.carried == ["a", "b"]


async def test_what_failed_is_tried_again_after_a_pause_and_shown_meanwhile() -> None:
    async with running(Desk()) as desk:
        desk.channel.script.append(BUSY)
        desk.post.put(a_message())
        await settle()
        told = desk.told[-1]
        assert (told.state, told.failed, told.waiting, told.last_error) == (
            ChannelState.FAILING,
            1,
            1,
            "answers 500",
        )
        assert told.next_attempt_ms == desk.clock.now_ms() + 1_000

        await desk.clock.advance(1.1)

        assert desk.carried == ["fired-a1"]
        assert (desk.told[-1].state, desk.told[-1].last_error) == (ChannelState.READY, "")


async def test_a_retry_after_is_obeyed() -> None:
    async with running(Desk()) as desk:
        desk.channel.script.append(ChannelFailed("answers 429", is_retryable=True, retry_after_s=20.0))
        desk.post.put(a_message())
        await desk.clock.advance(19.0)
        assert desk.channel.attempts == 1

        await desk.clock.advance(8.0)

        assert desk.carried == ["fired-a1"]


async def test_what_cannot_be_sent_is_put_aside_and_the_next_one_goes() -> None:
    async with running(Desk()) as desk:
        desk.channel.script.append(GONE)
        desk.post.put(a_message(key="a"))
        desk.post.put(a_message(key="b"))
        await settle()
        assert desk.carried == ["b"]
        assert [letter.key for letter in desk.post.outbox.dead] == ["a"]
        assert desk.told[-1].dead == 1

        assert desk.post.retry_dead() == 1
        await settle()

        assert desk.carried == ["b", "a"]


async def test_a_bug_of_a_channel_costs_it_one_message() -> None:
    async with running(Desk()) as desk:
        desk.channel.script.append(KeyError("price"))
        desk.post.put(a_message(key="a"))
        desk.post.put(a_message(key="b"))
        await settle()

        assert desk.carried == ["b"]
        assert desk.post.outbox.dead[0].error == "KeyError: 'price'"


async def test_a_channel_that_hangs_is_given_up_and_tried_again() -> None:
    async with running(Desk()) as desk:
        desk.channel.hangs = True
        desk.post.put(a_message())
        await desk.clock.advance(2.1)
        assert desk.told[-1].last_error == "no end within 2 s"
        desk.channel.hangs = False

        await desk.clock.advance(1.1)

        assert desk.carried == ["fired-a1"]


async def test_an_open_breaker_keeps_it_from_trying_in_vain_without_using_up_attempts() -> None:
    async with running(Desk()) as desk:
        desk.channel.script.extend([BUSY] * 3)
        desk.post.put(a_message())
        await desk.clock.advance(8.0)
        assert desk.guard.breaker.state is BreakerState.OPEN
        assert desk.channel.attempts == 3
        await desk.clock.advance(15.0)
        assert desk.channel.attempts == 3

        await desk.clock.advance(30.0)

        assert desk.carried == ["fired-a1"]
        assert desk.kept[-1].attempts == 4


async def test_a_new_run_sends_what_an_earlier_one_left_under_the_same_key() -> None:
    desk = Desk()
    desk.post.restore([a_delivery()])
    async with running(desk):
        assert desk.carried == ["fired-a1"]


async def test_a_channel_that_lacks_something_takes_nothing_and_says_what() -> None:
    desk = Desk()
    unusable = Post(
        desk.channel,
        "slack",
        ChannelSettings(),
        desk.post.outbox,
        desk.guard,
        PostWorld(
            clock=desk.clock,
            keep=desk.kept.append,
            announce=desk.told.append,
            seq=lambda: 0,
            committed=lambda: 0,
        ),
        fault="url is missing",
    )

    assert not unusable.takes(a_message(), is_resolved=False)
    assert (unusable.status().state, unusable.status().last_error) == (
        ChannelState.UNUSABLE,
        "url is missing",
    )


async def test_what_is_less_urgent_or_over_does_not_go_where_that_is_not_wanted() -> None:
    desk = Desk(replace(ChannelSettings(), severity="critical", tells_resolved=False))
    critical = replace(a_message(), severity="critical")

    assert not desk.post.takes(a_message(), is_resolved=False)
    assert not desk.post.takes(critical, is_resolved=True)
    assert desk.post.takes(critical, is_resolved=False)
