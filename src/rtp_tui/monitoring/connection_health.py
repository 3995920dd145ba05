"""Parts of the health score that are about connections: feeds, and the breakers of what is asked."""

from collections.abc import Iterable, Sequence

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.monitoring.evidence import NAMED, Evidence, Judged
from rtp_tui.monitoring.freshness import CONNECTED

_OPEN = (BreakerState.OPEN, BreakerState.FORCED_OPEN)


def judge_connections(evidence: Evidence) -> Judged | None:
    """Part `connections`: feeds that are connected and held up by no open breaker; paused ones do not count."""
    opened = [one for one in evidence.state.breaker.breakers.values() if one.state in _OPEN]
    return _judge(evidence.state.feed.feeds.values(), opened)


def judge_websocket(evidence: Evidence) -> Judged | None:
    """Part `websocket`: streams that are connected."""
    return _judge((feed for feed in evidence.state.feed.feeds.values() if not feed.polled), ())


def _judge(statuses: Iterable[FeedStatus], opened: Sequence[BreakerStatus]) -> Judged | None:
    feeds = [feed for feed in statuses if feed.state is not FeedState.PAUSED and _is_wanted(feed)]
    if not feeds:
        return None
    held_up = {breaker.name.partition("/")[0] for breaker in opened}
    lost = [feed for feed in feeds if feed.state not in CONNECTED or feed.name in held_up]
    reasons = [_lost_words(lost, len(feeds)) if lost else f"all {len(feeds)} feeds are connected"]
    reasons += map(_breaker_words, opened)
    return Judged(1 - len(lost) / len(feeds), "; ".join(reasons))


def _is_wanted(feed: FeedStatus) -> bool:
    """Something is to come from it now: it has instruments, and not all of their markets are closed."""
    return bool(feed.instruments) and not feed.is_resting


def _lost_words(lost: Sequence[FeedStatus], total: int) -> str:
    told = ", ".join(f"{feed.name} ({feed.error or feed.state})" for feed in lost[:NAMED])
    rest = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    advice = "; restart it once the cause is gone" if lost[0].state is FeedState.STOPPED else ""
    return f"{len(lost)} of {total} feeds not connected: {told}{rest}{advice}"


def _breaker_words(breaker: BreakerStatus) -> str:
    if breaker.state is BreakerState.FORCED_OPEN:
        return f"breaker {breaker.name} is forced open: reset it to go on"
    after = f" after {breaker.last_error}" if breaker.last_error else ""
    return f"breaker {breaker.name} is open{after}: it tries again by itself, reset it to try now"
