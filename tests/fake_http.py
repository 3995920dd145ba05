"""An HTTP client that answers from a table, and remembers what it was asked."""

from collections.abc import Callable, Mapping

from rtp_tui.net.http import Headers, HttpError, HttpReply, Params

Answer = HttpReply | HttpError


def a_reply(
    body: str | bytes = b"{}", status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpReply:
    return HttpReply(status, headers or {}, body.encode() if isinstance(body, str) else body)


class FakeHttp:
    """Asks a function what to answer; an HttpError is raised."""

    def __init__(self, answer: Callable[[str, Params], Answer]) -> None:
        self.asked: list[tuple[str, Params]] = []
        self.headers: list[Headers] = []
        self.sent: list[bytes] = []
        self._answer = answer

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        self.asked.append((path, params or {}))
        self.headers.append(headers or {})
        answer = self._answer(path, params or {})
        if isinstance(answer, HttpError):
            raise answer
        return answer

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply:
        self.sent.append(body or b"")
        return await self.get(path, headers=headers)
