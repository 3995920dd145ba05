"""One suite over every door: in the engine's loop, across threads, and across the network."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Protocol

import pytest
from msgspec.structs import replace

from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.remote import RemotePipeline
from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertRule
from rtp_tui.model.commands import (
    AcknowledgeAlert,
    AddInstrument,
    ClearCache,
    ControlFeed,
    DisconnectClient,
    Done,
    FeedAction,
    MuteNotifications,
    RemoveInstrument,
    RemovePortfolio,
    RemoveSilence,
    RetryDeadLetters,
    SaveAlertRule,
    SavePortfolio,
    SaveSilence,
    SaveWatchlist,
    TestChannel,
)
from rtp_tui.model.errors import (
    BadRequest,
    NoHistory,
    UnknownAlert,
    UnknownChannel,
    UnknownClient,
    UnknownFeed,
    UnknownInstrument,
    UnknownPortfolio,
    UnknownSilence,
)
from rtp_tui.model.events import Batch, Event, Payload, Snapshot, Update
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, Quote, TickKind
from rtp_tui.model.notifications import ChannelState, DeliveryState
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved, PortfolioValued, Position
from rtp_tui.model.queries import (
    GetAlertRules,
    GetAlerts,
    GetBars,
    GetChannels,
    GetClients,
    GetDeadLetters,
    GetEvents,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetNewestIndicators,
    GetPortfolioRisk,
    GetPortfolios,
    GetReport,
    GetSignals,
    GetSilences,
    GetStrategies,
    GetTicks,
    GetTreasury,
    RunBacktest,
    StateAt,
)
from rtp_tui.model.reports import ReportPeriod
from rtp_tui.model.signals import Outcome, Strategy, StrategyStatus
from rtp_tui.model.statistics import LogLine, PipelineStatistics, StoreStatus
from rtp_tui.model.watchlists import Watchlist, WatchlistSaved
from rtp_tui.net.settings import NetSettings
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.server.app import Server
from rtp_tui.server.settings import ServerSettings
from rtp_tui.state.pipeline_state import PipelineState
from tests.an_engine import AnEngine
from tests.engine_in_thread import EngineInThread, an_engine_in_a_thread
from tests.factories import (
    BTC,
    ETH,
    NOW_MS,
    a_bar,
    a_delivery,
    a_feed_status,
    a_health_report,
    a_quote_tick,
    a_signal,
    a_trade,
    a_verdict,
    an_alert,
    an_instrument,
)
from tests.indicated import a_level, a_zone
from tests.treasuries import a_holder, told_treasuries

PATIENCE_S = 60.0
MINUTE_MS = 60_000
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS


class Door(Protocol):
    """A door, and the engine behind it."""

    api: PipelineApi
    engine: AnEngine

    def do(self, act: Callable[[AnEngine], object]) -> None:
        """Let something happen in the engine's loop."""
        ...


class NearDoor:
    """A door to an engine of this loop."""

    def __init__(self, engine: AnEngine, api: PipelineApi) -> None:
        self.engine = engine
        self.api = api

    def do(self, act: Callable[[AnEngine], object]) -> None:
        act(self.engine)


class ThreadDoor:
    """A door to an engine in a thread."""

    def __init__(self, thread: EngineInThread) -> None:
        self._thread = thread
        self.engine = thread.engine
        self.api: PipelineApi = thread.door

    def do(self, act: Callable[[AnEngine], object]) -> None:
        self._thread.do(act)


@asynccontextmanager
async def local_door() -> AsyncIterator[Door]:
    engine = AnEngine(SystemClock())
    yield NearDoor(engine, engine.api)


@asynccontextmanager
async def door_across_threads() -> AsyncIterator[Door]:
    with an_engine_in_a_thread() as thread:
        yield ThreadDoor(thread)


