"""What becomes of a request that meets a bug, and of one whose client goes."""

import logging

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_tui.server.faults import FaultMiddleware


def failing(error: Exception) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    return app


async def answered(error: Exception, path: str = "/status") -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await FaultMiddleware(failing(error))({"type": "http", "path": path, "headers": []}, receive, send)
    return sent


async def test_a_bug_is_answered_without_its_inside_and_logged_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    start, body = await answered(RuntimeError("the inside"))

    assert start["status"] == 500
    assert b"internal_error" in body["body"]
    assert b"the inside" not in body["body"]
    assert "the inside" in caplog.text


async def test_a_client_that_goes_is_no_bug(caplog: pytest.LogCaptureFixture) -> None:
    assert await answered(ClientDisconnect()) == []
    assert caplog.text == ""


async def test_a_path_is_made_safe_before_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        await answered(RuntimeError(), "/feeds/\x1b]0;boo\x07\u202e/restart")

    assert caplog.messages == ["/feeds//restart failed"]
