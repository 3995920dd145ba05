"""The REST interface's description, OpenAPI 3.1, made of the endpoints and of the very types that are encoded."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from inspect import Parameter as Argument

from msgspec import UNSET, Struct, UnsetType

from rtp_tui.api.wire import PROBLEM_TYPE, Problem
from rtp_tui.model.clients import Scope
from rtp_tui.server.endpoints import JSON, Endpoint, Parameter
from rtp_tui.server.problems import status_of
from rtp_tui.server.schemas import MediaType, Schema, Schemas

_EVERYWHERE = ("bad_request", "bad_host", "too_many_requests", "headers_too_large", "internal_error")
_FOR_THE_KNOWN = ("not_authenticated", "not_allowed")
_OF_ORDERS = ("read_only", "too_large", "unsupported_media_type", "unavailable", "failed", "not_connected")
_SCOPES = {
    Scope.NONE: "Needs no token.",
    Scope.READ: "Needs scope read, where this server asks for tokens.",
    Scope.CONTROL: "Needs scope control.",
}
_ABOUT = (
    "Market data of a running engine. Times are Unix milliseconds in fields that end in `_ms`; absent values are null. "
    "Errors are problems (RFC 9457) with a stable `code`. Lists come a page at a time. Prices as they change: WebSocket `/ws`."
)
_BEARER = (
    "A token of the server's token file, with scope read, or control, which includes read. "
    "Without a token file, whoever is on this machine may do everything."
)


class Info(Struct, omit_defaults=True):
    """What is described."""

    title: str
    version: str
    description: str


class ParameterObject(Struct, omit_defaults=True, rename={"place": "in"}):
    """One parameter."""

    name: str
    place: str
    description: str
    schema: Schema
    required: bool = False
    example: str | UnsetType = UNSET


class RequestBody(Struct, omit_defaults=True):
    """What is sent."""

    content: dict[str, MediaType]
    required: bool = False


class ResponseObject(Struct, omit_defaults=True):
    """What is answered."""

    description: str
    content: dict[str, MediaType] = {}
    headers: dict[str, Schema] = {}


class Operation(Struct, omit_defaults=True, rename="camel"):
    """One endpoint."""

    operation_id: str
    summary: str
    description: str
    tags: list[str]
    responses: dict[str, ResponseObject]
    security: list[dict[str, list[str]]]
    parameters: list[ParameterObject] = []
    request_body: RequestBody | UnsetType = UNSET


class SecurityScheme(Struct):
    """How a caller shows who it is."""

    type: str
    scheme: str
    description: str


class Components(Struct, rename="camel"):
    """What the operations refer to."""

    schemas: dict[str, Schema]
    security_schemes: dict[str, SecurityScheme]


class Tag(Struct):
    """A heading."""

    name: str


class Document(Struct):
    """The whole description."""

    openapi: str
    info: Info
    tags: list[Tag]
    paths: dict[str, dict[str, Operation]]
    components: Components


def document(endpoints: Sequence[Endpoint], version: str) -> Document:
    """The description of these endpoints."""
    schemas = Schemas(_answered(endpoints), _taken(endpoints))
    paths: dict[str, dict[str, Operation]] = {}
    for endpoint in endpoints:
        operation = Describing(endpoint, schemas).operation()
        paths.setdefault(outward_path(endpoint.path), {})[endpoint.method.lower()] = operation
    return Document(
        openapi="3.1.0",
        info=Info("rtp-tui", version, _ABOUT),
        tags=[Tag(room) for room in dict.fromkeys(endpoint.room for endpoint in endpoints)],
        paths=paths,
        components=Components(schemas.components, {"token": SecurityScheme("http", "bearer", _BEARER)}),
    )


def outward_path(path: str) -> str:
    """A route's path without what only the router needs to know."""
    return path.replace(":path}", "}")


def _answered(endpoints: Iterable[Endpoint]) -> tuple[object, ...]:
    return (Problem, *(content.type for endpoint in endpoints for content in endpoint.answers))


def _taken(endpoints: Iterable[Endpoint]) -> tuple[object, ...]:
    bodies = tuple(endpoint.body.annotation for endpoint in endpoints if endpoint.body is not None)
    return (*bodies, *(parameter.type for endpoint in endpoints for parameter in endpoint.parameters))


class Describing:
    """Turns one endpoint into an operation."""

    def __init__(self, endpoint: Endpoint, schemas: Schemas) -> None:
        self._endpoint = endpoint
        self._schemas = schemas

    def operation(self) -> Operation:
        """All there is to know of it."""
        endpoint = self._endpoint
        return Operation(
            operation_id=_operation_id(endpoint),
            summary=endpoint.summary,
            description=_SCOPES[endpoint.scope],
            tags=[endpoint.room],
            responses={**self._answers(), **self._problems()},
            security=[{}] if endpoint.scope is Scope.NONE else [{"token": []}, {}],
            parameters=[self._parameter(one) for one in endpoint.parameters],
            request_body=UNSET if endpoint.body is None else self._body(endpoint.body),
        )

    def _parameter(self, parameter: Parameter) -> ParameterObject:
        is_in_path = parameter.name in self._endpoint.path_names
        return ParameterObject(
            name=parameter.name,
            place="path" if is_in_path else "query",
            description=parameter.description,
            schema=self._schemas.of(parameter.type),
            required=is_in_path,
            example=parameter.example if parameter.example is not None else UNSET,
        )

    def _body(self, body: Argument) -> RequestBody:
        content = {JSON: MediaType(self._schemas.of(body.annotation))}
        return RequestBody(content, required=body.default is Argument.empty)

    def _answers(self) -> dict[str, ResponseObject]:
        content = self._schemas.content(self._endpoint.answers)
        return {
            str(status): ResponseObject(
                HTTPStatus(status).phrase, content if status != HTTPStatus.NOT_MODIFIED else {}
            )
            for status in self._endpoint.statuses
        }

    def _problems(self) -> dict[str, ResponseObject]:
        codes: dict[int, list[str]] = {}
        for code in self._codes():
            codes.setdefault(status_of(code), []).append(f"`{code}`")
        form = {PROBLEM_TYPE: MediaType(self._schemas.of(Problem))}
        return {
            str(status): ResponseObject(", ".join(named), form)
            for status, named in sorted(codes.items())
            if status not in self._endpoint.statuses
        }

    def _codes(self) -> list[str]:
        endpoint = self._endpoint
        codes = [*_EVERYWHERE, *endpoint.refusals]
        if endpoint.scope is not Scope.NONE:
            codes += _FOR_THE_KNOWN
        if endpoint.path_names:
            codes += ["not_found"]
        if endpoint.method != "GET":
            codes += _OF_ORDERS
        return list(dict.fromkeys(codes))


def _operation_id(endpoint: Endpoint) -> str:
    words = [part.strip("{}") for part in outward_path(endpoint.path).split("/") if part]
    return "_".join([endpoint.method.lower(), *words]).replace("{", "").replace("}", "").replace(".", "_")
