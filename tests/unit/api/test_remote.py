"""A console elsewhere, over a real server on loopback."""

import asyncio
from typing import Any

import pytest

from rtp_tui.api.remote import RemotePipeline
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import ControlFeed, Done, EndProcess, FeedAction
from rtp_tui.model.errors import Failed, NotConnected, ReadOnly, UnknownFeed
from rtp_tui.model.events import Batch, Disconnected, Snapshot
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.net.settings import NetSettings
from tests.factories import BTC, a_bar, a_health_report, a_quote
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving


class QuickClock(SystemClock):
    """The real clock, but a pause lasts a hundredth of what it should."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)


def remote(url: str) -> RemotePipeline:
    return RemotePipeline(url, QuickClock(), NetSettings())


async def next_of(updates: Any) -> Any:
    async with asyncio.timeout(5):
        return await anext(updates)


async def test_a_console_elsewhere_sees_the_snapshot_and_then_what_happens() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, remote(running.url).watch(conflate_ms=50) as updates:
        snapshot = await next_of(updates)
        assert isinstance(snapshot, Snapshot)
        assert (snapshot.epoch, snapshot.seq) == ("e1", 100)
        assert [view.instrument.id for view in snapshot.instruments] == ["crypto:BTC", "crypto:ETH"]
        engine.emit(a_quote(price=1.0), a_quote(price=2.0), a_health_report())
        batch = await next_of(updates)
    assert isinstance(batch, Batch)
    assert [event.seq for event in batch.events] == [102, 103]
    assert batch.events[0].payload == a_quote(price=2.0)


async def test_with_no_conflation_every_quote_arrives() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, remote(running.ws_url).watch(conflate_ms=0) as updates:
        await next_of(updates)
        engine.emit(a_quote(price=1.0), a_quote(price=2.0))
        batch = await next_of(updates)
    assert [event.payload.price for event in batch.events] == [1.0, 2.0]


async def test_a_lost_server_is_told_at_once_and_its_return_resumes() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running:
        port = int(running.url.rpartition(":")[2])
        watching = remote(running.url).watch()
        updates = await watching.__aenter__()
        await next_of(updates)
        running.server.stop()
        lost = await next_of(updates)
    assert isinstance(lost, Disconnected)
    assert lost.attempt == 1
    assert lost.retry_in_ms >= 1500
    again = await next_of(updates)
    assert isinstance(again, Disconnected)
    async with serving(engine, port=port):
        update = await next_of(updates)
        while isinstance(update, Disconnected):
            update = await next_of(updates)
        assert isinstance(update, Snapshot | Batch)
        await watching.__aexit__(None, None, None)


async def test_commands_and_queries_reach_the_engine_and_their_answers_come_back() -> None:
    engine = ScriptedPipeline()
    page = BarPage(bars=(a_bar(),), next_cursor="more")
    engine.answers = {GetBars: page, ControlFeed: Done(message="paused", affected=("binance",))}
    query, command = GetBars(instrument=BTC, limit=5), ControlFeed(feed="binance", action=FeedAction.PAUSE)
    async with serving(engine) as running:
        assert await remote(running.url).query(query) == page
        assert (await remote(running.url).execute(command)).affected == ("binance",)
    assert engine.asked == [query, command]


@pytest.mark.parametrize("refusal", [UnknownFeed("no feed 'x' runs"), Failed("the disk is full")])
async def test_a_refusal_arrives_as_the_exception_that_it_was(refusal: UnknownFeed | Failed) -> None:
    engine = ScriptedPipeline()
    engine.answers = {ControlFeed: refusal}
    async with serving(engine) as running:
        with pytest.raises(type(refusal)) as caught:
            await remote(running.url).execute(ControlFeed(feed="x", action=FeedAction.PAUSE))
    assert caught.value.message == refusal.message


async def test_a_read_only_server_takes_no_commands() -> None:
    engine = ScriptedPipeline()
    async with serving(engine, read_only=True) as running:
        with pytest.raises(ReadOnly):
            await remote(running.url).execute(EndProcess())
    assert engine.asked == []


async def test_an_unreachable_server_refuses_commands_at_once() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running:
        url = running.url
    with pytest.raises(NotConnected):
        await remote(url).execute(EndProcess())
    assert engine.asked == []


@pytest.mark.parametrize("url", ["ftp://x", "http://", "", "://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        remote(url)
