"""`GET /audit`."""

import msgspec

from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.queries import EventPage, GetEvents, StoredEvent
from tests.factories import NOW_MS
from tests.scripted_pipeline import ScriptedPipeline
from tests.unit.server.asking import asking, read


def stored(number: int, payload: bytes) -> StoredEvent:
    return StoredEvent(id=number, at_ms=NOW_MS, topic="client", payload=payload.decode())


ENTRY = AuditEntry(at_ms=NOW_MS, name="ops", address="192.0.2.1", command="trigger_job", subject="backup")


async def test_commands_are_listed_a_page_at_a_time_and_what_cannot_be_read_is_left_out() -> None:
    engine = ScriptedPipeline()
    events = (stored(7, msgspec.json.encode(ENTRY)), stored(8, b'{"type":"audit","older":1}'))
    engine.answers[GetEvents] = EventPage(events=events, next_cursor="9")
    async with asking(engine) as client:
        reply = await client.get("/audit", {"since": str(NOW_MS), "limit": "2", "cursor": "7"})
        bad = await client.get("/audit", {"limit": "0"})
    assert read(reply) == {
        "audit": [
            {
                "id": 7,
                "at_ms": NOW_MS,
                "name": "ops",
                "address": "192.0.2.1",
                "command": "trigger_job",
                "subject": "backup",
                "outcome": "done",
                "message": "",
            }
        ],
        "next_cursor": "9",
    }
    assert engine.asked == [GetEvents(since_ms=NOW_MS, kind="audit", limit=2, cursor="7")]
    assert (bad.status, read(bad)["code"]) == (400, "bad_request")
