"""The WebSocket over real sockets on loopback, in front of a scripted engine."""

import asyncio
from typing import Any

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.commands import (
    AnyCommand,
    BreakerAction,
    Command,
    ControlBreaker,
    ControlFeed,
    ControlJob,
    ControlPipeline,
    FeedAction,
    JobAction,
    PipelineAction,
    Refresh,
    ReloadConfiguration,
    RemoveJob,
    RemovePortfolio,
    RemoveWatchlist,
    RetryDeadLetters,
    SaveJob,
    SavePortfolio,
    SaveWatchlist,
    TestChannel,
    TriggerJob,
)
from rtp_tui.model.errors import UnknownFeed
from rtp_tui.model.jobs import JobRemoved, JobState
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.net.websocket import SocketClosed, SocketUnreachable, connect
from rtp_tui.server.session import COMMANDS_AT_ONCE
from tests.factories import BTC, a_breaker, a_job, a_quote, a_run
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import Serving, serving


async def test_a_client_is_welcomed_and_then_follows() -> None:
    engine = ScriptedPipeline()
    async with serving(engine, name="prod@ldn") as running:
        async with connect(running.ws_url, clock=SystemClock()) as socket:
            welcome = await socket.receive()
        async with running.client() as client:
            ack = await client.ask(op="subscribe", id="a", channels=["crypto:BTC"])
            snapshot = await client.hear()
            engine.emit(a_quote(price=1.5))
            update = await client.hear()
    assert b'"type":"welcome","protocol":1,"server":"rtp-tui/9.9.9","name":"prod@ldn","epoch":"e1"' in welcome
    assert (ack["type"], ack["id"], ack["seq"]) == ("ack", "a", 100)
    assert (snapshot["type"], snapshot["channel"]) == ("snapshot", "crypto:BTC")
    assert (update["type"], update["seq"], update["data"]["price"]) == ("price_update", 101, 1.5)


async def test_jobs_and_breakers_are_followed_like_everything_else() -> None:
    engine = ScriptedPipeline(a_snapshot(jobs=(a_job(),), breakers=(a_breaker(),)))
    async with serving(engine) as running, running.client() as client:
        await client.ask(op="subscribe", channels=["jobs", "breakers"], conflate_ms=0)
        snapshots = {(heard := await client.hear())["channel"]: heard for _ in range(2)}
        engine.emit(
            a_job(state=JobState.RUNNING),
            a_run(),
            a_breaker(state=BreakerState.OPEN),
            JobRemoved(id="crypto-prices"),
        )
        updates = [await client.hear() for _ in range(4)]
    assert [job["id"] for job in snapshots["jobs"]["data"]["jobs"]] == ["crypto-prices"]
    assert [one["state"] for one in snapshots["breakers"]["data"]["breakers"]] == ["closed"]
    assert [(update["channel"], update["type"]) for update in updates] == [
        ("jobs", "job_update"),
        ("jobs", "job_run"),
        ("breakers", "breaker_update"),
        ("jobs", "job_removed"),
    ]
    assert updates[0]["data"].items() >= {"id": "crypto-prices", "state": "running", "runs": 0}.items()
    assert updates[1]["data"].items() >= {"job": "crypto-prices", "outcome": "succeeded"}.items()
    assert updates[2]["data"].items() >= {"name": "coingecko/prices", "state": "open"}.items()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "bad_json"),
        ('{"op":"dance","id":1}', "unknown_op"),
        ('{"op":"subscribe","id":1}', "bad_field"),
        ('{"op":"subscribe","id":1,"channels":["weather"]}', "unknown_channel"),
    ],
)
async def test_a_bad_message_is_answered_and_the_conversation_goes_on(text: str, code: str) -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as client:
        await client.socket.send(text)
        error = await client.hear()
        assert (error["type"], error["code"]) == ("error", code)
        assert error["id"] == (None if code == "bad_json" else 1)
        assert (await client.ask(op="ping", id=5))["id"] == 5


async def test_three_malformed_messages_end_the_conversation_and_no_other() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as other:
        async with running.client() as client:
            for _ in range(3):
                await client.socket.send("hello")
            heard, code = await client.hear_the_end()
        assert (await other.ask(op="ping"))["type"] == "pong"
    assert [message["code"] for message in heard] == ["bad_json"] * 3
    assert code == 1008