@asynccontextmanager
async def remote_door() -> AsyncIterator[Door]:
    clock = SystemClock()
    engine = AnEngine(clock)
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(
        engine.api,
        ServerSettings(port=0),
        clock,
        version="1",
        on_status=engine.pipeline.announce,
        on_listening=url.set_result,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run())
        async with asyncio.timeout(PATIENCE_S):
            address = await url
        try:
            yield NearDoor(engine, RemotePipeline(address, clock, NetSettings()))
        finally:
            server.stop()


DOORS = {"local": local_door, "across threads": door_across_threads, "across the network": remote_door}


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    async with DOORS[request.param]() as door:
        yield door


class Follower:
    """What a front end knows: the newest snapshot with the batches since folded into it."""

    def __init__(self, updates: AsyncIterator[Update]) -> None:
        self.snapshots: list[Snapshot] = []
        self.events: list[Event] = []
        self.state = PipelineState()
        self._updates = updates

    async def take(self) -> Update:
        async with asyncio.timeout(PATIENCE_S):
            update = await anext(self._updates)
        if isinstance(update, Snapshot):
            self.snapshots.append(update)
            self.state = PipelineState.of(update)
        elif isinstance(update, Batch):
            assert update.seq == update.events[-1].seq
            self.events += update.events
            for event in update.events:
                self.state.apply(event)
        return update

    async def catch_up(self, door: Door) -> None:
        """Take until nothing is missing."""
        while self.state.seq < door.engine.pipeline.state.seq:
            await self.take()

    @property
    def payloads(self) -> list[Payload]:
        return [event.payload for event in self.events]

    @property
    def prices(self) -> list[float | None]:
        return [payload.price for payload in self.payloads if isinstance(payload, Quote)]


@asynccontextmanager
async def following(door: Door, conflate_ms: int = 10) -> AsyncIterator[Follower]:
    """A follower that has taken its first update."""
    async with door.api.watch(conflate_ms) as updates:
        follower = Follower(updates)
        await follower.take()
        yield follower


def trade(number: int, instrument: InstrumentId = BTC, **changes: object) -> Callable[[AnEngine], object]:
    tick = a_trade(**{"instrument": instrument, "sequence": number, "price": 100.0 + number, **changes})
    return lambda engine: engine.pipeline.accept(tick)


def announce(*payloads: Payload) -> Callable[[AnEngine], None]:
    def act(engine: AnEngine) -> None:
        for payload in payloads:
            engine.pipeline.announce(payload)

    return act


def state_of(door: Door) -> Snapshot:
    return door.engine.pipeline.state.snapshot("epoch", 0)


async def test_the_first_update_is_a_snapshot_with_all_instruments(door: Door) -> None:
    door.do(trade(1))
    async with door.api.watch(10) as updates:
        follower = Follower(updates)
        first = await follower.take()
        await follower.catch_up(door)

    assert isinstance(first, Snapshot)
    assert [view.instrument.id for view in first.instruments] == [BTC, ETH]
    assert first.epoch == "epoch"
    assert {key: quote.price for key, quote in follower.state.market.quotes.items()} == {BTC: 101.0}


async def test_a_quote_accepted_after_the_snapshot_arrives_in_a_batch(door: Door) -> None:
    async with following(door) as follower:
        door.do(trade(7))
        await follower.catch_up(door)

    assert follower.prices == [107.0]
    assert len(follower.snapshots) == 1


async def test_of_many_quotes_only_the_newest_come_and_everything_else_comes(door: Door) -> None:
    def burst(engine: AnEngine) -> None:
        for number in range(50):
            trade(number)(engine)
            engine.pipeline.announce(a_feed_status(frames=number))

    async with following(door) as follower:
        door.do(burst)
        await follower.catch_up(door)

    assert follower.prices[-1] == 149.0
    assert len(follower.prices) < 10
    assert [p.frames for p in follower.payloads if isinstance(p, FeedStatus)] == list(range(50))


