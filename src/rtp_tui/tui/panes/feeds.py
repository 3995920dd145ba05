"""Feeds: who delivers, how fast, and what is being done about those who do not."""

from collections.abc import Sequence

from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.text import age_text, compact
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.feed_words import is_scarce, key_text, quota_text, refused_keys, resting_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

STATES = {
    FeedState.LIVE: Cell("●", Tone.OK),
    FeedState.POLLING: Cell("◐", Tone.OK),
    FeedState.CONNECTING: Cell("○", Tone.INFO),
    FeedState.RECONNECTING: Cell("✖", Tone.BAD),
    FeedState.PAUSED: Cell("‖", Tone.WARN),
    FeedState.STOPPED: Cell("·", Tone.DIM),
}
WORKING = (FeedState.LIVE, FeedState.POLLING)


class Feeds(Pane):
    """One row a feed."""

    name = "feeds"
    title = "Feeds"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="name", title="FEED", width=9, grows_to=14),
        Column(name="state", title="STATE", width=12),
        Column(name="rate", title="MSG/S", width=6, rank=1, right=True, is_number=True),
        Column(name="age", title="AGE", width=4, rank=1, right=True, is_number=True),
        Column(name="instruments", title="SYM", width=4, rank=6, right=True, is_number=True),
        Column(name="reconnects", title="RECON", width=5, rank=4, right=True, is_number=True),
        Column(name="offset", title="CLOCK", width=7, rank=7, right=True, is_number=True),
        Column(name="note", title="NOTE", width=12, rank=5, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.state.feed.feeds)

    def row(self, scene: Scene, key: str) -> Row:
        feed = scene.state.feed.feeds[key]
        mark = STATES[feed.state] if scene.is_trusted else Cell("?", Tone.DIM)
        plain = Tone.TEXT if scene.is_trusted and feed.state in WORKING else Tone.DIM
        word_tone = Tone.DIM if mark.tone is Tone.OK else mark.tone
        offset = "–" if feed.clock_offset_ms is None else f"{feed.clock_offset_ms:+d}ms"
        return Row(
            key,
            (
                mark,
                Cell(feed.name, Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(_word(scene, feed), word_tone),
                Cell(f"{feed.rate:.1f}" if feed.rate < 1000 else compact(feed.rate), plain),
                Cell(age_text(_age_ms(scene, feed)), plain),
                Cell(str(len(feed.instruments)), Tone.DIM),
                Cell(str(feed.reconnects), Tone.WARN if feed.reconnects and scene.is_trusted else Tone.DIM),
                Cell(offset, Tone.DIM),
                _note(scene, feed),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        feed = scene.state.feed.feeds[key]
        age_ms = _age_ms(scene, feed)
        values: dict[str, Value] = {
            "mark": list(FeedState).index(feed.state),
            "name": feed.name,
            "state": feed.state.value,
            "rate": feed.rate,
            "age": None if age_ms is None else age_ms / 1000,
            "instruments": len(feed.instruments),
            "reconnects": feed.reconnects,
            "offset": feed.clock_offset_ms,
            "note": _note(scene, feed).text or None,
        }
        return values[column]

    def is_fault(self, scene: Scene, key: str) -> bool:
        return not scene.is_trusted or is_failing(scene.state.feed.feeds[key])

    def subtitle(self, scene: Scene) -> str:
        feeds = scene.state.feed.feeds.values()
        if not feeds:
            return ""
        live = sum(feed.state in WORKING for feed in feeds)
        if not scene.is_trusted:
            return "not known"
        gaps = len(scene.state.quality.gaps)
        return f"{live} of {len(feeds)} live" + (f", {gaps} gap{'s' * (gaps != 1)}" if gaps else "")

    def empty(self, scene: Scene) -> str:
        return f"no feeds yet: the engine starts them, {scene.key('show_pane.parts')} tells how far it is"


def is_failing(feed: FeedStatus) -> bool:
    """It should deliver and does not."""
    return feed.state in (FeedState.RECONNECTING, FeedState.CONNECTING) or bool(feed.silent)


def _age_ms(scene: Scene, feed: FeedStatus) -> int | None:
    return None if feed.last_received_ms is None else max(0, scene.prices_ms - feed.last_received_ms)


def _word(scene: Scene, feed: FeedStatus) -> str:
    """The state, or how long until it is tried again."""
    if not scene.is_trusted:
        return "unknown"
    if feed.state is FeedState.RECONNECTING and feed.next_attempt_ms is not None:
        return f"retry in {max(0, feed.next_attempt_ms - scene.now_ms + 999) // 1000}s"
    return feed.state.value


def _note(scene: Scene, feed: FeedStatus) -> Cell:
    """The one thing most worth knowing of it."""
    if not scene.is_trusted:
        return Cell("the engine is not heard", Tone.DIM)
    if feed.error:
        return Cell(feed.error, Tone.WARN)
    if refused := refused_keys(feed):
        return Cell("; ".join(key_text(scene, key) for key in refused), Tone.WARN)
    if feed.quota is not None and is_scarce(feed.quota):
        return Cell(f"quota: {quota_text(scene, feed.quota)}", Tone.WARN)
    if feed.resting:
        # One that asks for some of its instruments has not stopped.
        return Cell(f"{'stopped: ' * feed.is_resting}{resting_text(scene, feed)}", Tone.DIM)
    if feed.silent:
        return Cell(f"{len(feed.silent)} silent: {', '.join(feed.silent)}", Tone.WARN)
    if bad := sum(feed.bad_frames.values()):
        return Cell(f"{bad} bad frame{'s' * (bad != 1)}", Tone.DIM)
    return Cell("" if feed.quota is None else f"quota: {quota_text(scene, feed.quota)}", Tone.DIM)