async def test_an_oversized_message_is_1009() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as client:
        with pytest.raises(SocketClosed) as caught:
            await client.ask(op="ping", id="x" * 70_000)
    assert caught.value.code == 1009


async def test_commands_are_carried_out_and_refusals_keep_their_code() -> None:
    engine = ScriptedPipeline()
    engine.answers[ControlFeed] = UnknownFeed("no such feed")
    async with serving(engine) as running, running.client() as client:
        answers = [
            await client.ask(op="refresh", id=1, instruments=["crypto:BTC"]),
            await client.ask(op="restart", id=2),
            await client.ask(op="pause", id=3, feed="x"),
        ]
    assert [(a["type"], a.get("code")) for a in answers] == [
        ("ack", None),
        ("ack", None),
        ("error", "unknown_feed"),
    ]
    assert engine.asked == [
        Refresh(instruments=(BTC,)),
        ControlPipeline(action=PipelineAction.RESTART),
        ControlFeed(feed="x", action=FeedAction.PAUSE),
    ]


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ({"op": "trigger", "job": "j"}, TriggerJob(job="j")),
        ({"op": "test_channel", "channel": "slack"}, TestChannel(channel="slack")),
        ({"op": "retry_dead_letters", "channel": "slack"}, RetryDeadLetters(channel="slack")),
        ({"op": "restart", "job": "j"}, TriggerJob(job="j", restart=True)),
        ({"op": "pause", "job": "j"}, ControlJob(job="j", action=JobAction.PAUSE)),
        ({"op": "resume", "job": "j"}, ControlJob(job="j", action=JobAction.RESUME)),
        ({"op": "cancel", "job": "j"}, ControlJob(job="j", action=JobAction.CANCEL)),
        ({"op": "enable", "job": "j"}, ControlJob(job="j", action=JobAction.ENABLE)),
        ({"op": "disable", "job": "j"}, ControlJob(job="j", action=JobAction.DISABLE)),
        ({"op": "remove_job", "job": "j"}, RemoveJob(job="j")),
        (
            {"op": "add_job", "job": {"id": "j", "cron": "0 6 * * *"}},
            SaveJob(id="j", adds=True, cron="0 6 * * *"),
        ),
        ({"op": "change_job", "job": "j", "change": {"enabled": False}}, SaveJob(id="j", enabled=False)),
        ({"op": "reset", "breaker": "a/b"}, ControlBreaker(breaker="a/b", action=BreakerAction.RESET)),
        ({"op": "open", "breaker": "a/b"}, ControlBreaker(breaker="a/b", action=BreakerAction.OPEN)),
        ({"op": "close", "breaker": "a/b"}, ControlBreaker(breaker="a/b", action=BreakerAction.CLOSE)),
        ({"op": "reload"}, ReloadConfiguration()),
        (
            {
                "op": "save_portfolio",
                "portfolio": {"name": "p", "positions": [{"instrument": BTC, "quantity": 2}]},
            },
            SavePortfolio(portfolio=Portfolio("p", (Position(BTC, 2.0),))),
        ),
        ({"op": "remove_portfolio", "portfolio": "p"}, RemovePortfolio(name="p")),
        (
            {"op": "save_watchlist", "watchlist": {"name": "w", "instruments": [BTC]}, "subscribe": True},
            SaveWatchlist(watchlist=Watchlist("w", (BTC,)), subscribe=True),
        ),
        ({"op": "remove_watchlist", "watchlist": "w"}, RemoveWatchlist(name="w")),
    ],
)
async def test_every_command_is_an_operation(operation: dict[str, Any], command: AnyCommand) -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, running.client() as client:
        ack = await client.ask(**operation, id=1)
    assert (ack["type"], ack["op"], ack["result"]["message"]) == ("ack", operation["op"], "done")
    assert engine.asked == [command]


async def test_a_triggered_run_is_answered_with_its_result() -> None:
    engine = ScriptedPipeline()
    engine.answers[TriggerJob] = a_run()
    async with serving(engine) as running, running.client() as client:
        ack = await client.ask(op="trigger", id=6, job="crypto-prices")
        pong = await client.ask(op="subscribe", id=7, channels=["log"])
    assert ack["result"].items() >= {"job": "crypto-prices", "outcome": "succeeded"}.items()
    assert "result" not in pong