async def test_without_conflation_every_quote_comes(door: Door) -> None:
    def burst(engine: AnEngine) -> None:
        for number in range(50):
            trade(number, event_ms=NOW_MS + number)(engine)

    async with following(door, conflate_ms=0) as follower:
        door.do(burst)
        await follower.catch_up(door)

    assert follower.prices == [100.0 + number for number in range(50)]


async def test_events_come_in_order_and_each_once(door: Door) -> None:
    async with following(door) as follower:
        for number in range(20):
            door.do(trade(number))
            door.do(trade(number, ETH))
            door.do(announce(a_verdict()))
        await follower.catch_up(door)

    assert all(before.seq < after.seq for before, after in pairwise(follower.events))


def everything(engine: AnEngine) -> None:
    """At least one event of each kind, some of them again."""
    pipeline = engine.pipeline
    announce(
        EngineStatus(version="1", name="", started_ms=NOW_MS, state=EngineState.STARTING),
        PartStatus(name="store", state=PartState.OK, since_ms=NOW_MS),
        PartStatus(name="feeds", state=PartState.STARTING, since_ms=NOW_MS),
        a_feed_status(),
        a_verdict(),
        MarketSession(market="XNYS", session=SessionState.OPEN, timezone="America/New_York"),
        a_health_report(),
        PipelineStatistics(at_ms=NOW_MS, received=5, rejected={"duplicate": 2}),
        StoreStatus(at_ms=NOW_MS, path="history.db", ok=True),
        LogLine(at_ms=NOW_MS, level="info", source="feeds", message="said"),
    )(engine)
    for number in range(5):
        trade(number, event_ms=OPEN_MS + number * MINUTE_MS)(engine)
        trade(number, ETH, kind=TickKind.POLL, event_ms=OPEN_MS + number * MINUTE_MS)(engine)
    trade(9, event_ms=OPEN_MS + 3 * MINUTE_MS + 1, price=5.0)(engine)
    pipeline.accept(a_quote_tick(open_24h=50.0, volume_24h=1e9))
    backfill = [a_bar(open_ms=OPEN_MS - i * MINUTE_MS, origin=BarOrigin.BACKFILL) for i in (3, 2, 1)]
    pipeline.keep_backfill(backfill)
    announce(
        a_feed_status(frames=9),
        a_health_report(score=10),
        PartStatus(name="store", state=PartState.RESTARTING, since_ms=NOW_MS, restarts=1),
        EngineStatus(version="1", name="", started_ms=NOW_MS, state=EngineState.RUNNING),
    )(engine)


async def test_a_snapshot_and_the_batches_after_it_fold_to_the_engines_state(door: Door) -> None:
    async with following(door) as follower:
        door.do(everything)
        await follower.catch_up(door)
        seen = follower.state.snapshot("epoch", 0)

        assert seen == state_of(door)
    assert seen.instruments[0].sparkline
    assert seen.feeds
    assert seen.health
    assert seen.sessions
    assert [part.name for part in seen.parts] == ["store", "feeds"]


async def test_a_snapshot_alone_is_the_engines_state_and_goes_on_like_it(door: Door) -> None:
    door.do(everything)
    async with following(door) as follower:
        await follower.catch_up(door)
        assert follower.state.snapshot("epoch", 0) == state_of(door)

        door.do(trade(50, event_ms=OPEN_MS + 9 * MINUTE_MS))
        door.do(trade(49, event_ms=OPEN_MS + 4 * MINUTE_MS + 2, price=3.0))
        await follower.catch_up(door)
        assert follower.state.snapshot("epoch", 0) == state_of(door)


async def test_two_watchers_see_the_same(door: Door) -> None:
    async with following(door) as one, following(door, conflate_ms=0) as two:
        door.do(everything)
        await one.catch_up(door)
        await two.catch_up(door)
        await one.catch_up(door)

        assert one.state.snapshot("epoch", 0) == two.state.snapshot("epoch", 0) == state_of(door)


