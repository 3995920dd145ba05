"""`/`, `/openapi.json` and `/docs`: what else there is, for programs and for people."""

from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.api.wire import encode
from rtp_tui.model.clients import Scope
from rtp_tui.server.docs import page, policy
from rtp_tui.server.endpoints import Content, Endpoint, Room
from rtp_tui.server.etags import is_held
from rtp_tui.server.openapi import document, outward_path

ROOM = "description"


class IndexBody(Struct, frozen=True):
    """What answers here, and where everything is found."""

    name: str
    version: str
    links: dict[str, str]


class OpenApiBody(Struct, frozen=True):
    """A description after OpenAPI 3.1, which has a schema of its own."""

    openapi: str


def described(rooms: Iterable[Room], version: str) -> tuple[Endpoint, ...]:
    """The endpoints of these rooms, and those that describe them all."""
    endpoints = tuple(endpoint for room in rooms for endpoint in room.endpoints())
    return (*endpoints, *DescriptionRoutes(endpoints, version).endpoints())


class DescriptionRoutes:
    """Describes the endpoints of the other rooms and its own; made when first asked for."""

    def __init__(self, others: tuple[Endpoint, ...], version: str) -> None:
        self._others = others
        self._version = version

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            Endpoint(
                method="GET",
                path="/",
                handler=self.index,
                summary="Name, version and links.",
                room=ROOM,
                scope=Scope.NONE,
            ),
            Endpoint(
                method="GET",
                path="/openapi.json",
                handler=self.openapi,
                summary="This description.",
                room=ROOM,
                statuses=(200, 304),
                contents=(Content(OpenApiBody),),
            ),
            Endpoint(
                method="GET",
                path="/docs",
                handler=self.docs,
                summary="The same as a page, to read and to try.",
                room=ROOM,
                statuses=(200, 304),
                contents=(Content(str, "text/html"),),
            ),
        )

    async def index(self, _request: Request) -> IndexBody:
        return IndexBody("rtp-tui", self._version, self._links)

    async def openapi(self, request: Request) -> Response:
        return _held_or_sent(request, self._document, {"Content-Type": "application/json"})

    async def docs(self, request: Request) -> Response:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return _held_or_sent(request, page(), headers)

    @property
    def _all(self) -> tuple[Endpoint, ...]:
        return (*self._others, *self.endpoints())

    @cached_property
    def _document(self) -> bytes:
        return encode(document(self._all, self._version))

    @cached_property
    def _links(self) -> dict[str, str]:
        readable = [outward_path(one.path) for one in self._all if one.method == "GET" and one.path != "/"]
        longest_first = sorted(readable, key=len, reverse=True)
        return {**{_name(path): path for path in longest_first}, "websocket": "/ws"}


def _name(path: str) -> str:
    return path.strip("/").split("/{")[0]


def _held_or_sent(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    kept = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_held(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=kept)
    return Response(body, headers={**headers, **kept})
