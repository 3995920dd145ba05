"""An engine that stands still: a fixed, instructive state, and updates only when a test gives them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar, cast

from msgspec import structs

from rtp_tui.model.commands import (
    AcknowledgeAlert,
    Command,
    ControlBreaker,
    ControlFeed,
    ControlJob,
    DisconnectClient,
    Done,
    MuteNotifications,
    Refresh,
    RemoveAlertRule,
    RemovePortfolio,
    RemoveSilence,
    RemoveWatchlist,
    SaveAlertRule,
    SavePortfolio,
    SaveSilence,
    SaveWatchlist,
    TriggerJob,
)
from rtp_tui.model.errors import Refused, UnknownInstrument
from rtp_tui.model.events import Batch, Event, InstrumentView, Payload, Snapshot, Update
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import (
    Freshness,
    FreshnessVerdict,
    HealthBand,
    HealthPart,
    HealthReport,
    HealthStatus,
    MarketSession,
    SessionState,
)
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import JobRun
from rtp_tui.model.market import Bar, Quote
from rtp_tui.model.notifications import Mute
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus
from rtp_tui.model.queries import (
    EventPage,
    Explain,
    Explanation,
    GetAlertRules,
    GetBars,
    GetEvents,
    GetGaps,
    GetMarketView,
    GetQuality,
    Query,
    StateAt,
)
from rtp_tui.model.statistics import LogLine, PipelineStatistics, StoreStatus
from tests.factories import NOW_MS, a_run, a_silence, an_alert
from tests.frozen_alerts import frozen_gaps, frozen_quality, frozen_rules
from tests.frozen_bars import frozen_bars, page_of
from tests.frozen_clients import frozen_clients, frozen_server
from tests.frozen_jobs import frozen_breakers, frozen_jobs
from tests.frozen_portfolios import a_market_view

AnswerT = TypeVar("AnswerT")

_CRYPTO = (
    ("BTC", "Bitcoin", 67_830.12, 1.88, 28.5e9),
    ("ETH", "Ethereum", 3_512.44, -0.62, 14.2e9),
    ("SOL", "Solana", 171.35, 4.31, 3.1e9),
    ("XRP", "XRP", 0.52318, -1.07, 1.2e9),
    ("DOGE", "Dogecoin", 0.16142, 7.94, 2.4e9),
    ("ADA", "Cardano", 0.45871, 0.0, 4.1e8),
    ("AVAX", "Avalanche", 36.882, 2.15, 5.5e8),
    ("LINK", "Chainlink", 17.441, -2.93, 6.2e8),
    ("DOT", "Polkadot", 7.1124, 0.44, 2.3e8),
    ("LTC", "Litecoin", 84.117, -0.18, 4.0e8),
    ("SHIB", "Shiba Inu", 0.00002471, 3.02, 7.9e8),
    ("TON", "Toncoin", 7.3401, 1.12, 3.3e8),
    ("UNI", "Uniswap", 10.927, -4.55, 2.8e8),
    ("ATOM", "Cosmos", 8.6214, 0.91, 1.6e8),
    ("NEAR", "NEAR Protocol", 7.3025, 5.48, 4.7e8),
)
_STOCKS = (
    ("AAPL", "Apple", 189.42, 1.24, 9.8e9),
    ("MSFT", "Microsoft", 411.05, -0.31, 8.1e9),
    ("NVDA", "NVIDIA", 1_037.99, 2.57, 4.4e10),
    ("TSLA", "Tesla", 177.46, -3.48, 1.2e10),
    ("AMZN", "Amazon", 183.15, 0.66, 6.3e9),
)
_CLOSED = (("RELIANCE", "Reliance Industries", 2_961.3, -0.74), ("TCS", "Tata Consultancy", 3_852.7, 0.21))
_STALE = {"UNI": 74_000, "ATOM": 68_000}
_AGING = {"TON": 14_000}


def _spark(seed: int, price: float, change: float) -> tuple[float, ...]:
    wave = (0.0, 0.3, 0.5, 0.2, -0.1, -0.4, -0.2, 0.1, 0.6, 0.8, 0.5, 0.3, -0.3, -0.6, -0.2, 0.1)
    return tuple(
        price * (1 + (change * (i - 15) / 15 + wave[(i + seed) % 16] * 1.2) / 100) for i in range(16)
    )


def _view(
    key: str, name: str, price: float, change: float, volume: float | None, feed: str, market: str
) -> InstrumentView:
    identity = InstrumentId(key)
    symbol = key.partition(":")[2]
    age_ms = _STALE.get(symbol) or _AGING.get(symbol) or len(symbol) * 310 % 1900
    freshness, reason = Freshness.LIVE, f"heard {age_ms / 1000:.1f} s ago"
    if symbol in _STALE:
        freshness, reason = Freshness.STALE, f"silent for {age_ms // 1000} s, expected every 5 s"
    elif symbol in _AGING:
        freshness, reason = Freshness.AGING, "silent for 14 s, expected every 5 s"
    elif market == "XBOM":
        freshness, reason, age_ms = Freshness.CLOSED, "XBOM is closed", 7_440_000
    elif age_ms > 1500:
        freshness = Freshness.FRESH
    spread = price * 0.00004
    return InstrumentView(
        Instrument(id=identity, name=name, feeds=(f"{feed}:{symbol}",), market=market),
        Quote(
            instrument=identity,
            price=price,
            event_ms=NOW_MS - age_ms - 40,
            received_ms=NOW_MS - age_ms,
            source=f"{feed}:{symbol}",
            bid=None if market == "XBOM" else price - spread,
            ask=None if market == "XBOM" else price + spread,
            change_24h=price * change / 100,
            change_24h_pct=change,
            day_high=price * 1.02,
            day_low=price * 0.97,
            volume_24h=volume,
        ),
        FreshnessVerdict(
            instrument=identity, freshness=freshness, reason=reason, at_ms=NOW_MS, connected=True
        ),
        _spark(len(name) + len(symbol), price, change),
    )


def a_snapshot() -> Snapshot:
    """Twenty-three instruments, four feeds of which one reconnects, jobs, breakers, four markets, four clients, health 73."""
    views = (
        *(
            _view(f"crypto:{s}", n, p, c, v, "kraken" if s in ("UNI", "ATOM") else "binance", "24x7")
            for s, n, p, c, v in _CRYPTO
        ),
        *(_view(f"stocks:{s}", n, p, c, v, "alpaca", "XNYS") for s, n, p, c, v in _STOCKS),
        *(_view(f"stocks:{s}", n, p, c, None, "dhan", "XBOM") for s, n, p, c in _CLOSED),
        _view("fx:USDCOP", "US dollar in pesos", 3_921.55, 0.35, None, "twelvedata", "XBOG"),
    )
    return Snapshot(
        epoch="k3f",
        seq=812,
        at_ms=NOW_MS,
        engine=EngineStatus(
            version="0.1.0", name="prod@ldn", started_ms=NOW_MS - 7_320_000, state=EngineState.RUNNING
        ),
        instruments=views,
        parts=_parts(),
        feeds=_feeds(views),
        breakers=frozen_breakers(),
        jobs=frozen_jobs(),
        sessions=_sessions(),
        health=_health(),
        statistics=PipelineStatistics(
            at_ms=NOW_MS, received=812_334, accepted=809_120, ticks_per_second=312.4
        ),
        store=StoreStatus(at_ms=NOW_MS, path="history.db", ok=True, committed_seq=810, size_bytes=45_200_000),
        server=frozen_server(),
        clients=frozen_clients(),
    )


def a_past_snapshot(snapshot: Snapshot) -> Snapshot:
    """The same desk when bitcoin was at 60,000 and an alert fired."""
    views = tuple(
        view
        if view.quote is None or view.instrument.id != "crypto:BTC"
        else structs.replace(view, quote=structs.replace(view.quote, price=60_000.0))
        for view in snapshot.instruments
    )
    return structs.replace(snapshot, instruments=views, alerts=(an_alert(),))


def _parts() -> tuple[PartStatus, ...]:
    details = {
        "store": "history.db, 45.2MB",
        "processor": "",
        "binance": "13 instruments",
        "kraken": "restarted after a bad frame",
        "calendar": "3 markets",
        "server": "http://127.0.0.1:8080",
        "monitor": "",
    }
    return tuple(
        PartStatus(
            name=name,
            state=PartState.RESTARTING if name == "kraken" else PartState.OK,
            since_ms=NOW_MS - (9_000 if name == "kraken" else 7_320_000),
            detail=detail,
            restarts=2 if name == "kraken" else 0,
        )
        for name, detail in details.items()
    )


def _feeds(views: tuple[InstrumentView, ...]) -> tuple[FeedStatus, ...]:
    def of(feed: str) -> tuple[InstrumentId, ...]:
        return tuple(view.instrument.id for view in views if view.instrument.feeds[0].startswith(feed))

    return (
        FeedStatus(
            name="binance", source="binance", state=FeedState.LIVE, instruments=of("binance"), rate=284.2,
            since_ms=NOW_MS - 7_300_000, expected_ms=5_000, frames=771_200, last_received_ms=NOW_MS - 90,
            last_event_ms=NOW_MS - 130, clock_offset_ms=-12,
        ),
        FeedStatus(
            name="kraken", source="kraken", state=FeedState.RECONNECTING, instruments=of("kraken"),
            since_ms=NOW_MS - 66_000, expected_ms=5_000, frames=22_100, last_received_ms=NOW_MS - 68_000,
            reconnects=5, next_attempt_ms=NOW_MS + 23_000, error="connection refused",
        ),
        FeedStatus(
            name="alpaca", source="alpaca", state=FeedState.LIVE, instruments=of("alpaca"), rate=27.6,
            since_ms=NOW_MS - 3_600_000, expected_ms=5_000, frames=19_034, last_received_ms=NOW_MS - 410,
            clock_offset_ms=31, reconnects=1,
        ),
        FeedStatus(
            name="twelvedata", source="twelvedata", state=FeedState.POLLING, instruments=of("twelvedata"), rate=0.1,
            since_ms=NOW_MS - 7_300_000, expected_ms=30_000, frames=244, last_received_ms=NOW_MS - 9_200,
        ),
    )  # fmt: skip


def _sessions() -> tuple[MarketSession, ...]:
    hour = 3_600_000
    return (
        MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"),
        MarketSession(
            market="XNYS", session=SessionState.OPEN, timezone="America/New_York",
            since_ms=NOW_MS - 3 * hour, next_close_ms=NOW_MS + 3 * hour + 754_000,
        ),
        MarketSession(
            market="XBOM", session=SessionState.CLOSED, timezone="Asia/Kolkata",
            since_ms=NOW_MS - 2 * hour, next_open_ms=NOW_MS + 15 * hour + 300_000,
        ),
        MarketSession(
            market="XBOG", session=SessionState.OPEN, timezone="America/Bogota",
            since_ms=NOW_MS - hour, next_close_ms=NOW_MS + 247_000,
        ),
    )  # fmt: skip


def _health() -> HealthReport:
    parts = (
        HealthPart("freshness", 30.4, 35, "3 of 21 instruments in session are late"),
        HealthPart("connections", 10, 20, "kraken reconnects, 3 of 4 feeds live"),
        HealthPart("errors", 13, 15, "2 of 1,000 frames were bad"),
        HealthPart("storage", 15, 15, "commits take 9 ms"),
        HealthPart("loop", 5, 15, "lag p99 41 ms, wanted 20 ms"),
    )
    return HealthReport(
        status=HealthStatus.HEALTHY, score=73, band=HealthBand.GOOD, parts=parts, at_ms=NOW_MS,
        reason="connections: kraken reconnects",
    )  # fmt: skip


class FrozenPipeline:
    """A PipelineApi: a snapshot at once (or when told), then what a test sends."""

    def __init__(self, snapshot: Snapshot | None = None, *, starts_at_once: bool = True) -> None:
        self.snapshot = snapshot or a_snapshot()
        self.orders: list[object] = []
        self.asked: list[object] = []
        """What panes ask by themselves."""
        self.answers: dict[type, object] = {
            GetQuality: frozen_quality(),
            GetGaps: frozen_gaps(),
            GetAlertRules: frozen_rules(),
            GetMarketView: a_market_view(),
            GetEvents: EventPage(events=()),
        }
        self.refusal: Refused | None = None
        self.bars: dict[InstrumentId, tuple[Bar, ...]] = frozen_bars()
        self.bars_refusal: Refused | None = None
        self.past = a_past_snapshot(self.snapshot)
        """What was true at any moment of the past, but for the moment."""
        self.past_refusal: Refused | None = None
        self.may_recall = asyncio.Event()
        self.may_recall.set()
        self.run = a_run(triggered=True)
        """How a job that is triggered ends, and when."""
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.seq = self.snapshot.seq
        self._updates: asyncio.Queue[Update] = asyncio.Queue()
        if starts_at_once:
            self._updates.put_nowait(self.snapshot)

    def send(self, *payloads: Payload) -> None:
        """Let the console hear these."""
        events = tuple(Event(self.seq + i, payload) for i, payload in enumerate(payloads, start=1))
        self.seq += len(payloads)
        self._updates.put_nowait(Batch(self.seq, events))

    def send_update(self, update: Update) -> None:
        self._updates.put_nowait(update)

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        async def updates() -> AsyncIterator[Update]:
            while True:
                yield await self._updates.get()

        yield updates()

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        if (answer := self.answers.get(type(query))) is not None:
            self.asked.append(query)
            return cast("AnswerT", answer)
        if isinstance(query, StateAt):
            return cast("AnswerT", await self._recall(query))
        self.orders.append(query)
        if isinstance(query, Explain):
            return cast("AnswerT", self._explanation(query))
        if isinstance(query, GetBars):
            if self.bars_refusal is not None:
                raise self.bars_refusal
            return cast("AnswerT", page_of(query, self.bars))
        raise Refused("not in a frozen pipeline")

    async def _recall(self, query: StateAt) -> Snapshot:
        self.asked.append(query)
        await self.may_recall.wait()
        if self.past_refusal is not None:
            raise self.past_refusal
        return structs.replace(self.past, at_ms=query.at_ms, prices_ms=query.at_ms - 3_000)

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        self.orders.append(command)
        if self.refusal is not None:
            raise self.refusal
        match command:
            case ControlFeed():
                done = Done(message=f"{command.feed}: {command.action} done", affected=(command.feed,))
            case ControlJob():
                done = Done(message=f"{command.job}: {command.action} done", affected=(command.job,))
            case ControlBreaker():
                done = Done(message=f"{command.breaker}: {command.action} done", affected=(command.breaker,))
            case DisconnectClient():
                done = Done(message=f"client {command.client} disconnected")
            case TriggerJob():
                return cast("AnswerT", await self._run_of(command))
            case Refresh():
                done = Done(message=f"fetched {', '.join(command.instruments)}", affected=command.instruments)
            case AcknowledgeAlert() | RemoveSilence() | RemoveAlertRule():
                done = Done(message=f"{command.id}: done", affected=(command.id,))
            case SaveAlertRule():
                done = Done(message=f"{command.rule.id}: {command.rule.condition}")
            case SavePortfolio():
                done = Done(message=f"{command.portfolio.name} saved")
            case SaveWatchlist():
                done = Done(message=f"{command.watchlist.name} saved")
            case RemovePortfolio() | RemoveWatchlist():
                done = Done(message=f"{command.name} removed")
            case MuteNotifications():
                return cast("AnswerT", Mute(until_ms=command.until_ms, at_ms=NOW_MS + 1, why=command.why))
            case SaveSilence():
                silence = a_silence(rule=command.rule, subject=command.subject, until_ms=command.until_ms)
                return cast("AnswerT", silence)
            case _:
                raise Refused("not in a frozen pipeline")
        return cast("AnswerT", done)

    async def _run_of(self, command: TriggerJob) -> JobRun:
        await self.may_end.wait()
        return structs.replace(self.run, job=command.job)

    def _explanation(self, query: Explain) -> Explanation:
        view = next((v for v in self.snapshot.instruments if v.instrument.id == query.instrument), None)
        if view is None:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        return Explanation(
            quote=view.quote,
            feeds=view.instrument.feeds,
            active_feed=view.instrument.feeds[0],
            raw='{"e":"trade","E":1790000000000,"s":"BTCUSDT","t":12345,"p":"67830.12","q":"0.5"}',
            raw_received_ms=NOW_MS - 200,
            expected_ms=5_000,
            freshness_reason=view.freshness.reason if view.freshness else "",
        )


LOG_LINES = (
    LogLine(
        at_ms=NOW_MS - 66_000,
        level="warning",
        source="kraken",
        message="connection closed by the venue (1006)",
    ),
    LogLine(at_ms=NOW_MS - 41_000, level="info", source="store", message="keyframe written, 212 kB"),
    LogLine(
        at_ms=NOW_MS - 12_000, level="error", source="kraken", message="attempt 5 failed: connection refused"
    ),
)
