import asyncio
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.resilience.bulkhead import Bulkhead
from rtp_tui.resilience.outcome import BulkheadFull
from tests.fakes import FakeClock, settle


async def hold(bulkhead: Bulkhead, clock: FakeClock, for_s: float, within_s: float = 10.0) -> None:
    await bulkhead.enter("venue/prices", clock, within_s)
    assert bulkhead.in_use <= bulkhead.limit
    try:
        await clock.sleep(for_s)
    finally:
        bulkhead.leave()


async def hold_or_give_up(bulkhead: Bulkhead, clock: FakeClock, for_s: float, within_s: float) -> None:
    with suppress(BulkheadFull):
        await hold(bulkhead, clock, for_s, within_s)


async def test_calls_beyond_the_limit_wait_and_go_in_their_order() -> None:
    clock, bulkhead, order = FakeClock(), Bulkhead(1, 3), list[int]()

    async def numbered(number: int) -> None:
        await hold(bulkhead, clock, 1.0)
        order.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(numbered(number))
        await settle()
        assert (bulkhead.in_use, bulkhead.waiting) == (1, 3)
        await clock.advance(4.0)
    assert order == [0, 1, 2, 3]
    assert bulkhead.in_use == 0


async def test_a_call_without_room_to_wait_is_refused_at_once_and_counted() -> None:
    clock, bulkhead = FakeClock(), Bulkhead(1, 0)
    await bulkhead.enter("venue/prices", clock, 1.0)
    with pytest.raises(BulkheadFull, match="venue/prices: 1 calls under way, 0 waiting"):
        await bulkhead.enter("venue/prices", clock, 1.0)
    assert bulkhead.rejected == 1


async def test_a_call_does_not_wait_longer_than_it_may() -> None:
    clock, bulkhead = FakeClock(), Bulkhead(1, 1)
    await bulkhead.enter("venue/prices", clock, 1.0)
    async with asyncio.TaskGroup() as group:
        late = group.create_task(refused(bulkhead, clock))
        await clock.advance(1.0)
    assert "no place within 1.0 s" in late.result()
    assert (bulkhead.in_use, bulkhead.waiting, bulkhead.rejected) == (1, 0, 1)


async def refused(bulkhead: Bulkhead, clock: FakeClock) -> str:
    with pytest.raises(BulkheadFull) as refusal:
        await bulkhead.enter("venue/prices", clock, 1.0)
    return str(refusal.value)


async def test_a_place_handed_to_a_call_that_is_cancelled_in_the_same_moment_goes_to_the_next() -> None:
    clock, bulkhead = FakeClock(), Bulkhead(1, 2)
    await bulkhead.enter("venue/prices", clock, 1.0)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bulkhead.enter("venue/prices", clock, 10.0))
        second = group.create_task(bulkhead.enter("venue/prices", clock, 10.0))
        await settle()
        bulkhead.leave()
        first.cancel()
        await settle()
        assert second.done()
    assert bulkhead.in_use == 1
    bulkhead.leave()
    assert bulkhead.in_use == 0


async def test_a_place_is_not_handed_to_a_call_that_was_cancelled_just_before() -> None:
    clock, bulkhead = FakeClock(), Bulkhead(1, 2)
    await bulkhead.enter("venue/prices", clock, 1.0)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bulkhead.enter("venue/prices", clock, 10.0))
        second = group.create_task(bulkhead.enter("venue/prices", clock, 10.0))
        await settle()
        first.cancel()
        bulkhead.leave()
        await settle()
        assert second.done()
    assert (bulkhead.in_use, bulkhead.waiting) == (1, 0)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.integers(1, 4), room=st.integers(0, 5))
def test_random_cancellations_neither_exceed_the_limit_nor_lose_a_place(
    seed: int, limit: int, room: int
) -> None:
    async def scenario() -> None:
        rng, clock, bulkhead = Random(seed), FakeClock(), Bulkhead(limit, room)
        tasks: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(40):
                work = hold_or_give_up(bulkhead, clock, rng.uniform(0, 3), rng.uniform(0.1, 2))
                tasks.append(group.create_task(work))
                if rng.random() < 0.4:
                    rng.choice(tasks).cancel()
                if rng.random() < 0.5:
                    await clock.advance(rng.uniform(0, 1))
                assert bulkhead.in_use <= limit
                assert bulkhead.waiting <= room
            await clock.advance(100.0)
        assert (bulkhead.in_use, bulkhead.waiting) == (0, 0)

    asyncio.run(scenario())
