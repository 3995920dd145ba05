"""Endpoints as routes: what every request has in common, whoever answers it."""

from collections.abc import Callable, Iterable
from inspect import Parameter as Argument

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rtp_tui.model.errors import BadRequest
from rtp_tui.server.endpoints import Endpoint
from rtp_tui.server.request_body import decoded_body, json_body
from rtp_tui.server.responses import json

_WITHOUT_BODY = ("GET", "HEAD")


def routes_of(endpoints: Iterable[Endpoint]) -> list[Route]:
    """A route for each path, in the order in which the paths come first."""
    resources: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        resources.setdefault(endpoint.path, []).append(endpoint)
    return [
        Route(path, Resource(group), methods=[one.method for one in group])
        for path, group in resources.items()
    ]


class Resource:
    """What one path answers, to each method that it takes."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._answering = {one.method: Answering(one) for one in endpoints}
        if "GET" in self._answering:
            self._answering["HEAD"] = self._answering["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answering[scope["method"]].respond(Request(scope, receive))
        await response(scope, receive, send)


class Answering:
    """Answers the requests to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._handle = endpoint.handler
        self._known = endpoint.query_parameters
        self._status = endpoint.statuses[0]
        self._takes_body = endpoint.method not in _WITHOUT_BODY
        self._decode = _decoder(endpoint.body)

    async def respond(self, request: Request) -> Response:
        """The response to a request. Raises Refused."""
        if request.scope["query_string"]:
            self._check(request.query_params.keys())
        if self._takes_body:
            given = self._decode(await json_body(request))
            answer = await self._handle(request, *given)
        else:
            answer = await self._handle(request)
        return answer if isinstance(answer, Response) else json(answer, self._status)

    def _check(self, given: Iterable[str]) -> None:
        unknown = sorted(set(given) - self._known)
        if unknown:
            takes = ", ".join(sorted(self._known)) or "none"
            raise BadRequest(f"{unknown[0][:64]}: no such parameter here; known are: {takes}")


def _decoder(body: Argument | None) -> Callable[[bytes], tuple[object, ...]]:
    """What a handler is given of a body: nothing where it takes none, or has a default and the body is empty."""
    if body is None:
        return lambda _sent: ()
    decoder = msgspec.json.Decoder[object](body.annotation)
    may_be_empty = body.default is not Argument.empty
    return lambda sent: () if may_be_empty and not sent else (decoded_body(sent, decoder),)
