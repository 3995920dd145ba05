"""Values with sane defaults: name only what a test is about."""

from datetime import date
from typing import Any

from rtp_tui.model.alerts import Alert, AlertState, Severity, Silence, Step
from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.clients import ClientStatus, Scope
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.filings import Company, Disclosures, Fact, Filing
from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.health import (
    Freshness,
    FreshnessVerdict,
    HealthBand,
    HealthPart,
    HealthReport,
    HealthStatus,
)
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.model.jobs import JobOutcome, JobRun, JobState, JobStatus
from rtp_tui.model.market import Bar, BarOrigin, Quote, Tick, TickKind
from rtp_tui.model.notifications import ChannelStatus, Delivery, Message, Mute
from rtp_tui.model.reports import (
    AlertFigures,
    Figures,
    GapFigures,
    Report,
    ReportPeriod,
    SignalFigures,
    SubjectReport,
)
from rtp_tui.model.signals import Direction, Signal, Term

NOW_MS = 1_790_000_000_000
"""An instant 20 s into a minute."""

BTC = InstrumentId("crypto:BTC")
ETH = InstrumentId("crypto:ETH")


MSTR = InstrumentId("stocks:MSTR")


def a_filing(**changes: Any) -> Filing:
    values: dict[str, Any] = {
        "cik": 1050446,
        "accession": "0001050446-26-000011",
        "form": "8-K",
        "filed": date(2026, 2, 2),
        "reported": date(2026, 2, 1),
        "accepted_ms": 1_770_000_000_000,
        "description": "FORM 8-K",
        "items": ("7.01", "8.01"),
        "url": "https://www.sec.gov/Archives/edgar/data/1050446/000105044626000011/a.htm",
    }
    return Filing(**{**values, **changes})


def a_fact(**changes: Any) -> Fact:
    values: dict[str, Any] = {
        "cik": 1050446,
        "taxonomy": "us-gaap",
        "concept": "CryptoAssetNumberOfUnits",
        "unit": "BTC",
        "end": date(2025, 12, 31),
        "value": 641_205.0,
        "filed": date(2026, 2, 2),
        "form": "10-K",
        "accession": "0001050446-26-000009",
    }
    return Fact(**{**values, **changes})


def disclosures(**changes: Any) -> Disclosures:
    values: dict[str, Any] = {
        "instruments": (MSTR,),
        "company": Company(cik=1050446, name="Strategy Inc", tickers=("MSTR",)),
        "asked_ms": NOW_MS,
    }
    return Disclosures(**{**values, **changes})


def an_instrument(id: str = "crypto:BTC", **changes: Any) -> Instrument:  # noqa: A002
    symbol = id.partition(":")[2]
    return Instrument(
        **{"id": InstrumentId(id), "name": symbol, "feeds": (f"binance:{symbol}USDT",), **changes}
    )


def feed_of(instrument: str) -> str:
    return f"binance:{instrument.partition(':')[2]}USDT"


def a_trade(**changes: Any) -> Tick:
    values: dict[str, Any] = {
        "kind": TickKind.TRADE,
        "instrument": BTC,
        "feed": feed_of(changes.get("instrument", BTC)),
        "event_ms": NOW_MS,
        "received_ms": NOW_MS + 40,
        "price": 67_830.12,
        "size": 0.5,
        "sequence": 1,
    }
    return Tick(**{**values, **changes})


def a_quote_tick(**changes: Any) -> Tick:
    values: dict[str, Any] = {
        "kind": TickKind.QUOTE,
        "instrument": BTC,
        "feed": feed_of(changes.get("instrument", BTC)),
        "event_ms": None,
        "received_ms": NOW_MS + 40,
        "bid": 67_829.5,
        "ask": 67_830.6,
    }
    return Tick(**{**values, **changes})


