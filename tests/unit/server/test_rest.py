"""REST over real sockets on loopback, in front of a scripted engine."""

from typing import Any

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import (
    ControlFeed,
    ControlPipeline,
    EndProcess,
    FeedAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
    TriggerJob,
)
from rtp_tui.model.errors import BadRequest, NotConnected, Unavailable, UnknownFeed
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.parts import EngineState
from rtp_tui.model.queries import BarPage, EventPage, GetBars, GetEvents, StoredEvent
from rtp_tui.model.statistics import PipelineStatistics, StoreStatus
from rtp_tui.net.http import HttpClient, HttpReply
from rtp_tui.server.app import Server
from rtp_tui.server.listening import NotLoopback, PortInUse
from rtp_tui.server.settings import ServerSettings
from tests.factories import BTC, NOW_MS, a_bar, a_health_report
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot, an_engine
from tests.serving import Serving, serving
from tests.unit.server.asking import asking, read


async def test_every_page_answers_with_what_the_contract_names() -> None:
    engine = ScriptedPipeline(
        a_snapshot(
            health=a_health_report(),
            statistics=PipelineStatistics(at_ms=NOW_MS, received=10, accepted=8, rejected={"crossed": 2}),
            store=StoreStatus(at_ms=NOW_MS, path="history.db", ok=True, ticks_stored=8),
            sessions=(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"),),
        )
    )
    async with asking(engine) as client:
        pages = {
            path: await client.get(path)
            for path in ("/", "/livez", "/readyz", "/health", "/status", "/stats", "/feeds", "/instruments",
                         "/market/latest", "/market/latest/crypto:BTC", "/market/status", "/market/status/24x7",
                         "/config", "/jobs", "/breakers")
        }  # fmt: skip
    assert {page.status for page in pages.values()} == {200}
    told = {path: read(page) for path, page in pages.items()}
    assert (told["/"]["name"], told["/"]["version"]) == ("rtp-tui", "9.9.9")
    assert told["/health"]["score"] == 93
    assert told["/status"]["pipeline"]["stats"]["errors"] == 2
    assert told["/status"]["scheduler"]["health_status"]["status"] == "healthy"
    assert told["/stats"]["ticks"] == {
        "received": 10,
        "accepted": 8,
        "unchanged": 0,
        "rejected": {"crossed": 2},
    }
    assert told["/stats"]["stored"]["ticks"] == 8
    assert [quote["id"] for quote in told["/market/latest"]["quotes"]] == ["crypto:BTC", "crypto:ETH"]
    assert told["/market/latest/crypto:BTC"]["age_ms"] >= 0
    assert told["/market/status/24x7"]["is_open"] is True
    for name, path in (("feeds", "/feeds"), ("instruments", "/instruments"), ("markets", "/market/status")):
        assert (len(told[path][name]) > 0, told[path]["next_cursor"]) == (True, None)


async def test_a_quote_that_has_not_changed_is_not_sent_again() -> None:
    async with asking(ScriptedPipeline()) as client:
        tags = [(await client.get(path)).headers["etag"] for path in ("/market/latest/BTC", "/market/latest")]
    async with asking(ScriptedPipeline(), (("If-None-Match", ", ".join(tags)),)) as client:
        again = await client.get("/market/latest/BTC")
        all_again = await client.get("/market/latest", {"symbols": "BTC,crypto:ETH"})
    assert (again.status, again.body, all_again.status) == (304, b"", 304)


async def test_a_quote_that_changed_is_sent() -> None:
    for held in ('"e1-99-1"', "", '"e0-100-1"'):
        async with asking(ScriptedPipeline(), (("If-None-Match", held),)) as client:
            assert (await client.get("/market/latest/BTC")).status == 200


async def test_symbols_select_quotes() -> None:
    async with asking(ScriptedPipeline()) as client:
        quotes = read(await client.get("/market/latest", {"symbols": "eth"}))["quotes"]
        unknown = await client.get("/market/latest", {"symbols": "eth,doge"})
    assert [quote["id"] for quote in quotes] == ["crypto:ETH"]
    assert (unknown.status, read(unknown)["code"]) == (404, "unknown_instrument")


async def test_bars_are_asked_for_in_every_spelling() -> None:
    engine = ScriptedPipeline()
    engine.answers[GetBars] = BarPage(bars=(a_bar(),), next_cursor="c2")
    async with asking(engine) as client:
        page = read(
            await client.get(
                "/data/btc",
                {
                    "timeframe": "5T",
                    "start": "2024-11-21",
                    "end": "1732222222123",
                    "limit": 7,
                    "cursor": "c1",
                },
            )
        )
    assert engine.asked == [
        GetBars(
            instrument=BTC,
            timeframe="5m",
            start_ms=1_732_147_200_000,
            end_ms=1_732_222_222_123,
            limit=7,
            cursor="c1",
        )
    ]
    assert (page["id"], page["timeframe"], page["next_cursor"]) == ("crypto:BTC", "5m", "c2")
    assert list(page["bars"][0]) == [
        "open_ms", "open", "high", "low", "close", "volume", "trades", "closed", "revision", "origin", "source",
        "missing",
    ]  # fmt: skip


async def test_past_events_carry_their_payload_as_json() -> None:
    engine = ScriptedPipeline()
    stored = StoredEvent(id=3, at_ms=NOW_MS, topic="feed", payload='{"state":"live"}')
    engine.answers[GetEvents] = EventPage(events=(stored,), next_cursor=None)
    async with asking(engine) as client:
        page = read(await client.get("/events", {"topic": "feed", "since": "5"}))
    assert page["events"] == [{"id": 3, "at_ms": NOW_MS, "topic": "feed", "payload": {"state": "live"}}]
    assert engine.asked == [GetEvents(since_ms=5, topic="feed")]


async def test_metrics_are_text_or_json() -> None:
    statistics = PipelineStatistics(at_ms=NOW_MS, received=10, rejected={"crossed": 1})
    engine = ScriptedPipeline(a_snapshot(statistics=statistics))
    async with asking(engine) as client:
        text = await client.get("/metrics")
    async with asking(engine, (("Accept", "application/json"),)) as client:
        figures = read(await client.get("/metrics"))
    assert b"rtp_ticks_received_total 10.0" in text.body
    assert b'rtp_ticks_rejected_total{reason="crossed"} 1.0' in text.body
    assert figures["pipeline_stats"]["error_rate"] == 0.1
    assert figures["pipeline_stats"]["symbols_processed"] == 1


async def test_readiness_fails_while_the_engine_is_stopped() -> None:
    engine = ScriptedPipeline(a_snapshot(engine=an_engine(state=EngineState.STOPPED)))
    async with asking(engine) as client:
        ready, alive = await client.get("/readyz?verbose"), await client.get("/livez")
    assert (ready.status, alive.status) == (503, 200)
    assert int(ready.headers["retry-after"]) > 0
    assert [check["name"] for check in read(ready)["checks"] if not check["ok"]] == ["engine"]


async def test_orders_reach_the_engine() -> None:
    engine = ScriptedPipeline()
    async with asking(engine) as client:
        replies = [
            await client.post(path)
            for path in ("/start", "/stop", "/restart", "/stop?server=true", "/refresh",
                         "/instruments/btc/refresh", "/feeds/binance:BTCUSDT/pause", "/feeds/kraken:BTC/USD/restart")
        ]  # fmt: skip
        replies.append(await client.post("/refresh", b'{"instruments":["ETH"]}'))
    assert [reply.status for reply in replies] == [202, 202, 202, 202, 200, 200, 202, 202, 200]
    assert [read(reply)["state"] for reply in replies[:4]] == ["running", "stopped", "running", "draining"]
    assert engine.asked == [
        ControlPipeline(action=PipelineAction.START),
        ControlPipeline(action=PipelineAction.STOP),
        ControlPipeline(action=PipelineAction.RESTART),
        EndProcess(),
        Refresh(),
        Refresh(instruments=(BTC,)),
        ControlFeed(feed="binance:BTCUSDT", action=FeedAction.PAUSE),
        ControlFeed(feed="kraken:BTC/USD", action=FeedAction.RESTART),
        Refresh(instruments=("crypto:ETH",)),  # type: ignore[arg-type]
    ]


async def test_errors_are_problems_with_a_stable_code() -> None:
    engine = ScriptedPipeline()
    engine.answers = {ControlFeed: UnknownFeed("no such feed"), GetBars: BadRequest("no such timeframe")}
    engine.answers[Refresh] = RuntimeError("secret inside")
    engine.answers[TriggerJob] = Unavailable("the scheduler is switched off")
    engine.answers[ControlPipeline] = NotConnected("the engine is away")
    async with asking(engine) as client:
        replies = {
            "unknown_feed": (404, await client.post("/feeds/x/pause")),
            "bad_request": (400, await client.get("/data/crypto:BTC?timeframe=9m")),
            "unknown_instrument": (404, await client.get("/market/latest/crypto:NOPE")),
            "not_found": (404, await client.get("/nowhere")),
            "method_not_allowed": (405, await client.get("/start")),
            "unsupported_media_type": (415, await post_form(client)),
            "too_large": (413, await client.post("/api/command", b'"' + b"x" * 70_000 + b'"')),
            "unavailable": (409, await client.post("/jobs/x/trigger")),
            "not_connected": (503, await client.post("/start")),
            "internal_error": (500, await client.post("/refresh")),
        }
    for code, (status, reply) in replies.items():
        assert (reply.status, read(reply)["code"]) == (status, code)
        assert reply.headers["content-type"] == "application/problem+json"
        assert b"secret" not in reply.body
        assert ("retry-after" in reply.headers) == (status == 503)
    _, nowhere = replies["not_found"]
    assert read(nowhere)["detail"] == "nothing is served there; / lists what is"


async def post_form(client: HttpClient) -> HttpReply:
    """What a page elsewhere could make a browser send."""
    inner = client._client
    assert inner is not None
    answer = await inner.post("/stop", data={"server": "true"})
    return HttpReply(answer.status_code, answer.headers, answer.content)


@pytest.mark.parametrize(
    ("settings", "code"), [({"read_only": True}, "read_only"), ({"local_control": False}, "not_allowed")]
)
async def test_control_can_be_switched_off(settings: dict[str, Any], code: str) -> None:
    engine = ScriptedPipeline()
    async with asking(engine, **settings) as client:
        for path in ("/stop", "/refresh", "/feeds/x/pause"):
            reply = await client.post(path)
            assert (reply.status, read(reply)["code"]) == (403, code)
        assert (await client.get("/health")).status == 200
    assert engine.asked == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ((("Host", "evil.example"),), 421, "bad_host"),
        ((("Origin", "https://evil.example"),), 403, "bad_origin"),
    ],
)
async def test_foreign_names_and_pages_are_turned_away(
    headers: tuple[tuple[str, str], ...], status: int, code: str
) -> None:
    async with asking(ScriptedPipeline(), headers) as client:
        reply = await client.get("/health")
    assert (reply.status, read(reply)["code"]) == (status, code)


