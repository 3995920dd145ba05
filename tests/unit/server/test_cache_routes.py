"""The cache over HTTP and on the WebSocket, in front of a scripted engine."""

from msgspec.structs import replace

from rtp_tui.model.commands import ClearCache, Done, OptimizeCache
from rtp_tui.model.statistics import CacheStatus
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import serving
from tests.unit.server.asking import asking, read

PATTERN = "history:bars:crypto:BTC:*"


async def test_the_counters_come_as_they_are_and_in_the_statistics_too() -> None:
    status = CacheStatus(hits=8, misses=2, entries=2, limit=1000, bytes=4096, hit_rate=80.0)
    engine = ScriptedPipeline(replace(a_snapshot(), cache=status))
    async with asking(engine) as client:
        body, stats = read(await client.get("/cache")), read(await client.get("/stats"))

    assert {name: body[name] for name in ("hits", "entries", "limit", "bytes", "hit_rate")} == {
        "hits": 8, "entries": 2, "limit": 1000, "bytes": 4096, "hit_rate": 80.0,
    }  # fmt: skip
    assert stats["cache"] == {"hit_rate": 80.0}


async def test_a_cache_that_was_never_asked_has_no_hit_rate() -> None:
    async with asking(ScriptedPipeline()) as client:
        assert read(await client.get("/cache"))["hit_rate"] is None
        assert read(await client.get("/stats"))["cache"] == {"hit_rate": None}


async def test_orders_to_forget_reach_the_engine() -> None:
    engine = ScriptedPipeline()
    engine.answers = {
        ClearCache: Done(message="cache: 3 entries forgotten"),
        OptimizeCache: Done(message="cache: 1 entry forgotten"),
    }
    async with asking(engine) as client:
        replies = [
            await client.post("/cache/clear"),
            await client.delete(f"/cache?pattern={PATTERN}"),
            await client.post("/cache/optimize"),
        ]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert read(replies[0])["message"] == "cache: 3 entries forgotten"
    assert engine.asked == [ClearCache(), ClearCache(pattern=PATTERN), OptimizeCache()]


async def test_everything_is_not_forgotten_for_want_of_a_pattern() -> None:
    engine = ScriptedPipeline()
    async with asking(engine) as client:
        replies = [await client.delete(path) for path in ("/cache", "/cache?pattern=")]

    assert [(reply.status, read(reply)["code"]) for reply in replies] == [(400, "bad_request")] * 2
    assert engine.asked == []


async def test_a_read_only_server_forgets_nothing() -> None:
    engine = ScriptedPipeline()
    async with asking(engine, read_only=True) as client:
        assert (await client.post("/cache/clear")).status == 403

    assert engine.asked == []


async def test_orders_to_forget_are_taken_on_the_websocket_too() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, running.client() as talk:
        cleared = await talk.ask(op="clear_cache", id=1, pattern="history:*")
        optimized = await talk.ask(op="optimize_cache", id=2)
        refused = await talk.ask(op="clear_cache", id=3, pattern=7)

    assert [cleared["type"], optimized["type"], refused["type"]] == ["ack", "ack", "error"]
    assert engine.asked == [ClearCache(pattern="history:*"), OptimizeCache()]
