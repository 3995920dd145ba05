"""Commands on their way to the engine."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.commands import Command
from rtp_tui.server.caller import Caller
from rtp_tui.server.permission import Permission

AnswerT = TypeVar("AnswerT")


class Orders:
    """Hands commands on for those who may give them."""

    def __init__(
        self, api: PipelineApi, permission: Permission, caught_up: Callable[[], Awaitable[None]]
    ) -> None:
        self._api = api
        self._permission = permission
        self._caught_up = caught_up

    async def execute(self, command: Command[AnswerT], caller: Caller) -> AnswerT:
        """Have a caller's command carried out. Raises Refused."""
        self._permission.check(caller)
        return await self._api.execute(command)

    async def execute_and_fold(self, command: Command[AnswerT], caller: Caller) -> AnswerT:
        """The same, and wait until the server's own state tells what came of it. Raises Refused."""
        answer = await self.execute(command, caller)
        await self._caught_up()
        return answer
