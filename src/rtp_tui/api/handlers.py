"""Who answers which question and carries out which order: tables that the rooms fill and the door looks up."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from rtp_tui.model.commands import Command
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import Query

AnswerT = TypeVar("AnswerT")
QueryT = TypeVar("QueryT", bound=Query[object])
CommandT = TypeVar("CommandT", bound=Command[object])


class Handlers:
    """One handler a kind of query, one a kind of command."""

    def __init__(self) -> None:
        self._handlers: dict[type, Callable[[object], Awaitable[object]]] = {}

    def answer(self, kind: type[QueryT], handler: Callable[[QueryT], Awaitable[object]]) -> None:
        """Let a handler answer a kind of query."""
        self._handlers[kind] = cast("Callable[[object], Awaitable[object]]", handler)

    def carry_out(self, kind: type[CommandT], handler: Callable[[CommandT], Awaitable[object]]) -> None:
        """Let a handler carry out a kind of command."""
        self._handlers[kind] = cast("Callable[[object], Awaitable[object]]", handler)

    async def run(self, request: Query[AnswerT] | Command[AnswerT]) -> AnswerT:
        """Hand a request to its handler. Raises BadRequest where none is known, and what the handler raises."""
        handler = self._handlers.get(type(request))
        if handler is None:
            raise BadRequest(f"this engine does not know {type(request).__name__}")
        return cast("AnswerT", await handler(request))