async def test_a_watcher_that_leaves_and_comes_back_gets_a_new_snapshot(door: Door) -> None:
    async with following(door):
        pass
    door.do(trade(3))
    async with following(door) as again:
        await again.catch_up(door)

        assert len(again.snapshots) == 1
        assert again.state.market.quotes[BTC].price == 103.0


async def test_a_watcher_that_leaves_disturbs_no_other(door: Door) -> None:
    async with following(door) as staying:
        async with following(door):
            pass
        door.do(trade(3))
        await staying.catch_up(door)

        assert staying.prices == [103.0]
        assert len(staying.snapshots) == 1


async def test_a_query_is_answered(door: Door) -> None:
    for number in range(3):
        door.do(trade(number, event_ms=OPEN_MS + number * MINUTE_MS))

    page = await door.api.query(GetBars(instrument=BTC))

    assert page.bars == door.engine.pipeline.bars_in_memory(BTC)
    assert [bar.trades for bar in page.bars] == [1, 1, 1]


async def test_an_unknown_instrument_is_refused(door: Door) -> None:
    with pytest.raises(UnknownInstrument, match="crypto:NOPE"):
        await door.api.query(GetBars(instrument=InstrumentId("crypto:NOPE")))


async def test_a_question_that_this_engine_does_not_know_is_refused(door: Door) -> None:
    with pytest.raises(BadRequest, match="GetEvents"):
        await door.api.query(GetEvents())


async def test_a_commands_result_arrives_and_it_was_carried_out_once(door: Door) -> None:
    order = ControlFeed(feed="binance", action=FeedAction.PAUSE)

    assert await door.api.execute(order) == Done(message="binance: pause", affected=("binance",))
    assert door.engine.orders == [order]


async def test_the_cache_is_told_to_forget(door: Door) -> None:
    for order in (ClearCache(), ClearCache(pattern="history:*")):
        assert await door.api.execute(order) == Done(message="cache: 0 entries forgotten")


async def test_a_command_to_an_unknown_feed_is_refused(door: Door) -> None:
    with pytest.raises(UnknownFeed, match="nope"):
        await door.api.execute(ControlFeed(feed="nope", action=FeedAction.RESTART))


async def test_followers_are_listed_page_by_page_until_there_are_no_more(door: Door) -> None:
    first = await door.api.query(GetClients(limit=2))
    second = await door.api.query(GetClients(limit=2, cursor=first.next_cursor))

    assert [client.id for client in (*first.clients, *second.clients)] == [3, 7, 12]
    assert second.next_cursor is None


@pytest.mark.parametrize("query", [GetClients(limit=0), GetClients(cursor="x")])
async def test_a_page_that_cannot_be_is_refused(door: Door, query: GetClients) -> None:
    with pytest.raises(BadRequest):
        await door.api.query(query)


async def test_a_follower_is_sent_away_once(door: Door) -> None:
    done = await door.api.execute(DisconnectClient(client=7))

    assert done == Done(message="client 7 disconnected")
    assert door.engine.followers.ids == [3, 12]
    with pytest.raises(UnknownClient, match="7"):
        await door.api.execute(DisconnectClient(client=7))


async def test_alerts_are_listed_acknowledged_and_kept_quiet(door: Door) -> None:
    door.do(lambda engine: engine.pipeline.keep_alert(an_alert()))
    assert [one.id for one in (await door.api.query(GetAlerts())).alerts] == ["a1"]
    rules = (await door.api.query(GetAlertRules())).rules
    assert "memory" in {one.rule.id for one in rules}
    with pytest.raises(UnknownAlert, match="nobody"):
        await door.api.execute(AcknowledgeAlert(id="nobody"))
    until_ms = SystemClock().now_ms() + 60_000
    made = await door.api.execute(SaveSilence(subject="crypto:*", until_ms=until_ms, comment="work"))
    assert (await door.api.query(GetSilences())).silences == (made,)
    await door.api.execute(RemoveSilence(id=made.id))
    with pytest.raises(UnknownSilence):
        await door.api.execute(RemoveSilence(id=made.id))
    with pytest.raises(BadRequest, match="at character 1"):
        await door.api.execute(SaveAlertRule(rule=AlertRule(id="x", condition="prise > 1")))


