"""Carries orders out: one with its draft shown meanwhile, several side by side with one answer."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rtp_tui.tui.batch import Batch, Step, summary
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.orders import DEADLINE_S, KEPT_DEADLINE_S, Order, Orders, Outcome

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

AT_ONCE = 8
"""So many orders of a batch are under way at the same time."""


class Carrying:
    """Between what was agreed to and the engine."""

    def __init__(self, app: "ConsoleApp", orders: Orders, tell: Callable[[Outcome], None]) -> None:
        self._app = app
        self._orders = orders
        self._tell = tell
        self.given = 0
        """Orders so far."""

    async def one(self, command: Order, deadline_s: float = DEADLINE_S) -> Outcome:
        """An edit of a portfolio or a watchlist is shown meanwhile, and undone where it is refused."""
        self.given += 1
        follower = self._app.follower
        draft = None if self._orders.read_only else follower.drafts.begin(command)
        if draft is None:
            return await self._orders.execute(command, deadline_s)
        is_heard = follower.connection(self._app.clock.monotonic()) is Connection.LIVE
        if not is_heard:
            self._tell(Outcome(True, "kept until the engine is heard again"))
        outcome = Outcome(False, "")
        follower.changes += 1
        try:
            outcome = await self._kept(command, is_told=not is_heard)
        finally:
            follower.drafts.settle(*draft, follower.state.portfolio, is_done=outcome.is_done)
            follower.changes += 1
        return outcome

    async def _kept(self, command: Order, *, is_told: bool) -> Outcome:
        """Waited for as long as it may be kept; that no answer comes is told as soon as of any other order."""
        async with asyncio.TaskGroup() as group:
            late = None if is_told else group.create_task(self._tell_late())
            outcome = await self._orders.execute(command, KEPT_DEADLINE_S)
            if late is not None:
                late.cancel()
        return outcome

    async def _tell_late(self) -> None:
        await self._app.clock.sleep(DEADLINE_S)
        key = self._app.main.keymap.key("commands")
        words = f"no answer within {DEADLINE_S:.0f} s; it may still happen, and {key} tells when it has"
        self._tell(Outcome(False, words))

    async def several(self, verb: str, batch: Batch) -> Outcome:
        """Each within its own deadline; how many were done, and why the others were not."""
        if len(batch.steps) == 1 and not batch.refused:
            return await self.one(batch.steps[0].command, batch.steps[0].deadline_s)
        return summary(verb, (*await self._side_by_side(batch.steps), *batch.refused))

    async def _side_by_side(self, steps: Sequence[Step]) -> list[tuple[str, Outcome]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def take(step: Step) -> Outcome:
            async with places:
                return await self.one(step.command, step.deadline_s)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(take(step)) for step in steps]
        return [(step.about, task.result()) for step, task in zip(steps, tasks, strict=True)]
