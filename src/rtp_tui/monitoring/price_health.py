"""Parts of the health score that are about prices: are they new, complete, right."""

from collections.abc import Sequence

from rtp_tui.model.health import Freshness, FreshnessVerdict
from rtp_tui.monitoring.evidence import Evidence, Judged, is_heard, named, share_between

FULL_ERROR_PCT, NO_ERROR_PCT = 1.0, 5.0
BARS_READY = 2
"""An instrument is ready for what computes on bars once it has so many closed minutes."""
_WORTH = {Freshness.LIVE: 1.0, Freshness.FRESH: 1.0, Freshness.AGING: 0.5}


def judge_freshness_of_all(evidence: Evidence) -> Judged | None:
    """Part `freshness`: live and fresh instruments count whole, aging ones half."""
    verdicts = evidence.verdicts()
    if not verdicts:
        return None
    share = sum(_WORTH.get(one.freshness, 0.0) for one in verdicts) / len(verdicts)
    return Judged(share, _freshness_reason(verdicts))


def judge_completeness(evidence: Evidence) -> Judged | None:
    """Part `completeness`: instruments in session that have a price of this run."""
    total = len(evidence.in_session)
    if not total:
        return None
    missing = [key for key in evidence.in_session if not is_heard(evidence.state, key)]
    reason = f"all {total} instruments in session are priced"
    if missing:
        reason = f"{len(missing)} of {total} not heard in this run: {named(missing)}"
    return Judged(1 - len(missing) / total, reason)


def judge_errors(evidence: Evidence) -> Judged | None:
    """Parts `error rate` and `low errors`: full at 1 % and below, none at 5 % and above."""
    if evidence.error_pct is None:
        return None
    reason = f"{evidence.error_pct:.1f} % of what came in was rejected or unreadable"
    return Judged(share_between(evidence.error_pct, FULL_ERROR_PCT, NO_ERROR_PCT), reason)


def judge_market_hours(evidence: Evidence) -> Judged | None:
    """Part `market hours`: open markets from which a fresh price comes."""
    instruments, verdicts = evidence.state.market.instruments, evidence.verdicts()
    opened = {instruments[one.instrument].market for one in verdicts}
    if not opened:
        return None
    served = {
        instruments[one.instrument].market
        for one in verdicts
        if one.freshness in (Freshness.LIVE, Freshness.FRESH)
    }
    reason = f"all {len(opened)} open markets are served"
    if unserved := sorted(opened - served):
        reason = (
            f"no fresh price from {len(unserved)} of {len(opened)} open markets: {named(unserved)}; refresh"
        )
    return Judged(len(served) / len(opened), reason)


def judge_data_flowing(evidence: Evidence) -> Judged | None:
    """Part `data flowing`: instruments in session that are heard at all, late ones too."""
    verdicts = evidence.verdicts()
    if not verdicts:
        return None
    silent = [one.instrument for one in verdicts if one.freshness not in _WORTH]
    reason = f"all {len(verdicts)} instruments in session give data"
    if silent:
        reason = f"{len(silent)} of {len(verdicts)} give no data: {named(silent)}; restart their feed"
    return Judged(1 - len(silent) / len(verdicts), reason)


def judge_bars_ready(evidence: Evidence) -> Judged | None:
    """Part `bars ready`: instruments in session with enough closed bars."""
    total = len(evidence.in_session)
    if not total:
        return None
    market = evidence.state.market
    unready = [key for key in evidence.in_session if len(market.sparkline(key)) < BARS_READY]
    reason = f"all {total} instruments in session have bars"
    if unready:
        reason = f"{len(unready)} of {total} have fewer than {BARS_READY} closed bars yet: {named(unready)}"
    return Judged(1 - len(unready) / total, reason)


def _freshness_reason(verdicts: Sequence[FreshnessVerdict]) -> str:
    for worst in (Freshness.STALE, Freshness.UNKNOWN, Freshness.AGING):
        those = [one for one in verdicts if one.freshness is worst]
        if those:
            names = named([one.instrument for one in those])
            is_silent = worst is Freshness.STALE and those[0].connected
            advice = "; refresh them, or restart their feed" if is_silent else ""
            return f"{len(those)} of {len(verdicts)} {worst}: {names} ({those[0].reason}){advice}"
    return f"all {len(verdicts)} instruments in session are fresh"