def an_alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": "a1",
        "rule": "price-move-crypto",
        "subject": BTC,
        "state": AlertState.FIRING,
        "severity": Severity.WARNING,
        "message": "crypto:BTC moved 2.5 % within a minute",
        "since_ms": NOW_MS,
        "changed_ms": NOW_MS,
        "value": 2.5,
        "threshold": 2.0,
        "feed": "binance",
        "fired_ms": NOW_MS,
        "history": (Step(NOW_MS, AlertState.FIRING),),
    }
    return Alert(**{**values, **changes})


def a_report(**changes: Any) -> Report:
    """A day of which hardly anything is known."""
    nothing = dict.fromkeys(Figures.__struct_fields__)
    values: dict[str, Any] = {
        "period": ReportPeriod.DAILY,
        "name": "2026-09-21",
        "timezone": "UTC",
        "from_ms": 1_789_948_800_000,
        "to_ms": 1_790_035_200_000,
        "made_ms": NOW_MS,
        "is_over": False,
        "known_from_ms": None,
        "not_known": ("the end: the period is not over",),
        "figures": Figures(**nothing),
        "targets": (),
        "jobs": (),
        "alerts": AlertFigures(
            fired=0,
            acknowledged=0,
            resolved=0,
            mean_ms_to_acknowledge=None,
            mean_ms_to_resolve=None,
            by_rule=(),
        ),
        "gaps": GapFigures(
            found=0, filled=0, unfillable=0, pending=0, missing_minutes=0, mean_recovery_ms=None
        ),
        "signals": SignalFigures(given=0, scores=(), by_strategy=()),
        "instruments": (SubjectReport(subject="crypto:BTC", score=91.5, bars_due=60, bars_there=59),),
        "sources": (),
    }
    return Report(**{**values, **changes})


def a_silence(**changes: Any) -> Silence:
    values: dict[str, Any] = {
        "id": "s1",
        "subject": "crypto:*",
        "until_ms": NOW_MS + 3_600_000,
        "comment": "maintenance",
        "who": "ops",
        "created_ms": NOW_MS,
    }
    return Silence(**{**values, **changes})


def a_message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "key": "fired-a1",
        "subject": "[warning] crypto:BTC change 1m > 2 %: 2.5 %",
        "text": "crypto:BTC change 1m > 2 %: 2.5 %",
        "severity": Severity.WARNING,
        "at_ms": NOW_MS,
    }
    return Message(**{**values, **changes})


def a_delivery(**changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "key": "fired-a1",
        "channel": "slack",
        "messages": (a_message(),),
        "created_ms": NOW_MS,
        "due_ms": NOW_MS,
        "changed_ms": NOW_MS,
    }
    return Delivery(**{**values, **changes})


def a_channel(**changes: Any) -> ChannelStatus:
    return ChannelStatus(**{"name": "slack", "kind": "slack", "sent": 3, **changes})


def a_mute(**changes: Any) -> Mute:
    values: dict[str, Any] = {"until_ms": NOW_MS + 3_600_000, "at_ms": NOW_MS, "who": "ops", "why": "work"}
    return Mute(**{**values, **changes})


def a_quote(**changes: Any) -> Quote:
    values: dict[str, Any] = {
        "instrument": BTC,
        "price": 67_830.12,
        "event_ms": NOW_MS,
        "received_ms": NOW_MS + 40,
        "source": "binance:BTCUSDT",
        "bid": 67_829.5,
        "ask": 67_830.6,
        "change_24h": 1250.0,
        "change_24h_pct": 1.88,
        "volume_24h": 28.5e9,
    }
    return Quote(**{**values, **changes})


def a_bar(**changes: Any) -> Bar:
    values: dict[str, Any] = {
        "instrument": BTC,
        "timeframe": "1m",
        "open_ms": NOW_MS // 60_000 * 60_000,
        "open": 100.0,
        "high": 102.0,
        "low": 99.0,
        "close": 101.0,
        "volume": 12.5,
        "trades": 7,
        "closed": True,
        "revision": 0,
        "origin": BarOrigin.LIVE,
        "source": "binance:BTCUSDT",
    }
    return Bar(**{**values, **changes})


