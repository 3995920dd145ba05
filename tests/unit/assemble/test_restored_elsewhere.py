"""An engine on a restored backup, or on what a killed one left, answers every question as the one before."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.alerts import AlertRule, AlertState
from rtp_tui.model.commands import SaveAlertRule, SavePortfolio, SaveSilence, SaveWatchlist
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.gaps import GapState
from rtp_tui.model.market import Bar
from rtp_tui.model.notifications import DeliveryState
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.queries import (
    Explain,
    GetAlertRules,
    GetAlerts,
    GetBars,
    GetChannels,
    GetClients,
    GetDeadLetters,
    GetEvents,
    GetFilings,
    GetGaps,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetMarketView,
    GetNewestIndicators,
    GetPortfolioRisk,
    GetPortfolios,
    GetQuality,
    GetReport,
    GetSignals,
    GetSilences,
    GetStrategies,
    GetSummary,
    GetTicks,
    GetTreasury,
    Query,
    RunBacktest,
    StateAt,
)
from rtp_tui.model.signals import Outcome, Strategy
from rtp_tui.model.tallies import Tally
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts
from rtp_tui.notify.settings import ChannelSettings
from rtp_tui.storage.backup import restore
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.factories import (
    BTC,
    MSTR,
    NOW_MS,
    a_bar,
    a_delivery,
    a_fact,
    a_feed_status,
    a_filing,
    a_gap,
    a_job,
    a_mute,
    a_run,
    a_signal,
    a_trade,
    an_alert,
    an_instrument,
    disclosures,
)
from tests.fakes import FakeClock

MINUTE_MS, DAY_MS = 60_000, 86_400_000
THIS_MINUTE_MS, TODAY_MS = NOW_MS // MINUTE_MS * MINUTE_MS, NOW_MS // DAY_MS * DAY_MS

QUESTIONS: tuple[Query[object], ...] = (
    GetAlerts(),
    GetAlerts(only_active=True),
    GetAlertRules(),
    GetSilences(also_over=True),
    GetFilings(instrument=MSTR),
    GetSignals(),
    GetStrategies(),
    GetPortfolios(),
    GetPortfolioRisk(name="desk"),
    GetGaps(),
    GetEvents(),
    *(GetBars(instrument=BTC, timeframe=one) for one in ("1m", "5m", "1h", "1d")),
    GetTicks(instrument=BTC),
    GetQuality(),
    GetReport(),
    StateAt(at_ms=NOW_MS - 1),
    GetSummary(instrument=BTC),
    GetIndicators(instrument=BTC, names=("sma(5)",)),
    GetLevels(instrument=BTC),
    GetMarketView(),
    GetTreasury(),
    Explain(instrument=BTC),
    RunBacktest(rule="dip", start_ms=NOW_MS - HOUR_MS),
    GetDeadLetters(channel="hook"),
    GetChannels(),
    GetIndicatorCatalogue(),
)
OF_NOW: frozenset[type] = frozenset({GetClients, GetNewestIndicators})
"""What they tell is of the process alone."""

KEPT = (
    b"mine", b"mended", b"desk", b'"past"', b'"now"', b"dip", b"fired-a1", b"8-K", b'"filled"', b'job_run', b'"1d"',
)  # fmt: skip
"""Something of everything: answers that are empty prove nothing."""


def minutes() -> list[Bar]:
    return [
        a_bar(open_ms=THIS_MINUTE_MS - ago * MINUTE_MS, close=100.0 + ago % 7) for ago in range(240, 0, -1)
    ]


def fill(path: Path) -> None:
    """A history with something of everything that is kept."""
    batch = Batch(40)
    batch.take(minutes())
    batch.take(
        [
            a_bar(timeframe="1h", open_ms=TODAY_MS - HOUR_MS),
            a_bar(timeframe="1d", open_ms=TODAY_MS - DAY_MS),
        ]
    )
    batch.ticks.extend(a_trade(sequence=number, received_ms=NOW_MS - number) for number in range(1, 9))
    payloads: tuple[Payload, ...] = (a_feed_status(), a_job(), a_run())
    batch.events = [(Event(seq, payload), NOW_MS - 10 * MINUTE_MS) for seq, payload in enumerate(payloads, 1)]
    batch.add_gap(a_gap(NOW_MS - HOUR_MS, state=GapState.FILLED, found_ms=NOW_MS - 50 * MINUTE_MS))
    batch.add_tally(Tally(MINUTE_MS, THIS_MINUTE_MS - MINUTE_MS, "", '{"ticks":50,"errors":1,"bars":2}'))
    counts = msgspec.json.encode(QualityCounts(bars_due=60, bars_there=57, observed=90)).decode()
    for subject in (BTC, "binance"):
        batch.add_tally(Tally(HOUR_MS, NOW_MS // HOUR_MS * HOUR_MS - HOUR_MS, subject, counts))
    batch.add_alert_record(an_alert(id="past", state=AlertState.RESOLVED, resolved_ms=NOW_MS - 1))
    batch.add_alert_record(an_alert(id="now"))
    batch.add_alert_record(a_delivery(channel="hook", state=DeliveryState.DEAD))
    batch.add_alert_record(a_mute(until_ms=NOW_MS + HOUR_MS))
    batch.add_disclosures(disclosures(filings=(a_filing(),), facts=(a_fact(),)))
    batch.add_signal(
        a_signal(
            at_ms=NOW_MS - HOUR_MS,
            outcomes=(Outcome(after_ms=300_000, price=101.0, move_pct=1.0, is_hit=True),),
        )
    )
    batch.keyframes = [Snapshot(epoch="before", seq=30, at_ms=NOW_MS - MINUTE_MS, jobs=(a_job(),))]
    connection = open_writer(path, NOW_MS).connection
    BatchWriter(connection, "before").write(batch, NOW_MS)
    connection.close()


@asynccontextmanager
async def engine_on(folder: Path) -> AsyncIterator[Engine]:
    """An engine whose parts do not run: it asks nobody, and answers by what it found."""
    settings = Settings(
        data_dir=str(folder),
        features=FeatureSettings(streaming=False, scheduler=False, server=False),
        instruments=(
            an_instrument(BTC, feeds=("binance:BTCUSDT",)),
            an_instrument(MSTR, feeds=("yahoo:MSTR",)),
        ),
        channels={"hook": ChannelSettings(kind="webhook", url="http://127.0.0.1:1/")},
        strategies=(Strategy(name="dip", when="close < 101", cool_down_ms=0),),
    )
    async with assembled(settings, FakeClock(NOW_MS)) as engine:
        yield engine


async def orders(engine: Engine) -> None:
    """What a person leaves."""
    rule = AlertRule(id="mine", condition="crypto:BTC price > 1")
    await engine.api.execute(SaveAlertRule(rule=rule))
    await engine.api.execute(SaveSilence(rule="mine", until_ms=NOW_MS + HOUR_MS, comment="mended"))
    positions = (Position(BTC, 2.0, 90.0), Position(MSTR, -3.0))
    await engine.api.execute(SavePortfolio(portfolio=Portfolio("desk", positions)))
    await engine.api.execute(SaveWatchlist(watchlist=Watchlist("mine", (BTC,))))


async def answers(engine: Engine) -> dict[str, bytes]:
    said = {repr(query): msgspec.json.encode(await engine.api.query(query)) for query in QUESTIONS}
    state = engine.pipeline.state
    return {**said, "watchlists": msgspec.json.encode(tuple(state.portfolio.watchlists.values()))}


def test_every_question_is_asked() -> None:
    asked = {type(query) for query in QUESTIONS} | OF_NOW
    assert asked == set(Query.__subclasses__())


async def test_every_answer_is_the_same_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    fill(here / "history.db")
    async with engine_on(here) as engine:
        await orders(engine)
    history = SqliteHistory(here / "history.db")
    await history.back_up(here / "backups" / "history-1.db")
    await history.close()
    restore(here / "backups" / "history-1.db", there / "history.db", there, NOW_MS)

    async with engine_on(here) as before, engine_on(there) as after:
        expected, found = await answers(before), await answers(after)

    assert {key for key in expected if found[key] != expected[key]} == set()
    all_said = b"".join(found.values())
    assert [word for word in KEPT if word not in all_said] == []
    assert b'"coverage"' in found[repr(GetQuality())]
    assert BTC.encode() in found["watchlists"]


async def test_what_a_killed_engine_had_committed_is_answered_by_the_next(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    fill(here / "history.db")
    async with engine_on(here) as killed:
        await orders(killed)
        writing = asyncio.create_task(killed.pipeline.write())
        async with asyncio.timeout(20):
            while killed.pipeline.recorder.status().commits == 0:  # noqa: ASYNC110 - a thread commits, and tells nobody
                await asyncio.sleep(0.01)
        # The files as a process leaves them that is ended at this instant: the journal is not folded in.
        shutil.copytree(here, there)
        writing.cancel()
        expected = await answers(killed)
    assert (there / "history.db-wal").stat().st_size > 0

    async with engine_on(there) as after:
        found = await answers(after)

    counted_by_the_process = {repr(GetChannels())}
    assert {key for key in expected if found[key] != expected[key]} <= counted_by_the_process