async def test_a_port_in_use_and_a_host_beyond_this_machine_are_refused_at_the_start() -> None:
    async with serving(ScriptedPipeline()) as running:
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(PortInUse, match=str(port)):
            await Serving(ScriptedPipeline(), port=port).server.run()
    with pytest.raises(NotLoopback, match="0\\.0\\.0\\.0"):
        await Serving(ScriptedPipeline(), host="0.0.0.0").server.run()


async def test_the_server_tells_who_is_connected() -> None:
    statuses: list[int] = []
    server = Server(
        ScriptedPipeline(),
        ServerSettings(port=0),
        SystemClock(),
        version="1",
        on_status=lambda status: statuses.append(status.clients),
    )
    assert (server.url, server.status().clients, statuses) == ("", 0, [])


async def test_an_instrument_that_is_asked_for_many_times_is_answered_once() -> None:
    async with asking(ScriptedPipeline()) as client:
        reply = await client.get("/market/latest", {"symbols": ",".join(["BTC"] * 1_000 + ["ETH"])})

    assert [quote["id"] for quote in read(reply)["quotes"]] == ["crypto:BTC", "crypto:ETH"]


async def test_quotes_feeds_and_instruments_come_a_page_at_a_time() -> None:
    async with asking(ScriptedPipeline()) as client:
        for name, path in (
            ("quotes", "/market/latest"),
            ("instruments", "/instruments"),
            ("feeds", "/feeds"),
        ):
            first = read(await client.get(path, {"limit": 1}))
            second = read(await client.get(path, {"limit": 1, "cursor": first["next_cursor"]}))
            assert first[name] != second[name]
            assert (len(first[name]), len(second[name]), second["next_cursor"]) == (1, 1, None)


async def test_the_configuration_is_told_as_it_is_when_asked() -> None:
    told = [{"server": {"port": 1}}, {"server": {"port": 2}}]
    async with asking(ScriptedPipeline(), config=lambda: told.pop(0)) as client:
        ports = [read(await client.get("/config"))["server"]["port"] for _ in range(2)]
    assert ports == [1, 2]


async def test_reloading_is_accepted_with_the_state_and_a_bad_configuration_refused() -> None:
    engine = ScriptedPipeline()
    async with asking(engine) as client:
        accepted = await client.post("/reload")
        engine.answers[ReloadConfiguration] = BadRequest("config.toml:3: server.port: 70000 is not a port")
        refused = await client.post("/reload")
    assert (accepted.status, read(accepted)["state"]) == (202, "running")
    assert (refused.status, "server.port" in read(refused)["detail"]) == (400, True)
    assert engine.asked == [ReloadConfiguration()] * 2