def a_feed_status(**changes: Any) -> FeedStatus:
    values: dict[str, Any] = {
        "name": "binance",
        "source": "binance",
        "state": FeedState.LIVE,
        "instruments": (BTC,),
        "since_ms": NOW_MS - 60_000,
        "expected_ms": 5_000,
    }
    return FeedStatus(**{**values, **changes})


def a_verdict(**changes: Any) -> FreshnessVerdict:
    values: dict[str, Any] = {
        "instrument": BTC,
        "freshness": Freshness.LIVE,
        "reason": "heard 0.2 s ago",
        "at_ms": NOW_MS,
        "connected": True,
    }
    return FreshnessVerdict(**{**values, **changes})


def a_health_report(**changes: Any) -> HealthReport:
    values: dict[str, Any] = {
        "status": HealthStatus.HEALTHY,
        "score": 93,
        "band": HealthBand.EXCELLENT,
        "parts": (
            HealthPart("freshness", 35.0, 35.0, "70 of 70 instruments in session are fresh"),
            HealthPart("connections", 8.0, 15.0, "1 of 2 feeds is live"),
        ),
        "reason": "connections: 1 of 2 feeds is live",
        "at_ms": NOW_MS,
    }
    return HealthReport(**{**values, **changes})


def a_job(**changes: Any) -> JobStatus:
    values: dict[str, Any] = {
        "id": "crypto-prices",
        "name": "Crypto prices",
        "kind": "poll",
        "category": "prices",
        "priority": Priority.HIGH,
        "state": JobState.IDLE,
        "enabled": True,
        "schedule": "every 30 s",
    }
    return JobStatus(**{**values, **changes})


def a_run(**changes: Any) -> JobRun:
    values: dict[str, Any] = {
        "job": "crypto-prices",
        "started_ms": NOW_MS,
        "ended_ms": NOW_MS + 420,
        "outcome": JobOutcome.SUCCEEDED,
    }
    return JobRun(**{**values, **changes})


def a_breaker(**changes: Any) -> BreakerStatus:
    values: dict[str, Any] = {
        "name": "coingecko/prices",
        "state": BreakerState.CLOSED,
        "since_ms": NOW_MS - 60_000,
    }
    return BreakerStatus(**{**values, **changes})


def a_client_status(**changes: Any) -> ClientStatus:
    values: dict[str, Any] = {
        "id": 7,
        "address": "10.0.0.7",
        "name": "ops",
        "scope": Scope.CONTROL,
        "connected_ms": NOW_MS - 180_000,
        "channels": 4,
        "sent": 12_400,
        "sent_bytes": 2_500_000,
        "rate": 9.5,
    }
    return ClientStatus(**{**values, **changes})


def a_gap(from_ms: int = NOW_MS - 60_000, **changes: Any) -> Gap:
    values: dict[str, Any] = {
        "instrument": BTC,
        "from_ms": from_ms,
        "to_ms": from_ms + 60_000,
        "cause": GapCause.DISCONNECT,
        "state": GapState.OPEN,
        "found_ms": NOW_MS,
        "changed_ms": NOW_MS,
        "feed": "binance:BTCUSDT",
    }
    return Gap(**{**values, **changes})


def a_signal(**changes: object) -> Signal:
    """A signal of strategy `dip`, as it was just given."""
    values: dict[str, object] = {
        "strategy": "dip",
        "instrument": BTC,
        "timeframe": "1m",
        "direction": Direction.LONG,
        "at_ms": NOW_MS,
        "price": 100.0,
        "spread": 0.5,
        "terms": (Term("close", 100.0),),
        **changes,
    }
    values.setdefault("id", f"{values['strategy']}@{values['instrument']}@{values['at_ms']}")
    return Signal(**values)  # type: ignore[arg-type]
