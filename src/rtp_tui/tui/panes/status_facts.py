"""What the status line says of the engine: one fact each, empty where there is nothing to say."""

from msgspec.structs import replace

from rtp_tui.model.feeds import FeedStatus
from rtp_tui.tui.actions.panes import going_to
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.breakers import is_open
from rtp_tui.tui.panes.clients import behind_count
from rtp_tui.tui.panes.feeds import WORKING
from rtp_tui.tui.panes.health import report_tone, score_text, trend_text
from rtp_tui.tui.panes.jobs import is_failing
from rtp_tui.tui.scene import Scene

GO_TO_ALERTS = going_to("alerts")


def leading_to(pane: str, fact: Line) -> Line:
    """The fact, with a click on it showing the pane that says more."""
    return tuple(replace(cell, action=going_to(pane)) for cell in fact)


def health_fact(scene: Scene, is_brief: bool) -> Line:
    """`health 97 █████▊`, the number alone where it has to be brief."""
    report = scene.state.quality.health
    if report is None:
        return ()
    tone = report_tone(report)
    if is_brief:
        return (Cell("health ", Tone.DIM), Cell(score_text(report), tone))
    trend = trend_text(scene.scores, 4).strip()
    return (
        Cell("health ", Tone.DIM),
        Cell(f"{score_text(report)} ", tone),
        Cell(bar((report.score or 0) / 100, 6), tone),
        Cell(f" {trend}" if trend else "", Tone.SPARK),
    )


def brief_fact(scene: Scene) -> Line:
    """The score and how many feeds, breakers and jobs need somebody, for the smallest screens."""
    report, state = scene.state.quality.health, scene.state
    failing = sum(map(_is_missing, state.feed.feeds.values())) * (not _is_over(scene))
    failing += sum(map(is_open, state.breaker.breakers.values())) + sum(
        map(is_failing, state.job.jobs.values())
    )
    score = Cell(score_text(report), report_tone(report)) if report else Cell("–", Tone.DIM)
    return (score, Cell(f" {failing}✖", Tone.BAD)) if failing else (score,)


def feeds_fact(scene: Scene, is_wide: bool) -> Line:
    """`feeds 7 live`, or how many are not."""
    feeds = scene.state.feed.feeds.values()
    failing = sum(map(_is_missing, feeds))
    if not feeds or _is_over(scene):
        return ()
    if not failing:
        live = sum(feed.state in WORKING for feed in feeds)
        resting = f", {len(feeds) - live} at rest" if live < len(feeds) else ""
        return (Cell("feeds ", Tone.DIM), Cell(f"{live} live{resting}", Tone.TEXT))
    return (Cell("feeds ", Tone.DIM), Cell(f"✖ {failing} of {len(feeds)}{' not live' * is_wide}", Tone.BAD))


def _is_missing(feed: FeedStatus) -> bool:
    """It delivers nothing, and not because its markets are closed."""
    return feed.state not in WORKING and not feed.is_resting


def _is_over(scene: Scene) -> bool:
    """A replay that came to its end: its feeds have nothing more to deliver."""
    engine = scene.state.part.engine
    return engine is not None and engine.replay is not None and engine.replay.over


def breakers_fact(scene: Scene, is_wide: bool) -> Line:
    """How many breakers let nothing through."""
    count = sum(map(is_open, scene.state.breaker.breakers.values()))
    return _count(count, "breaker", "open", is_wide)


def jobs_fact(scene: Scene, is_wide: bool) -> Line:
    """How many jobs fail."""
    count = sum(map(is_failing, scene.state.job.jobs.values()))
    return _count(count, "job", "failing", is_wide)


def alerts_fact(scene: Scene, is_wide: bool) -> Line:
    """How many alerts fire that nobody has acknowledged or silenced."""
    count = scene.state.alert.firing
    muted = (Cell(" muted", Tone.WARN, GO_TO_ALERTS),) if scene.is_muted else ()
    if not count:
        return muted
    words = f"▲ {count} alert{'s' * (count > 1)} firing" if is_wide else f"alerts ▲ {count}"
    return (Cell(words, Tone.WARN, GO_TO_ALERTS), *muted)


def drill_badge(scene: Scene) -> Line:
    """The badge alone; nothing of what goes wrong now is what it seems."""
    drill = scene.state.part.drill
    return (Cell(" DRILL ", Tone.CHIP_WARN),) if drill is not None and drill.running else ()


def drill_fact(scene: Scene, is_wide: bool) -> Line:
    """`DRILL binance outage 22s left`: what ends first, and how many more there are."""
    badge, status = drill_badge(scene), scene.state.part.drill
    if not badge or status is None:
        return ()
    first, more = status.running[0], len(status.running) - 1
    left = countdown_text(max(0, first.until_ms - scene.now_ms))
    words = f" {first.venue} {first.fault} {left}{' left' * is_wide}" + (f", {more} more" if more else "")
    return (*badge, Cell(words, Tone.WARN))


def gathering_fact(scene: Scene, is_brief: bool) -> Line:
    """`incident bundle: bars of 16 of 71 instruments`, while one is gathered."""
    if not scene.gathering:
        return ()
    return (Cell("bundle …" if is_brief else f"incident bundle: {scene.gathering}", Tone.INFO),)


def open_fact(scene: Scene) -> Line:
    """Said for as long as whoever reaches the server is let in."""
    server = scene.state.measurements.server
    return (Cell("✖ served without tokens", Tone.BAD),) if server is not None and server.open_to_all else ()


def clients_fact(scene: Scene, is_wide: bool) -> Line:
    """`○ 1 of 4 clients behind`, where there are any."""
    behind, server = behind_count(scene), scene.state.measurements.server
    if not behind or server is None:
        return ()
    words = f"○ {behind} of {server.clients}{' behind' * is_wide}"
    return (Cell("clients ", Tone.DIM), Cell(words, Tone.WARN))


def _count(count: int, thing: str, trouble: str, is_wide: bool) -> Line:
    """`✖ 2 jobs failing`, where there are any."""
    if not count:
        return ()
    if is_wide:
        return (Cell(f"✖ {count} {thing}{'s' * (count > 1)} {trouble}", Tone.BAD),)
    return (Cell(f"{thing}s ", Tone.DIM), Cell(f"✖ {count}", Tone.BAD))
