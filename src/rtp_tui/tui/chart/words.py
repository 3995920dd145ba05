"""What a chart says of itself: why it is empty, what it is waiting for, which prices matter."""

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Quote
from rtp_tui.text import age_text, clock_text
from rtp_tui.tui.chart.loading import Loading, Phase
from rtp_tui.tui.chart.overlays import Level
from rtp_tui.tui.scene import Scene


def reference_levels(quote: Quote | None) -> tuple[Level, ...]:
    """Where the day began, and where the one before it ended."""
    if quote is None:
        return ()
    levels = (("open", quote.day_open), ("prev close", quote.previous_close))
    return tuple(
        Level(price=price, label=label, strength=0.5) for label, price in levels if price is not None
    )


def closed_words(scene: Scene, instrument: Instrument) -> str:
    """`XNYS is closed, opens in 15h`; nothing while it is open."""
    session = scene.state.quality.sessions.get(instrument.market)
    if session is None or session.is_open:
        return ""
    opens = session.next_open_ms
    soon = "" if opens is None or opens < scene.now_ms else f", opens in {age_text(opens - scene.now_ms)}"
    return f"{instrument.market} is {session.session}{soon}"


def state_words(scene: Scene, instrument: Instrument, loading: Loading | None, *, follows: bool) -> str:
    """What keeps the chart from being complete and current; the most important thing alone."""
    if not scene.is_trusted:
        return "the engine is not heard"
    if loading is not None and loading.problem:
        return f"✖ bars: {loading.problem}"
    if scene.past is not None:
        return f"PAST {clock_text(scene.now_ms, scene.zone)}, the last bar whole"
    if scene.frozen_ms is not None:
        return f"frozen at {clock_text(scene.frozen_ms, scene.zone)}"
    if loading is not None and loading.phase in (Phase.OLDEST, Phase.NEWEST):
        return "loading"
    return closed_words(scene, instrument) or (
        "" if follows else f"{scene.key('chart.newest')} goes on to now"
    )


def empty_words(scene: Scene, instrument: Instrument, loading: Loading) -> tuple[str, ...]:
    """Why there is nothing to see, and what to press."""
    back = scene.key("back")
    if loading.problem:
        return (f"no bars: {loading.problem}", "asked again every 5 s")
    if scene.past is not None and loading.is_whole:
        return (
            f"no bars of {instrument.symbol} up to {clock_text(scene.now_ms, scene.zone)}",
            f"{back} is now",
        )
    if loading.phase is not Phase.EMPTY:
        return (f"asking the engine for bars of {instrument.symbol} …",)
    closed = closed_words(scene, instrument)
    if closed:
        return (f"no bars of {instrument.symbol} yet: {closed}", f"{back} goes back")
    return (
        f"no bars of {instrument.symbol} yet: they are made of trades as they come",
        f"the first is there within a minute of the first trade; feeds: {', '.join(instrument.feeds)}",
        f"{scene.key('show_pane.gaps')} shows gaps, {scene.key('show_pane.feeds')} the feeds, {back} goes back",
    )
