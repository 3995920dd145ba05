"""Followers over HTTP and on the WebSocket, in front of a scripted engine."""

import pytest

from rtp_tui.model.commands import DisconnectClient, Done
from rtp_tui.model.errors import UnknownClient
from rtp_tui.model.queries import ClientPage, GetClients
from tests.factories import a_client_status
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving
from tests.unit.server.asking import asking, read


async def test_followers_have_the_fields_of_the_interface_under_their_names() -> None:
    engine = ScriptedPipeline()
    client_status = a_client_status(is_behind=True, gaps=2, buffered_bytes=300_000)
    engine.answers[GetClients] = ClientPage(clients=(client_status,), next_cursor="7")
    async with asking(engine) as client:
        body = read(await client.get("/clients?limit=1&cursor=3"))

    assert engine.asked == [GetClients(limit=1, cursor="3")]
    assert body == {
        "clients": [
            {
                "id": 7,
                "address": "10.0.0.7",
                "name": "ops",
                "scope": "control",
                "connected_ms": client_status.connected_ms,
                "channels": 4,
                "conflate_ms": 100,
                "sent": 12_400,
                "sent_bytes": 2_500_000,
                "rate": 9.5,
                "buffered_bytes": 300_000,
                "gaps": 2,
                "behind": True,
            }
        ],
        "next_cursor": "7",
    }


async def test_a_limit_that_is_none_is_refused() -> None:
    async with asking(ScriptedPipeline()) as client:
        assert (await client.get("/clients?limit=0")).status == 400


async def test_one_is_sent_away_by_its_number() -> None:
    engine = ScriptedPipeline()
    engine.answers[DisconnectClient] = Done(message="client 7 disconnected", affected=("7",))
    async with asking(engine) as client:
        reply = await client.delete("/clients/7")

    assert (reply.status, read(reply)["message"]) == (200, "client 7 disconnected")
    assert engine.asked == [DisconnectClient(client=7)]


@pytest.mark.parametrize("number", ["ops", "-1", "1.5", "9" * 40, "%C2%B2"])
async def test_what_is_no_number_is_a_bad_request(number: str) -> None:
    engine = ScriptedPipeline()
    async with asking(engine) as client:
        reply = await client.delete(f"/clients/{number}")

    assert (reply.status, read(reply)["code"]) == (400, "bad_request")
    assert engine.asked == []


async def test_one_who_is_not_there_is_unknown() -> None:
    engine = ScriptedPipeline()
    engine.answers[DisconnectClient] = UnknownClient("no client 9 is connected")
    async with asking(engine) as client:
        reply = await client.delete("/clients/9")

    assert (reply.status, read(reply)["code"]) == (404, "unknown_client")


async def test_a_read_only_server_sends_nobody_away() -> None:
    engine = ScriptedPipeline()
    async with asking(engine, read_only=True) as client:
        reply = await client.delete("/clients/7")

    assert (reply.status, read(reply)["code"]) == (403, "read_only")
    assert engine.asked == []


async def test_one_is_sent_away_from_the_websocket_too() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, running.client() as talk:
        answer = await talk.ask(op="disconnect_client", id=5, client=7)
        refused = await talk.ask(op="disconnect_client", id=6, client="ops")

    assert (answer["type"], answer["id"], answer["op"]) == ("ack", 5, "disconnect_client")
    assert (refused["type"], refused["id"], refused["code"]) == ("error", 6, "bad_field")
    assert engine.asked == [DisconnectClient(client=7)]


async def test_the_one_sent_away_hears_the_code_and_the_others_go_on() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as one, running.client() as other:
        first, second = running.server.clients()
        assert running.server.disconnect(first.id)
        assert await one.hear_the_end() == ([], 4003)
        assert (await other.ask(op="ping", id=1))["type"] == "pong"
        assert [client.id for client in running.server.clients()] == [second.id]