async def test_channels_are_listed_tested_and_muted(door: Door) -> None:
    [listed] = (await door.api.query(GetChannels())).channels
    assert (listed.name, listed.state) == ("slack", ChannelState.READY)
    assert (await door.api.execute(TestChannel(channel="slack"))).ok
    door.do(lambda engine: engine.channel.script.append(ChannelFailed("answers 404", is_retryable=False)))
    failed = await door.api.execute(TestChannel(channel="slack"))
    assert (failed.ok, failed.error) == (False, "answers 404")
    with pytest.raises(UnknownChannel, match='did you mean "slack"'):
        await door.api.execute(TestChannel(channel="slak"))
    until_ms = SystemClock().now_ms() + 60_000
    mute = await door.api.execute(MuteNotifications(until_ms=until_ms, why="work"))
    assert (await door.api.query(GetChannels())).mute == mute
    await door.api.execute(MuteNotifications(until_ms=0))
    assert (await door.api.query(GetChannels())).mute is None
    with pytest.raises(BadRequest, match="31 days"):
        await door.api.execute(MuteNotifications(until_ms=until_ms + 10**10))


async def test_dead_letters_are_listed_and_sent_again(door: Door) -> None:
    dead = a_delivery(state=DeliveryState.DEAD, attempts=3, error="answers 404")
    door.do(lambda engine: engine.post.restore([dead]))

    assert (await door.api.query(GetDeadLetters(channel="slack"))).letters == (dead,)
    done = await door.api.execute(RetryDeadLetters(channel="slack"))
    assert done.message == "slack: 1 letter is sent again"
    assert (await door.api.query(GetDeadLetters(channel="slack"))).letters == ()
    with pytest.raises(UnknownChannel):
        await door.api.query(GetDeadLetters(channel="nobody"))


async def test_how_channels_stand_and_the_mute_are_part_of_the_state(door: Door) -> None:
    async with following(door) as follower:
        door.do(lambda engine: engine.post.tell())
        mute = await door.api.execute(MuteNotifications(until_ms=SystemClock().now_ms() + 60_000))
        await follower.catch_up(door)

    assert follower.state.alert.channels["slack"].kind == "webhook"
    assert follower.state.alert.mute == mute


async def test_questions_can_be_asked_while_watching(door: Door) -> None:
    async with following(door) as follower:
        door.do(trade(1))
        pages = await asyncio.gather(*(door.api.query(GetBars(instrument=BTC)) for _ in range(5)))
        await follower.catch_up(door)

    assert {len(page.bars) for page in pages} == {1}
    assert follower.prices == [101.0]


async def test_an_instrument_that_is_added_is_told_of_and_priced_from_then_on(door: Door) -> None:
    solana = an_instrument("crypto:SOL")
    async with door.api.watch() as updates:
        follower = Follower(updates)
        await follower.take()
        done = await door.api.execute(AddInstrument(instrument=solana))
        assert done.affected == (solana.id,)
        door.do(lambda engine: engine.pipeline.accept(a_trade(instrument=solana.id, price=3.0)))
        while solana.id not in follower.state.market.quotes:
            await follower.take()
        assert follower.state.market.instruments[solana.id] == solana
        assert follower.state.market.quotes[solana.id].price == 3.0


async def test_an_instrument_that_is_removed_is_gone_for_everybody(door: Door) -> None:
    door.do(lambda engine: engine.pipeline.accept(a_trade(instrument=ETH)))
    async with door.api.watch() as updates:
        follower = Follower(updates)
        await follower.take()
        await door.api.execute(RemoveInstrument(instrument=ETH))
        while ETH in follower.state.market.instruments:
            await follower.take()
        assert ETH not in follower.state.market.quotes
        assert BTC in follower.state.market.instruments


