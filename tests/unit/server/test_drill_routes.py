"""Fire drills over HTTP and on the WebSocket, in front of a scripted engine."""

import msgspec
from msgspec.structs import replace

from rtp_tui.model.commands import Done, EndDrills, StartDrill
from rtp_tui.model.drills import Drill, DrillStatus
from rtp_tui.model.errors import Unavailable
from tests.factories import NOW_MS
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import serving
from tests.unit.server.asking import asking, read

BEGUN = Done(message="venue: outage for 20 s", affected=("venue",))


def a_demo() -> ScriptedPipeline:
    status = DrillStatus(
        venues=("venue", "other"),
        faults=("outage", "stall"),
        running=(Drill(venue="venue", fault="outage", since_ms=NOW_MS, until_ms=NOW_MS + 10**12),),
    )
    engine = ScriptedPipeline(replace(a_snapshot(), drill=status))
    engine.answers = {StartDrill: BEGUN, EndDrills: Done(message="1 drill ended")}
    return engine


async def test_what_runs_and_what_can_be_asked_for_is_listed() -> None:
    async with asking(a_demo()) as client:
        body = read(await client.get("/drill"))
    assert (body["venues"], body["faults"]) == (["venue", "other"], ["outage", "stall"])
    assert [(one["venue"], one["fault"]) for one in body["running"]] == [("venue", "outage")]
    assert body["running"][0]["seconds_left"] > 0


async def test_nothing_can_be_drilled_where_there_is_no_demo() -> None:
    engine = ScriptedPipeline()
    engine.answers = {StartDrill: Unavailable("only a demo")}
    async with asking(engine) as client:
        assert read(await client.get("/drill")) == {"running": [], "venues": [], "faults": []}
        refused = await client.post("/drill/outage")
    assert (refused.status, read(refused)["code"]) == (409, "unavailable")


async def test_orders_reach_the_engine() -> None:
    engine = a_demo()
    async with asking(engine) as client:
        replies = [
            await client.post("/drill/outage", msgspec.json.encode({"venue": "venue", "seconds": 20})),
            await client.post("/drill/stall"),
            await client.delete("/drill"),
            await client.delete("/drill?venue=other"),
        ]
        bad = await client.post("/drill/stall", b'{"minutes":1}')
    assert [reply.status for reply in replies] == [200] * 4
    assert bad.status == 400
    assert engine.asked == [
        StartDrill(fault="outage", venue="venue", seconds=20.0),
        StartDrill(fault="stall"),
        EndDrills(),
        EndDrills(venue="other"),
    ]


async def test_a_read_only_server_drills_nothing() -> None:
    engine = a_demo()
    async with asking(engine, read_only=True) as client:
        assert (await client.post("/drill/outage")).status == 403
        assert (await client.delete("/drill")).status == 403
    assert engine.asked == []


async def test_drills_are_taken_on_the_websocket_too() -> None:
    engine = a_demo()
    async with serving(engine) as running, running.client() as talk:
        begun = await talk.ask(op="drill", id=1, fault="outage", venue="venue", seconds=5)
        ended = await talk.ask(op="end_drills", id=2)
        refused = await talk.ask(op="drill", id=3)
    assert [begun["type"], ended["type"], refused["type"]] == ["ack", "ack", "error"]
    assert engine.asked == [StartDrill(fault="outage", venue="venue", seconds=5.0), EndDrills()]
