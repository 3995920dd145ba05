"""What a console waits for before the shell reads the terminal again."""

import asyncio

from rtp_tui.tui.farewell import take_last_answer
from rtp_tui.tui.link import Link
from tests.fakes import FakeClock, settle


async def test_the_answer_of_a_terminal_on_a_slow_link_is_waited_for() -> None:
    clock, link = FakeClock(), Link()
    link.sent(clock.monotonic())
    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(take_last_answer(link, clock))
        await clock.advance(2.0)
        assert not leaving.done()
        link.answered(clock.monotonic())
        await clock.advance(0.1)
        await settle()
        assert leaving.done()


async def test_a_terminal_that_never_answers_holds_up_nobody_for_long() -> None:
    clock, link = FakeClock(), Link()
    link.sent(clock.monotonic())
    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(take_last_answer(link, clock))
        await clock.advance(3.1)
        await settle()
        assert leaving.done()
