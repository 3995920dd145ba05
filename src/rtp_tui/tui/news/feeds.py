"""What is told of feeds, breakers, gaps and prices that move."""

from collections.abc import Iterator

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.feeds import ActiveFeed, FeedState, FeedStatus
from rtp_tui.model.gaps import Gap, GapState
from rtp_tui.model.market import SignificantChange
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.news.item import News
from rtp_tui.tui.news.words import gap_text, missing_text

_FEED_TONES = {
    FeedState.LIVE: Tone.OK,
    FeedState.POLLING: Tone.OK,
    FeedState.RECONNECTING: Tone.BAD,
    FeedState.CONNECTING: Tone.INFO,
    FeedState.PAUSED: Tone.WARN,
    FeedState.STOPPED: Tone.WARN,
}
_BREAKER_TONES = {
    BreakerState.CLOSED: Tone.OK,
    BreakerState.HALF_OPEN: Tone.INFO,
    BreakerState.OPEN: Tone.BAD,
    BreakerState.FORCED_OPEN: Tone.WARN,
    BreakerState.FORCED_CLOSED: Tone.WARN,
}


def of_feed(now: FeedStatus, before: FeedStatus | None) -> Iterator[News]:
    """It is in another state, and why."""
    if before is not None and before.state is now.state:
        return
    reason = f": {now.error}" if now.error and now.state is FeedState.RECONNECTING else ""
    yield News(now.since_ms, _FEED_TONES[now.state], now.name, f"{now.state}{reason}", reason[2:])


def of_switch(now: ActiveFeed, before: ActiveFeed | None) -> Iterator[News]:
    """Another feed prices an instrument: a standby, or the preferred one again."""
    if before is not None and before.feed == now.feed:
        return
    if now.reason:
        words = f"priced by {_provider(now)} as standby"
        yield News(
            now.since_ms, Tone.WARN, now.instrument, f"{words}: {now.reason}", now.reason, shared=words
        )
    elif before is not None:
        words = f"priced by {_provider(now)} again"
        yield News(now.since_ms, Tone.OK, now.instrument, words, shared=words)


def of_breaker(now: BreakerStatus, before: BreakerStatus | None) -> Iterator[News]:
    """It lets calls through, or no more."""
    if before is None and now.state is BreakerState.CLOSED:
        return
    if before is None or before.state is not now.state:
        words = now.state.value.replace("_", " ")
        if now.state is BreakerState.OPEN and now.next_probe_ms is not None:
            words += f", probe in {countdown_text(now.next_probe_ms - now.since_ms)}"
        reason = f": {now.last_error}" if now.last_error and now.state is BreakerState.OPEN else ""
        yield News(now.since_ms, _BREAKER_TONES[now.state], now.name, f"breaker {words}{reason}", reason[2:])


def of_gap(now: Gap, before: Gap | None) -> Iterator[News]:
    """Its beginning and its end; what is tried in between is nobody's news."""
    if before is None or not now.is_pending:
        tone = Tone.OK if now.state is GapState.FILLED else Tone.WARN
        words, cause = missing_text(now), now.cause.value
        yield News(now.changed_ms, tone, now.instrument, gap_text(now), cause, shared=words)


def of_move(now: SignificantChange) -> News:
    """A move of long ago, which a filled gap or the last price of a closed market brings, is no news."""
    tone = Tone.UP if now.change_pct > 0 else Tone.DOWN
    return News(now.at_ms, tone, now.instrument, f"moved {now.change_pct:+.2f} %", is_told_late=False)


def _provider(active: ActiveFeed) -> str:
    return active.feed.partition(":")[0]
