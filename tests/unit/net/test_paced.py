"""Questions go out one after the other, no faster than a provider wants."""

import asyncio

from rtp_tui.net.http import Headers, HttpReply, Params
from rtp_tui.net.paced import PacedHttp
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock


async def test_a_crowd_is_let_out_at_the_pace_and_in_its_order() -> None:
    clock, asked = FakeClock(), list[tuple[str, float]]()
    began_s = clock.monotonic()

    def answer(path: str, params: Params) -> HttpReply:
        asked.append((path, round(clock.monotonic() - began_s, 3)))
        return a_reply()

    http = PacedHttp(FakeHttp(answer), clock, calls_per_s=4)
    async with asyncio.TaskGroup() as group:
        for path in ("/a", "/b", "/c"):
            group.create_task(http.get(path))
        await clock.advance(1)
    assert asked == [("/a", 0.0), ("/b", 0.25), ("/c", 0.5)]


async def test_whoever_asks_after_a_rest_does_not_wait() -> None:
    clock = FakeClock()
    http = PacedHttp(FakeHttp(lambda path, params: a_reply()), clock, calls_per_s=4)
    await http.get("/a")
    await clock.advance(1)
    assert (await asyncio.wait_for(http.get("/b"), 1)).status == 200


async def test_questions_by_body_keep_the_same_pace() -> None:
    clock, fake = FakeClock(), FakeHttp(lambda path, params: a_reply())
    http = PacedHttp(fake, clock, calls_per_s=1)
    await http.post("/a", b"{}", headers={"key": "secret"})
    async with asyncio.TaskGroup() as group:
        group.create_task(http.post("/b", b"[]"))
        group.create_task(http.get("/c"))
        await clock.advance(0.9)
        assert len(fake.asked) == 1
        await clock.advance(1.2)
    assert [path for path, _ in fake.asked] == ["/a", "/b", "/c"]
    assert (fake.sent, fake.headers[0]) == ([b"{}", b"[]"], {"key": "secret"})


async def test_a_question_that_was_long_on_its_way_is_waited_for_as_long_as_a_second_lasts() -> None:
    clock, began = FakeClock(), list[float]()

    class Slow(FakeHttp):
        async def get(
            self, path: str, params: Params | None = None, headers: Headers | None = None
        ) -> HttpReply:
            began.append(clock.monotonic())
            await clock.sleep(0.6)
            return a_reply()

    http = PacedHttp(Slow(lambda path, params: a_reply()), clock, calls_per_s=2)
    start_s = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(http.get("/a"))
        for _ in range(50):
            await clock.advance(0.1)
    assert [round(at_s - start_s, 1) for at_s in began] == [0.0, 0.5, 1.6, 2.1]


async def test_whoever_gives_up_waiting_takes_nobodys_place() -> None:
    clock, fake = FakeClock(), FakeHttp(lambda path, params: a_reply())
    http = PacedHttp(fake, clock, calls_per_s=1)
    await http.get("/a")
    async with asyncio.TaskGroup() as group:
        tired = group.create_task(http.get("/tired"))
        await clock.advance(0.5)
        tired.cancel()
        group.create_task(http.get("/b"))
        await clock.advance(1.6)
    assert [path for path, _ in fake.asked] == ["/a", "/b"]
