"""Orders that wait while the engine is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import get_args

import pytest

from rtp_tui.api.outbox import Outbox
from rtp_tui.model.commands import AnyCommand
from rtp_tui.model.errors import BadRequest, NotConnected
from tests.fakes import FakeClock, settle


class Engine:
    """Carries out what it is given while it is there, and remembers the order of it."""

    def __init__(self) -> None:
        self.is_there = True
        self.done: list[int] = []

    def order(self, number: int) -> Callable[[], Awaitable[int]]:
        async def carry_out() -> int:
            await asyncio.sleep(0)
            if not self.is_there:
                raise NotConnected("gone")
            self.done.append(number)
            return number

        return carry_out


@contextmanager
def sending(outbox: Outbox, engine: Engine, *numbers: int) -> Iterator[list["asyncio.Task[int]"]]:
    tasks = [asyncio.create_task(outbox.send(engine.order(number))) for number in numbers]
    yield tasks
    for task in tasks:
        task.cancel()


async def test_with_the_engine_there_an_order_is_answered_at_once() -> None:
    assert await Outbox(FakeClock()).send(Engine().order(7)) == 7


async def test_while_away_orders_wait_and_go_in_their_order_when_it_is_back() -> None:
    outbox, engine = Outbox(FakeClock()), Engine()
    outbox.shut()
    with sending(outbox, engine, 1, 2, 3) as tasks:
        await settle()
        assert engine.done == []
        assert len(outbox) == 3
        outbox.open()
        assert await asyncio.gather(*tasks) == [1, 2, 3]
    assert engine.done == [1, 2, 3]
    assert len(outbox) == 0


async def test_an_order_that_lost_the_engine_under_it_is_given_again_before_the_later_ones() -> None:
    outbox, engine = Outbox(FakeClock()), Engine()
    engine.is_there = False
    with sending(outbox, engine, 1, 2) as tasks:
        await settle()
        engine.is_there = True
        outbox.open()
        assert await asyncio.gather(*tasks) == [1, 2]
    assert engine.done == [1, 2]


async def test_the_oldest_is_refused_when_too_many_wait_and_that_is_counted() -> None:
    outbox, engine = Outbox(FakeClock(), most=2), Engine()
    outbox.shut()
    with sending(outbox, engine, 1, 2, 3) as tasks:
        await settle()
        with pytest.raises(NotConnected, match="2 later edits"):
            await tasks[0]
        outbox.open()
        assert await asyncio.gather(*tasks[1:]) == [2, 3]
    assert outbox.crowded_out == 1


async def test_what_waited_for_ten_minutes_is_refused_and_never_run_late() -> None:
    clock, engine = FakeClock(), Engine()
    outbox = Outbox(clock)
    outbox.shut()
    with sending(outbox, engine, 1) as (task,):
        await clock.advance(599)
        assert not task.done()
        await clock.advance(2)
        with pytest.raises(NotConnected, match="within 10 min"):
            await task
    outbox.open()
    await settle()
    assert engine.done == []


async def test_what_waits_at_the_end_is_refused() -> None:
    outbox, engine = Outbox(FakeClock()), Engine()
    outbox.shut()
    with sending(outbox, engine, 1, 2) as tasks:
        await settle()
        outbox.close()
        refused = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in refused] == [NotConnected, NotConnected]
    assert engine.done == []


async def test_a_refusal_of_one_order_is_its_own_and_holds_up_nobody() -> None:
    async def refuse() -> int:
        raise BadRequest("no")

    outbox, engine = Outbox(FakeClock()), Engine()
    outbox.shut()
    refused = asyncio.create_task(outbox.send(refuse))
    await settle()
    with sending(outbox, engine, 2) as (task,):
        outbox.open()
        with pytest.raises(BadRequest):
            await refused
        assert await task == 2


async def test_who_gives_up_waiting_leaves_the_line() -> None:
    outbox, engine = Outbox(FakeClock()), Engine()
    outbox.shut()
    with sending(outbox, engine, 1, 2) as tasks:
        await settle()
        tasks[0].cancel()
        await settle()
        outbox.open()
        assert await tasks[1] == 2
    assert engine.done == [2]


def test_no_order_that_acts_on_the_pipeline_may_wait() -> None:
    acting = ("control_pipeline", "control_feed", "refresh", "end_process", "reload_configuration", "trigger_job",
              "control_job", "control_breaker", "disconnect_client")  # fmt: skip
    by_tag = {kind.__struct_config__.tag: kind for kind in get_args(AnyCommand)}
    assert not [tag for tag in acting if by_tag[tag].may_wait]
