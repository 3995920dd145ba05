"""A heartbeat beats every 30 s, and says so when nobody hears it."""

import asyncio

from rtp_tui.model.notifications import ChannelState, ChannelStatus
from rtp_tui.net.http import HttpUnreachable
from rtp_tui.notify.heartbeat import Heartbeat
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock, settle


async def test_it_asks_every_30_s_and_tells_when_how_it_goes_has_changed() -> None:
    clock, told = FakeClock(), list[ChannelStatus]()
    answers: list[Answer] = [
        a_reply(),
        HttpUnreachable("beats.example: refused"),
        a_reply(status=500),
        a_reply(),
    ]
    http = FakeHttp(lambda _path, _params: answers.pop(0))
    heart = Heartbeat("env:URL", lambda _reference: "https://beats.example/secret", http, clock, told.append)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(heart.run())
        await settle()
        for _ in range(3):
            await clock.advance(30.0)
        task.cancel()

    assert [path for path, _ in http.asked] == ["https://beats.example/secret"] * 4
    assert [one.state for one in told] == [ChannelState.READY, ChannelState.FAILING, ChannelState.READY]
    assert told[1].last_error == "beats.example: refused"
    assert (heart.status.sent, heart.status.failed) == (2, 2)
