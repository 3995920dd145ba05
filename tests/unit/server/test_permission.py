"""What a request needs by its method and path, and whose commands are taken."""

import pytest

from rtp_tui.model.clients import Scope
from rtp_tui.model.errors import NotAllowed, ReadOnly
from rtp_tui.server.caller import Caller
from rtp_tui.server.permission import Permission, scope_needed
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/", Scope.NONE),
        ("HEAD", "/livez", Scope.NONE),
        ("GET", "/readyz", Scope.NONE),
        ("POST", "/livez", Scope.CONTROL),
        ("GET", "/livez/", Scope.READ),
        ("GET", "/health", Scope.READ),
        ("GET", "/metrics", Scope.READ),
        ("GET", "/openapi.json", Scope.READ),
        ("HEAD", "/docs", Scope.READ),
        ("GET", "/what/will/be", Scope.READ),
        ("POST", "/api/query", Scope.READ),
        ("GET", "/api/command", Scope.READ),
        ("POST", "/api/command", Scope.CONTROL),
        ("POST", "/api/query/", Scope.CONTROL),
        ("POST", "/jobs/x/trigger", Scope.CONTROL),
        ("PATCH", "/jobs/x", Scope.CONTROL),
        ("PUT", "/portfolios/x", Scope.CONTROL),
        ("DELETE", "/clients/1", Scope.CONTROL),
        ("OPTIONS", "/health", Scope.CONTROL),
        ("BREW", "/health", Scope.CONTROL),
    ],
)
def test_reading_is_what_is_known_to_change_nothing(method: str, path: str, scope: Scope) -> None:
    assert scope_needed(method, path) is scope


async def test_what_the_interface_says_that_it_needs_is_what_is_asked() -> None:
    async with asking(ScriptedPipeline()) as client:
        described = read(await client.get("/openapi.json"))["paths"]

    told = {
        (method.upper(), path): (operation["security"] == [{}], "scope control" in operation["description"])
        for path, operations in described.items()
        for method, operation in operations.items()
    }
    needed = {request: scope_needed(*request) for request in told}
    assert told == {
        request: (scope is Scope.NONE, scope is Scope.CONTROL) for request, scope in needed.items()
    }


def test_commands_are_taken_from_those_who_may_by_a_server_that_takes_any() -> None:
    operator, reader = Caller(address="", scope=Scope.CONTROL), Caller(address="", scope=Scope.READ)

    Permission(is_read_only=False).check(operator)
    with pytest.raises(NotAllowed):
        Permission(is_read_only=False).check(reader)
    with pytest.raises(ReadOnly):
        Permission(is_read_only=True).check(operator)
