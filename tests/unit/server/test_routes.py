"""What all endpoints have in common, whoever answers."""

import httpx
import pytest
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from rtp_tui.model.errors import BadRequest
from rtp_tui.server.endpoints import Endpoint, Handler, Parameter
from rtp_tui.server.problems import Unacceptable, problem_of
from rtp_tui.server.routes import routes_of


class Thing(Struct, frozen=True):
    """Something with a name."""

    name: str = "nothing"


NOTHING = Thing()


async def show(request: Request) -> Thing:
    return Thing(request.query_params.get("name", request.path_params["id"]))


async def put(_request: Request, thing: Thing = NOTHING) -> Thing:
    return thing


async def must_put(_request: Request, thing: Thing) -> Thing:
    return thing


async def untold(_request: Request) -> Response:
    return Response()


def endpoint(method: str, handler: Handler, **more: object) -> Endpoint:
    values = {"path": "/things/{id}", "summary": "", "room": "", "parameters": (Parameter("id", ""),), **more}
    return Endpoint(method=method, handler=handler, **values)  # type: ignore[arg-type]


async def refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, BadRequest | Unacceptable)
    return problem_of(refusal)


async def ask(method: str, url: str, *endpoints: Endpoint, **more: object) -> httpx.Response:
    app = Starlette(
        routes=routes_of(endpoints), exception_handlers={BadRequest: refused, Unacceptable: refused}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.request(method, url, **more)  # type: ignore[arg-type]


READ = endpoint("GET", show)
NAMED = endpoint("GET", show, parameters=(Parameter("id", ""), Parameter("name", "")))
WRITE = endpoint("POST", put, statuses=(201,))


async def test_a_value_is_answered_as_json_with_the_endpoint_s_status() -> None:
    shown, put_there = await ask("GET", "/things/a", READ), await ask("POST", "/things/a", READ, WRITE)
    assert (shown.status_code, shown.json()) == (200, {"name": "a"})
    assert (put_there.status_code, put_there.json()) == (201, {"name": "nothing"})
    assert shown.headers["cache-control"] == "no-store"


async def test_a_query_parameter_that_is_not_declared_is_refused_by_its_name() -> None:
    known = await ask("GET", "/things/a?name=b", NAMED)
    unknown = await ask("GET", "/things/a?name=b&nmae=c", NAMED)
    of_the_path = await ask("GET", "/things/a?id=b", NAMED)
    assert known.json() == {"name": "b"}
    assert (unknown.status_code, unknown.json()["detail"]) == (
        400,
        "nmae: no such parameter here; known are: name",
    )
    assert of_the_path.status_code == 400


async def test_a_head_is_answered_like_a_get_and_other_methods_are_named_as_allowed() -> None:
    head, put_there = await ask("HEAD", "/things/a", READ, WRITE), await ask("PUT", "/things/a", READ, WRITE)
    assert head.status_code == 200
    assert (put_there.status_code, set(put_there.headers["allow"].split(", "))) == (
        405,
        {"GET", "HEAD", "POST"},
    )


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b'{"name":"x"}', "application/json", 201, "x"),
        (b'{"name":1}', "application/json", 400, "name: "),
        (b"{", "application/json", 400, ""),
        (b'{"name":"x"}', "text/plain", 415, ""),
        (b"x" * 70_000, "application/json", 413, ""),
    ],
)
async def test_a_body_is_decoded_or_refused(body: bytes, kind: str, status: int, said: str) -> None:
    reply = await ask("POST", "/things/a", WRITE, content=body, headers={"Content-Type": kind})
    assert reply.status_code == status
    assert said in reply.text


async def test_a_body_that_has_no_default_is_needed() -> None:
    assert (await ask("POST", "/things/a", endpoint("POST", must_put))).status_code == 400


def test_an_endpoint_says_what_it_answers() -> None:
    assert READ.answers[0].type is Thing
    with pytest.raises(TypeError, match="GET /things"):
        _ = endpoint("GET", untold).answers
