"""What answers cost is counted."""

from starlette.types import Message, Receive, Scope, Send

from rtp_tui.monitoring.load import new_meters
from rtp_tui.server.measuring import MeasuringMiddleware
from tests.fakes import FakeClock


async def _ask(path: str, status: int = 200, kind: str = "http") -> tuple[MeasuringMiddleware, list[Message]]:
    clock, sent = FakeClock(), list[Message]()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b"12345"})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    measuring = MeasuringMiddleware(answer, METERS, clock, ["/", "/data/{id}", "/jobs"])
    await measuring({"type": kind, "path": path}, receive, send)
    return measuring, sent


METERS = new_meters()


async def test_requests_are_told_apart_by_where_they_go_and_failures_by_their_status() -> None:
    for path, status in (("/data/crypto:BTC", 200), ("/data/crypto:ETH", 500), ("/", 200), ("/no/such", 404)):
        await _ask(path, status)
    told = {one.kind: (one.count, one.failures) for one in METERS.responses.by_kind(0.0)}

    assert told == {"data": (2, 1), "root": (1, 0), "other": (1, 0)}
    assert METERS.clients.sent == 20


async def test_a_websocket_is_no_answer() -> None:
    before = METERS.responses.count
    _, sent = await _ask("/ws", kind="websocket")

    assert METERS.responses.count == before
    assert len(sent) == 2
