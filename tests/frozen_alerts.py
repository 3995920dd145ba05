"""Alerts, rules, scores and gaps of an engine that stands still."""

from rtp_tui.model.alerts import Alert, AlertRule, AlertState, ListedRule, RuleOrigin, Severity, Silence, Step
from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.quality import QualityHour, QualityPart, QualityScore, TargetReport
from rtp_tui.model.queries import AlertRuleList, GapPage, QualityPage
from tests.factories import NOW_MS, a_gap, a_silence, an_alert

MINUTE_MS = 60_000
WEIGHTS = {"coverage": 30.0, "freshness": 25.0, "validity": 15.0, "consistency": 15.0, "latency": 15.0}


def frozen_alerts() -> tuple[Alert, ...]:
    """One in each state, and two that fire."""
    return (
        an_alert(
            id="gone", rule="update-rate", subject="stocks:AAPL", state=AlertState.RESOLVED, value=0.4, threshold=0.8,
            message="stocks:AAPL updates per minute < 0.8 (0.4)", since_ms=NOW_MS - 20 * MINUTE_MS,
            fired_ms=NOW_MS - 19 * MINUTE_MS, resolved_ms=NOW_MS - 12 * MINUTE_MS, changed_ms=NOW_MS - 12 * MINUTE_MS,
        ),
        an_alert(
            id="old", rule="data-too-old", subject="crypto:UNI", severity=Severity.CRITICAL, value=374.0,
            threshold=300.0, message="crypto:UNI data age > 5 min (6.23 min)", since_ms=NOW_MS - 374_000, feed="kraken",
            notified_ms=NOW_MS - 73_000, fired_ms=NOW_MS - 74_000, inhibited_by="",
        ),
        an_alert(
            id="move", since_ms=NOW_MS - 41_000, message="crypto:BTC moved 2.5 % within a minute",
        ),
        an_alert(
            id="known", rule="websocket-down", subject="kraken", severity=Severity.CRITICAL, value=66.0, threshold=30.0,
            state=AlertState.ACKNOWLEDGED, message="kraken stream down > 30 s (66 s)", since_ms=NOW_MS - 66_000,
            fired_ms=NOW_MS - 36_000, acknowledged_ms=NOW_MS - 20_000,
            history=(
                Step(NOW_MS - 36_000, AlertState.FIRING),
                Step(NOW_MS - 20_000, AlertState.ACKNOWLEDGED, "ops", "the venue is told"),
            ),
        ),
        an_alert(
            id="wait", rule="error-rate", subject="", state=AlertState.PENDING, severity=Severity.WARNING, value=6.2,
            threshold=5.0, message="error rate > 5 % (6.2 %)", since_ms=NOW_MS - 9_000, fired_ms=None, history=(),
        ),
        an_alert(
            id="quiet", rule="gap", subject="crypto:ATOM", state=AlertState.SILENCED, value=180.0, threshold=120.0,
            message="crypto:ATOM gap > 2 min (3 min)", since_ms=NOW_MS - 200_000,
        ),
    )  # fmt: skip


def frozen_silences() -> tuple[Silence, ...]:
    """One in force, and one that is over."""
    return (
        a_silence(rule="gap", subject="crypto:ATOM"),
        a_silence(id="s0", until_ms=NOW_MS - 1, created_ms=NOW_MS - 9_000),
    )


def frozen_rules() -> AlertRuleList:
    """A built-in one, one that is switched off, and one that was made here."""
    return AlertRuleList(
        rules=(
            ListedRule(
                rule=AlertRule(id="data-too-old", condition="data age > 5 min", severity=Severity.CRITICAL),
                origin=RuleOrigin.BUILT_IN,
            ),
            ListedRule(
                rule=AlertRule(id="memory", condition="memory > 500 MB", for_ms=60_000, enabled=False),
                origin=RuleOrigin.CONFIGURATION,
            ),
            ListedRule(
                rule=AlertRule(
                    id="crypto-btc-price-above-70000",
                    condition="crypto:BTC price > 70000",
                    instruments=("crypto:BTC",),
                ),
                origin=RuleOrigin.SAVED,
            ),
        )
    )


def a_score(
    subject: str, score: float | None, kind: str = "instrument", *, latency_ms: float = 120.0
) -> QualityScore:
    """A score whose coverage explains it."""
    share = score or 0.0
    values = {
        "coverage": share,
        "freshness": 99.9,
        "validity": 100.0,
        "consistency": None,
        "latency": latency_ms,
    }
    parts = tuple(
        QualityPart(name, value, 100.0 if name == "latency" else value, WEIGHTS[name], f"{name} of 24 hours")
        for name, value in values.items()
    )
    return QualityScore(
        subject=subject,
        kind=kind,
        score=score,
        parts=parts if score is not None else (),
        anomalies={"outlier": 2} if share < 50 else {},
        rejected={"out_of_range": 3} if share < 50 else {},
        hours=tuple(QualityHour(NOW_MS - n * 3_600_000, share, 0) for n in range(3, 0, -1)),
    )


def frozen_quality() -> QualityPage:
    """Three instruments, a source and one of which nothing is known; two targets, one of them missed."""
    return QualityPage(
        scores=(
            a_score("crypto:ATOM", 41.0),
            a_score("kraken", 72.5, "source"),
            a_score("crypto:BTC", 99.4),
            a_score("crypto:ETH", 100.0, latency_ms=1_250.0),
            a_score("stocks:TCS", None),
        ),
        targets=(
            TargetReport("coverage", "%", 99.0, 97.25, False),
            TargetReport("freshness", "s", 120.0, 4.2, True),
            TargetReport("gap_recovery", "s", 300.0, None, None),
        ),
    )


def frozen_gaps() -> GapPage:
    """One that is being repaired, one that was, and one that cannot be."""
    atom = InstrumentId("crypto:ATOM")
    hour_ago = NOW_MS - 60 * MINUTE_MS
    gaps: tuple[Gap, ...] = (
        a_gap(instrument=atom, state=GapState.BACKFILLING, attempts=2, feed="kraken:ATOM/USD"),
        a_gap(
            hour_ago, to_ms=hour_ago + 3 * MINUTE_MS, state=GapState.FILLED, filled_from="okx:BTC-USDT",
            found_ms=hour_ago + 4 * MINUTE_MS, changed_ms=hour_ago + 5 * MINUTE_MS, attempts=1,
        ),
        a_gap(
            hour_ago, instrument=atom, state=GapState.UNFILLABLE, cause=GapCause.SOURCE, detail="nobody traded",
            found_ms=hour_ago + 9 * MINUTE_MS, changed_ms=hour_ago + 9 * MINUTE_MS, feed="kraken:ATOM/USD",
        ),
    )  # fmt: skip
    return GapPage(gaps=gaps)
