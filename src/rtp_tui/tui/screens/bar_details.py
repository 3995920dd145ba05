"""A bar at length: what it says, what it was made of, and how far that can be trusted."""

from rich.text import Text

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import BarOrigin
from rtp_tui.text import clock_text, price_text
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.session import ChartSession
from rtp_tui.tui.chart.time_axis import moment_words
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS
from rtp_tui.tui.panes.prices import decimals_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text

_ORIGINS = {
    BarOrigin.LIVE: "live: built here of the feed's trades, by the venue's clock",
    BarOrigin.SAMPLED: "sampled: built of prices asked for now and then, so it has no volume",
    BarOrigin.BACKFILL: "backfill: asked of the provider's history, for a minute that was missing or thinner",
    BarOrigin.REPLAY: "replay: built of recorded frames",
}


def bar_text(scene: Scene, instrument: Instrument, session: ChartSession) -> Text | None:
    """The bar under the crosshair, or the newest in view; None where no bar is shown."""
    place = session.sight.place
    if place is None:
        return None
    span_ms = TIMEFRAMES_MS[session.timeframe]
    until = clock_text(place.open_ms + span_ms * max(1, place.bars), scene.zone)
    facts = [
        ("bar", f"{moment_words(place.open_ms, span_ms, scene.zone)} up to {until}, {session.timeframe}")
    ]
    if not place.bars:
        return facts_text([*facts, ("why empty", _why_empty(scene, place))])
    decimals = decimals_of(instrument, scene.state.market.quotes.get(instrument.id))
    prices = (place.open, place.high, place.low, place.close)
    told = zip(("open", "high", "low", "close"), prices, strict=True)
    share = (place.close - place.open) / place.open * 100 if place.open else 0.0
    return facts_text(
        [
            *facts,
            ("prices", "   ".join(f"{name} {price_text(price, decimals)}" for name, price in told)),
            ("change", f"{share:+.2f} % from open to close"),
            ("traded", f"{place.volume:g} {instrument.symbol} in {place.trades:,} trades"),
            ("source", place.source),
            ("origin", _ORIGINS[place.origin]),
            ("state", _state(place)),
            ("missing", f"{place.missing} minutes of it have no bar" if place.missing else "nothing of it"),
        ]
    )


def _state(place: Place) -> str:
    whole = "closed" if place.closed else "still forms"
    revised = f", revised {place.revision} times after it closed" if place.revision else ", never revised"
    return (
        whole + (revised if place.closed else "") + (f", {place.bars} bars in one" if place.bars > 1 else "")
    )


def _why_empty(scene: Scene, place: Place) -> str:
    if place.is_break:
        return "out of session"
    return f"nothing was received of it; {scene.key('show_pane.gaps')} shows the gaps"
