"""One endpoint of the REST interface: route, handler, parameters, body and answer in one place.

Both the server and the interface's description are made of these, so that neither can drift from the other: the
handler's signature says what the body is and what is answered, and a query parameter that is not named is refused.
"""

from collections.abc import Awaitable, Callable
from inspect import Parameter as Argument
from inspect import signature
from typing import Protocol

from msgspec import Struct
from starlette.responses import Response

from rtp_tui.model.clients import Scope

JSON = "application/json"

Handler = Callable[..., Awaitable[object]]
"""Given the request, and the decoded body where it takes one; answers a value that becomes JSON, or a response."""


class Parameter(Struct, frozen=True):
    """One parameter of the path or of the query string; those of the query may be left out."""

    name: str
    description: str
    type: object = str
    """What its schema is made of."""
    example: str | None = None


class Content(Struct, frozen=True):
    """One form that an answer may have."""

    type: object
    media_type: str = JSON


class Endpoint(Struct, frozen=True, kw_only=True):
    """What is done where; `room` is the heading under which people look for it."""

    method: str
    path: str
    handler: Handler
    summary: str
    room: str
    parameters: tuple[Parameter, ...] = ()
    statuses: tuple[int, ...] = (200,)
    """The first one is that of a value; a handler answers the others itself."""
    contents: tuple[Content, ...] = ()
    """Where the handler makes its responses itself: what is in them."""
    scope: Scope = Scope.READ
    refusals: tuple[str, ...] = ()
    """Codes that only this endpoint has."""

    @property
    def query_parameters(self) -> frozenset[str]:
        """The names that its query string may have."""
        return frozenset(one.name for one in self.parameters) - self.path_names

    @property
    def path_names(self) -> frozenset[str]:
        """The names of the path's variable parts."""
        return frozenset(part.partition(":")[0] for part in _variable_parts(self.path))

    @property
    def body(self) -> Argument | None:
        """What the handler takes besides the request."""
        _, *more = signature(self.handler).parameters.values()
        return more[0] if more else None

    @property
    def answers(self) -> tuple[Content, ...]:
        """What is in its answer. Raises TypeError where nothing tells."""
        if self.contents:
            return self.contents
        answered = signature(self.handler).return_annotation
        if answered in (Argument.empty, Response, object):
            raise TypeError(f"{self.method} {self.path}: nothing tells what it answers")
        return (Content(answered),)


class Heading(Struct, frozen=True):
    """Makes the endpoints of one room, each of them a line."""

    room: str
    variables: tuple[Parameter, ...] = ()
    """What the variable parts of its paths are."""

    def read(
        self,
        path: str,
        handler: Handler,
        summary: str,
        *parameters: Parameter,
        refusals: tuple[str, ...] = (),
    ) -> Endpoint:
        """Something that is asked for."""
        return Endpoint(
            method="GET",
            path=path,
            handler=handler,
            summary=summary,
            room=self.room,
            parameters=(*self._in(path), *parameters),
            refusals=refusals,
        )

    def order(
        self,
        method: str,
        path: str,
        handler: Handler,
        summary: str,
        *,
        refusals: tuple[str, ...] = (),
        status: int = 200,
    ) -> Endpoint:
        """Something that changes the engine."""
        return Endpoint(
            method=method,
            path=path,
            handler=handler,
            summary=summary,
            room=self.room,
            parameters=self._in(path),
            statuses=(status,),
            scope=Scope.CONTROL,
            refusals=refusals,
        )

    def _in(self, path: str) -> tuple[Parameter, ...]:
        names = _variable_parts(path)
        return tuple(one for one in self.variables if one.name in names)


class Room(Protocol):
    """What belongs together, behind one heading."""

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found there."""
        ...


def _variable_parts(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
