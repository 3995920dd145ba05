"""Commands on their way to the engine."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from rtp_tui.api.audit import Audit
from rtp_tui.api.contract import PipelineApi
from rtp_tui.model.commands import Command
from rtp_tui.server.caller import Caller
from rtp_tui.server.permission import Permission

AnswerT = TypeVar("AnswerT")


def _signed(command: Command[AnswerT], caller: Caller) -> Command[AnswerT]:
    """With the name of whoever gives it, where it is written down with what it does."""
    if "who" not in command.__struct_fields__:
        return command
    return replace(command, who=caller.name or caller.address)


class Orders:
    """Hands commands on for those who may give them, and has it written down who gave which."""

    def __init__(
        self,
        api: PipelineApi,
        permission: Permission,
        audit: Audit,
        caught_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._api = api
        self._permission = permission
        self._audit = audit
        self._caught_up = caught_up

    async def execute(self, command: Command[AnswerT], caller: Caller) -> AnswerT:
        """Have a caller's command carried out. Raises Refused."""
        with self._audit.noting(command, name=caller.name, address=caller.address):
            self._permission.check(caller)
            return await self._api.execute(_signed(command, caller))

    async def execute_and_fold(self, command: Command[AnswerT], caller: Caller) -> AnswerT:
        """The same, and wait until the server's own state tells what came of it. Raises Refused."""
        answer = await self.execute(command, caller)
        await self._caught_up()
        return answer