async def test_what_cannot_be_added_or_removed_is_refused(door: Door) -> None:
    with pytest.raises(BadRequest, match="priced already"):
        await door.api.execute(AddInstrument(instrument=an_instrument()))
    with pytest.raises(BadRequest, match="names no feed"):
        await door.api.execute(AddInstrument(instrument=an_instrument("crypto:SOL", feeds=())))
    with pytest.raises(UnknownInstrument):
        await door.api.execute(RemoveInstrument(instrument=InstrumentId("crypto:NONE")))


# --- portfolios


def _kept_names(door: Door) -> tuple[list[str], list[str]]:
    kept = door.engine.pipeline.state.portfolio
    return list(kept.portfolios), list(kept.watchlists)


async def test_a_portfolio_is_kept_valued_measured_and_forgotten(door: Door) -> None:
    door.do(lambda engine: engine.pipeline.accept(a_trade(price=100.0)))
    portfolio = Portfolio("desk", (Position(BTC, 2.0, 90.0), Position(ETH, 1.0)), benchmark=BTC)

    done = await door.api.execute(SavePortfolio(portfolio=portfolio))
    (view,) = (await door.api.query(GetPortfolios())).portfolios
    risk = await door.api.query(GetPortfolioRisk(name="desk", timeframe="1m"))

    assert done == Done(message="desk: 2 positions in USD added", affected=("desk",))
    assert (view.portfolio, view.value.value, view.value.unrealised) == (portfolio, 200.0, 20.0)
    assert view.value.unknown == ("crypto:ETH has no price yet",)
    assert (risk.name, risk.periods, risk.score) == ("desk", 0, None)
    await door.api.execute(RemovePortfolio(name="desk"))
    with pytest.raises(UnknownPortfolio):
        await door.api.query(GetPortfolios(name="desk"))


async def test_what_cannot_be_held_or_watched_is_refused_and_nothing_is_kept(door: Door) -> None:
    nothing = Portfolio("none", (Position(BTC, 0.0),))
    with pytest.raises(BadRequest, match="a position of 0"):
        await door.api.execute(SavePortfolio(portfolio=nothing))
    absurd = Portfolio("none", (Position(BTC, 1e16),))
    with pytest.raises(BadRequest, match=re.escape("crypto:BTC: more than 1e+15")):
        await door.api.execute(SavePortfolio(portfolio=absurd))
    with pytest.raises(BadRequest, match="three to five capital letters"):
        await door.api.execute(SavePortfolio(portfolio=Portfolio("none", base_currency="usd")))
    elsewhere = Portfolio("none", (Position(InstrumentId("crypto:BTX"), 1.0),))
    with pytest.raises(UnknownInstrument, match="is crypto:BTC meant"):
        await door.api.execute(SavePortfolio(portfolio=elsewhere))
    with pytest.raises(BadRequest, match="twice"):
        await door.api.execute(SaveWatchlist(watchlist=Watchlist("mine", (BTC, BTC))))
    with pytest.raises(UnknownPortfolio):
        await door.api.execute(RemovePortfolio(name="none"))
    assert _kept_names(door) == ([], [])


async def test_who_watches_hears_of_portfolios_and_what_they_are_worth(door: Door) -> None:
    async with asyncio.timeout(PATIENCE_S), door.api.watch(10) as updates:
        await anext(updates)
        await door.api.execute(SavePortfolio(portfolio=Portfolio("desk", (Position(BTC, 1.0),))))
        await door.api.execute(SaveWatchlist(watchlist=Watchlist("mine", (BTC,))))
        told: list[Payload] = []
        while not any(isinstance(one, WatchlistSaved) for one in told):
            batch = await anext(updates)
            told += [event.payload for event in batch.events] if isinstance(batch, Batch) else []
    kinds = [type(one) for one in told if isinstance(one, PortfolioSaved | PortfolioValued | WatchlistSaved)]
    assert kinds == [PortfolioSaved, PortfolioValued, WatchlistSaved]