@pytest.mark.parametrize("op", ["pause", "resume", "restart"])
async def test_an_order_to_a_feed_and_a_job_at_once_is_a_bad_field(op: str) -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, running.client() as client:
        error = await client.ask(op=op, id=1, feed="x", job="y")
    assert (error["code"], engine.asked) == ("bad_field", [])


class SlowEngine(ScriptedPipeline):
    """Carries out nothing before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()

    async def execute(self, command: Command[Any]) -> Any:
        await self.may_end.wait()
        return await super().execute(command)


async def test_a_long_run_does_not_hold_up_the_conversation_and_there_are_not_many_at_once() -> None:
    engine = SlowEngine()
    async with serving(engine) as running, running.client() as client:
        for number in range(COMMANDS_AT_ONCE):
            await client.say(op="trigger", id=number, job="j")
        one_more = await client.ask(op="trigger", id="one more", job="j")
        pong = await client.ask(op="ping", id="meanwhile")
        engine.may_end.set()
        acks = [await client.hear() for _ in range(COMMANDS_AT_ONCE)]
        afterwards = await client.ask(op="trigger", id="afterwards", job="j")
    assert (one_more["id"], one_more["code"]) == ("one more", "busy")
    assert (pong["type"], pong["id"]) == ("pong", "meanwhile")
    assert sorted(ack["id"] for ack in acks) == list(range(COMMANDS_AT_ONCE))
    assert afterwards["type"] == "ack"


async def test_who_leaves_during_a_command_is_let_go() -> None:
    async with serving(SlowEngine()) as running:
        async with running.client() as client:
            await client.say(op="trigger", id=1, job="j")
            assert (await client.ask(op="ping"))["type"] == "pong"
        async with running.client() as other:
            while running.server.status().clients > 1:
                await other.ask(op="ping")


async def test_a_read_only_server_refuses_commands_alone() -> None:
    engine = ScriptedPipeline()
    async with serving(engine, read_only=True) as running, running.client() as client:
        assert (await client.ask(op="stop", id=1))["code"] == "read_only"
        assert (await client.ask(op="join", id=2, rooms=["log"]))["type"] == "ack"
    assert engine.asked == []


async def test_a_bug_in_a_command_ends_that_conversation_alone() -> None:
    engine = ScriptedPipeline()
    engine.answers[Refresh] = RuntimeError("a bug")
    async with serving(engine) as running, running.client() as other, running.client() as client:
        await client.say(op="refresh")
        heard, code = await client.hear_the_end()
        assert (await other.ask(op="ping"))["type"] == "pong"
    assert (heard, code) == ([], 1011)


async def test_a_flood_is_ended() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as client:
        for _ in range(1100):
            await client.say(op="ping")
        _, code = await client.hear_the_end()
    assert code == 4009


async def test_one_client_too_many_is_told_so() -> None:
    async with (
        serving(ScriptedPipeline(), max_clients=1) as running,
        running.client(),
        connect(running.ws_url, clock=SystemClock()) as socket,
    ):
        with pytest.raises(SocketClosed) as caught:
            await socket.receive()
    assert caught.value.code == 4013


@pytest.mark.parametrize("headers", [[("Origin", "https://evil.example")], [("Origin", "null")]])
async def test_foreign_pages_get_no_socket(headers: list[tuple[str, str]]) -> None:
    async with serving(ScriptedPipeline()) as running:
        with pytest.raises(SocketUnreachable) as caught:
            async with connect(running.ws_url, clock=SystemClock(), headers=headers):
                pass
    assert caught.value.status == 403


async def test_the_end_is_announced_and_quick() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as client:
        await client.ask(op="subscribe", channels=["*"])
        running.server.stop()
        heard, code = await client.hear_the_end()
    assert (heard[-1]["type"], heard[-1]["reconnect_after_ms"], code) == ("shutdown", 1500, 1001)


async def test_cancelling_the_server_says_goodbye_too() -> None:
    running = Serving(ScriptedPipeline())
    task = asyncio.create_task(running.server.run())
    await running.listening.wait()
    async with running.client() as client:
        task.cancel()
        _, code = await client.hear_the_end()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert code == 1001


async def test_clients_and_what_they_were_sent_are_counted() -> None:
    async with serving(ScriptedPipeline()) as running:
        async with running.client() as client:
            await client.ask(op="subscribe", channels=["*", "health"])
            status = running.server.status()
        assert (status.clients, status.subscriptions, status.sent) == (1, 2, 5)
        assert running.statuses[0].url == running.url
