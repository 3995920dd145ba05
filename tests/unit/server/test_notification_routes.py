"""`/channels` and `/mute`."""

from typing import Any

import pytest

from rtp_tui.model.commands import Done, MuteNotifications, RetryDeadLetters, TestChannel
from rtp_tui.model.errors import UnknownChannel
from rtp_tui.model.notifications import ChannelTest, DeliveryState
from rtp_tui.model.queries import ChannelList, DeadLetters, GetChannels, GetDeadLetters
from tests.factories import NOW_MS, a_channel, a_delivery, a_mute
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read


def an_engine() -> ScriptedPipeline:
    engine = ScriptedPipeline()
    dead = a_delivery(state=DeliveryState.DEAD, attempts=3, error="answers 404")
    answers: dict[type, Any] = {
        GetChannels: ChannelList(channels=(a_channel(), a_channel(name="email")), mute=a_mute()),
        GetDeadLetters: DeadLetters(letters=(dead,)),
        TestChannel: ChannelTest(channel="slack", ok=False, error="answers 500", took_ms=12),
        RetryDeadLetters: Done(message="slack: 1 letter is sent again"),
        MuteNotifications: a_mute(),
    }
    engine.answers.update(answers)
    return engine


async def test_channels_are_listed_with_the_mute() -> None:
    async with asking(an_engine()) as client:
        body = read(await client.get("/channels"))
        first = read(await client.get("/channels?limit=1"))

    assert [one["name"] for one in body["channels"]] == ["slack", "email"]
    assert body["mute"]["until_ms"] == NOW_MS + 3_600_000
    assert first["next_cursor"]


async def test_what_could_not_be_sent_is_listed_and_sent_again() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        [letter] = read(await client.get("/channels/slack/dead"))["letters"]
        done = read(await client.post("/channels/slack/retry"))

    assert (letter["key"], letter["attempts"], letter["error"]) == ("fired-a1", 3, "answers 404")
    assert done["message"] == "slack: 1 letter is sent again"
    assert engine.asked[-1] == RetryDeadLetters(channel="slack")


async def test_a_test_that_failed_is_an_answer_and_an_unknown_channel_is_not() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        reply = await client.post("/channels/slack/test")
        engine.answers[TestChannel] = UnknownChannel("no channel slak")
        unknown = await client.post("/channels/slak/test")

    assert (reply.status, read(reply)["ok"], read(reply)["error"]) == (200, False, "answers 500")
    assert (unknown.status, read(unknown)["code"]) == (404, "unknown_notification_channel")


async def test_alerts_are_muted_for_a_while_and_sent_again() -> None:
    engine = an_engine()
    async with asking(engine) as client:
        muted = await client.post("/mute", b'{"until_ms":99999999999999,"why":"work"}')
        ended = await client.delete("/mute")

    assert (muted.status, ended.status) == (200, 200)
    mute, unmute = [one for one in engine.asked if isinstance(one, MuteNotifications)]
    assert (mute.until_ms, mute.why, bool(mute.who)) == (99999999999999, "work", True)
    assert unmute.until_ms == 0


@pytest.mark.parametrize("body", [b"{}", b'{"for_ms":-5}', b'{"until_ms":1}', b'{"hours":1}', b"nonsense"])
async def test_a_mute_without_an_end_ahead_is_refused(body: bytes) -> None:
    engine = an_engine()
    async with asking(engine) as client:
        reply = await client.post("/mute", body)

    assert reply.status == 400
    assert engine.asked == []