async def test_a_report_of_an_empty_day_and_a_date_that_is_none(door: Door) -> None:
    report = await door.api.query(GetReport(period=ReportPeriod.WEEKLY, date="2026-W40"))
    assert (report.name, report.figures.ticks, report.known_from_ms) == ("2026-W40", None, None)
    with pytest.raises(BadRequest):
        await door.api.query(GetReport(date="soon"))


async def test_treasuries_are_told_at_the_price_of_now_with_what_is_not_known(door: Door) -> None:
    door.do(lambda engine: engine.pipeline.accept(a_trade(price=100.0)))
    door.do(lambda engine: engine.treasuries.told.update(BTC=told_treasuries(a_holder(holdings=2.0))))
    report = await door.api.query(GetTreasury())
    (row,) = report.companies
    assert (row.key, row.holdings, row.value_usd, row.mnav) == ("BTC NASDAQ:MSTR", 2.0, 200.0, None)
    assert "no stock MSTR is configured in US dollars" in {unknown.why for unknown in row.unknown}
    assert [(coin.coin, coin.value_usd) for coin in report.coins] == [("BTC", 200.0)]
    with pytest.raises(BadRequest, match="coin: one of BTC"):
        await door.api.query(GetTreasury(coin="DOGE"))


async def test_ticks_of_what_nobody_knows_are_refused(door: Door) -> None:
    assert (await door.api.query(GetTicks(instrument=BTC))).ticks == ()
    with pytest.raises(UnknownInstrument):
        await door.api.query(GetTicks(instrument=InstrumentId("crypto:NONE")))
    with pytest.raises(BadRequest):
        await door.api.query(GetTicks(instrument=BTC, cursor="first"))


async def test_indicators_are_answered_with_what_is_not_known_or_refused(door: Door) -> None:
    catalogue = await door.api.query(GetIndicatorCatalogue())
    page = await door.api.query(GetIndicators(instrument=BTC, names=catalogue.presets))

    assert catalogue.obstacle == "no library"
    assert [(one.name, one.values) for one in page.series] == [("rsi(14)", (None, 55.5))]
    with pytest.raises(BadRequest):
        await door.api.query(GetIndicators(instrument=BTC, names=("rsii",)))


async def test_what_the_last_round_came_to_is_answered_or_refused(door: Door) -> None:
    newest = await door.api.query(GetNewestIndicators())

    assert (newest.at_ms, newest.names) == (2, ("rsi(14)", "ema(200)"))
    assert [(one.instrument, one.values) for one in newest.instruments] == [(BTC, (55.5, None))]
    with pytest.raises(BadRequest, match=r"sma\(3\) is not worked out"):
        await door.api.query(GetNewestIndicators(names=("sma(3)",)))


async def test_levels_and_zones_are_answered_or_refused(door: Door) -> None:
    levels = await door.api.query(GetLevels(instrument=BTC, timeframe="5m"))

    assert (levels.timeframe, levels.bars, levels.to_ms) == ("5m", 2, 60_001)
    assert (levels.levels, levels.zones) == ((a_level(),), (a_zone(),))
    with pytest.raises(UnknownInstrument):
        await door.api.query(GetLevels(instrument=InstrumentId("crypto:NONE")))


async def test_signals_and_strategies_are_told_of_and_listed(door: Door) -> None:
    old, new = a_signal(at_ms=NOW_MS), a_signal(at_ms=NOW_MS + MINUTE_MS, strategy="rise", instrument=ETH)
    settled = old.with_outcome(Outcome(after_ms=300_000, price=101.0, move_pct=1.0, is_hit=True))
    status = StrategyStatus(strategy=Strategy(name="dip", when="close < 90"), signals=1, last_ms=NOW_MS)
    async with following(door) as follower:
        door.do(announce(old, new, settled, status))
        await follower.catch_up(door)

    assert follower.state.analytics.signals[old.id] == settled
    assert (await door.api.query(GetSignals())).signals == (new, settled)
    assert (await door.api.query(GetSignals(strategy="dip"))).signals == (settled,)
    assert (await door.api.query(GetSignals(instrument=ETH, until_ms=new.at_ms))).signals == ()
    assert (await door.api.query(GetStrategies())).strategies == (status,)


async def test_a_rule_is_held_against_the_past_or_refused_with_the_place_of_the_mistake(door: Door) -> None:
    closes = (100.0, 100.0, 80.0, 80.0, 100.0, 100.0)
    first_ms = OPEN_MS - len(closes) * MINUTE_MS
    bars = [
        a_bar(open_ms=first_ms + n * MINUTE_MS, close=close, origin=BarOrigin.BACKFILL)
        for n, close in enumerate(closes)
    ]
    door.do(lambda engine: engine.pipeline.keep_backfill(bars))
    query = RunBacktest(rule="close < 90", instruments=(BTC,), start_ms=first_ms, end_ms=OPEN_MS)

    found = await door.api.query(query)
    by_name = await door.api.query(replace(query, rule="dip"))

    assert (found.bars, found.triggers, found.instruments) == (6, 1, (BTC,))
    assert [(one.at_ms, one.price) for one in found.signals] == [(first_ms + 3 * MINUTE_MS, 80.0)]
    assert (by_name.strategy.name, len(by_name.signals)) == ("dip", 1)
    with pytest.raises(BadRequest, match=r"(?s)did you mean close.*\nclos < 90\n\^$"):
        await door.api.query(replace(query, rule="clos < 90"))
    with pytest.raises(UnknownInstrument, match="crypto:NONE"):
        await door.api.query(replace(query, instruments=("crypto:NONE",)))


def keep_keyframe(at_ms: int) -> Callable[[AnEngine], None]:
    def act(engine: AnEngine) -> None:
        engine.memory.keyframes.append(replace(engine.pipeline.snapshot(), at_ms=at_ms))

    return act


async def test_a_past_moment_has_the_events_up_to_it_and_says_of_when_its_prices_are(door: Door) -> None:
    connecting = Event(0, a_feed_status(state=FeedState.CONNECTING))

    def act(engine: AnEngine) -> None:
        trade(7)(engine)
        keep_keyframe(NOW_MS)(engine)
        seq = engine.pipeline.state.seq
        engine.memory.events.append((1, replace(connecting, seq=seq + 1), NOW_MS + 4_000))
        trade(9)(engine)

    async with following(door) as follower:
        door.do(act)
        await follower.catch_up(door)
    before = await door.api.query(StateAt(at_ms=NOW_MS + 3_999))
    after = await door.api.query(StateAt(at_ms=NOW_MS + 5_000))

    assert (after.at_ms, after.prices_ms) == (NOW_MS + 5_000, NOW_MS)
    assert [view.quote.price for view in after.instruments if view.quote] == [107.0]
    assert before.feeds == ()
    assert [feed.state for feed in after.feeds] == [FeedState.CONNECTING]


async def test_a_moment_before_all_that_is_kept_is_refused_with_how_far_back_it_goes(door: Door) -> None:
    with pytest.raises(NoHistory, match="no state of the past is kept yet"):
        await door.api.query(StateAt(at_ms=NOW_MS))
    async with following(door) as follower:
        door.do(lambda engine: (keep_keyframe(NOW_MS)(engine), trade(1)(engine)))
        await follower.catch_up(door)
    with pytest.raises(NoHistory, match=r"kept since \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"):
        await door.api.query(StateAt(at_ms=NOW_MS - 1))
