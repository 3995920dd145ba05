"""Prices: what everything costs, how it moved and how old that is."""

from collections.abc import Sequence

from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.state.market import SPARKLINE_POINTS
from rtp_tui.text import age_text, clock_text, compact, precision_for, price_text, signed, sparkline
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

GLYPHS = {
    Freshness.LIVE: Cell("●", Tone.OK),
    Freshness.FRESH: Cell("◐", Tone.OK),
    Freshness.AGING: Cell("○", Tone.WARN),
    Freshness.STALE: Cell("✖", Tone.BAD),
    Freshness.CLOSED: Cell("·", Tone.DIM),
    Freshness.UNKNOWN: Cell("?", Tone.DIM),
}
STANDBY = "→"
"""Behind the symbol of an instrument that its standby prices."""
WATCHED = "★"
"""Behind the symbol of an instrument on a watchlist."""
_SPARK_POINTS = SPARKLINE_POINTS + 1
"""The closes and the newest price."""
_SYMBOL_WIDTH = 8
_RANGE_WIDTH = 11
_ORDINARY = (Freshness.LIVE, Freshness.FRESH)
_FAULTS = (Freshness.STALE, Freshness.AGING, Freshness.UNKNOWN)


class Prices(Pane):
    """One row an instrument."""

    name = "prices"
    title = "Prices"
    columns = (
        Column(name="symbol", title="SYMBOL", width=_SYMBOL_WIDTH, grows_to=10),
        Column(name="name", title="NAME", width=12, rank=8, grows_to=17),
        Column(name="last", title="LAST", width=10, grows_to=12, right=True, is_number=True),
        Column(name="way", title="", width=1, rank=1),
        Column(name="change", title="CHG%", width=7, right=True, is_number=True),
        Column(name="spark", title="SPARK", width=10, rank=2, grows_to=_SPARK_POINTS, is_curve=True),
        Column(name="bid", title="BID", width=10, grows_to=12, rank=3, right=True, is_number=True),
        Column(name="ask", title="ASK", width=10, grows_to=12, rank=3, right=True, is_number=True),
        Column(name="spread", title="SPR", width=6, rank=7, right=True, is_number=True),
        Column(name="range", title="24H RANGE", width=_RANGE_WIDTH, rank=9),
        Column(name="volume", title="VOL", width=6, rank=6, right=True, is_number=True),
        Column(name="mark", title="", width=1),
        Column(name="age", title="AGE", width=4, right=True, is_number=True),
        Column(name="freshness", title="STATE", width=7, rank=5),
        Column(name="source", title="SRC", width=7, rank=4, grows_to=12),
    )

    also_filtered_by = ("list",)

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.state.market.instruments)

    def row(self, scene: Scene, key: str) -> Row:
        instrument = scene.state.market.instruments[InstrumentId(key)]
        quote = scene.state.market.quotes.get(instrument.id)
        freshness = scene.freshness(instrument.id)
        dimmed = not scene.is_trusted or freshness in (Freshness.CLOSED, Freshness.UNKNOWN)
        plain = Tone.DIM if dimmed else Tone.TEXT
        faint = Tone.DIM
        decimals = decimals_of(instrument, quote)
        bid, ask = (quote.bid, quote.ask) if quote else (None, None)
        return Row(
            key,
            (
                Cell(_symbol(scene, instrument), _symbol_tone(scene, instrument.id, dimmed)),
                Cell(instrument.name, faint),
                Cell(
                    price_text(quote.price if quote else None, decimals),
                    _price_tone(scene, instrument.id, plain),
                ),
                _way(quote, dimmed),
                _change(quote, dimmed),
                _spark(scene, instrument.id, quote, dimmed),
                Cell(price_text(bid, decimals), plain),
                Cell(price_text(ask, decimals), plain),
                Cell(spread_text(quote), faint),
                Cell(range_text(quote), Tone.FRAME if dimmed else faint),
                Cell(compact(quote.volume_24h if quote else None), plain),
                GLYPHS[freshness],
                Cell(
                    _age(scene, quote), faint if dimmed or freshness in _ORDINARY else GLYPHS[freshness].tone
                ),
                Cell(freshness.value, faint if freshness in _ORDINARY else GLYPHS[freshness].tone),
                _source(scene, instrument.id, quote),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        instrument = scene.state.market.instruments[InstrumentId(key)]
        quote = scene.state.market.quotes.get(instrument.id)
        if column in ("symbol", "name"):
            return str(getattr(instrument, column))
        if column in ("freshness", "mark"):
            return list(Freshness).index(scene.freshness(instrument.id))
        if column == "list":
            return " ".join(name for name, one in scene.watchlists.items() if key in one.instruments)
        if quote is None:
            return None
        return _quote_value(scene, quote, column)

    def searched(self, scene: Scene, key: str) -> str:
        instrument = scene.state.market.instruments[InstrumentId(key)]
        quote = scene.state.market.quotes.get(instrument.id)
        words = (
            instrument.id,
            instrument.name,
            quote.source if quote else "",
            "standby" if standby(scene, instrument.id) else "",
            scene.freshness(instrument.id),
            instrument.market,
        )
        return " ".join(words)

    def is_fault(self, scene: Scene, key: str) -> bool:
        return scene.freshness(InstrumentId(key)) in _FAULTS

    def subtitle(self, scene: Scene) -> str:
        counts = dict.fromkeys(Freshness, 0)
        for key in scene.state.market.instruments:
            kind = scene.freshness(key)
            counts[Freshness.LIVE if kind is Freshness.FRESH else kind] += 1
        words = [f"{GLYPHS[kind].text} {count} {kind}" for kind, count in counts.items() if count]
        standing_by = sum(standby(scene, key) is not None for key in scene.state.feed.active)
        words += [f"{STANDBY} {standing_by} by standby"] if standing_by else []
        return "  ".join(words if scene.past is None else [f"prices of {_noted(scene)}", *words])

    def empty(self, scene: Scene) -> str:
        told = f"{scene.key('show_pane.parts')} tells how far it is"
        return f"no instruments yet: the engine is starting, {told}"


def standby(scene: Scene, instrument: InstrumentId) -> ActiveFeed | None:
    """The feed that prices it in place of the preferred one; None while that does."""
    active = scene.state.feed.active.get(instrument)
    return active if active is not None and active.reason and scene.is_trusted else None


def decimals_of(instrument: Instrument, quote: Quote | None) -> int:
    """Decimals that this price is shown with."""
    if instrument.precision is not None:
        return instrument.precision
    return precision_for(instrument.asset_class, quote.price if quote and quote.price else 1.0)


def spread_text(quote: Quote | None) -> str:
    """Ask minus bid in basis points of the middle."""
    if quote is None or quote.bid is None or quote.ask is None or quote.bid + quote.ask <= 0:
        return "–"
    points = (quote.ask - quote.bid) / (quote.ask + quote.bid) * 20_000
    return f"{points:.1f}" if points >= 10 else f"{points:.2f}"


def range_position(quote: Quote | None) -> float | None:
    """Where the price is between the lowest of 24 hours, 0, and the highest, 1; None where that is not known."""
    if quote is None or quote.price is None or quote.low_24h is None or quote.high_24h is None:
        return quote.day_position if quote else None
    extent = quote.high_24h - quote.low_24h
    return min(1.0, max(0.0, (quote.price - quote.low_24h) / extent)) if extent > 0 else None


def range_text(quote: Quote | None) -> str:
    """`─────●─────`: left is the low, right is the high."""
    position = range_position(quote)
    if position is None:
        return ""
    left = round(position * (_RANGE_WIDTH - 1))
    return f"{'─' * left}●{'─' * (_RANGE_WIDTH - 1 - left)}"


def _quote_value(scene: Scene, quote: Quote, column: str) -> Value:
    match column:
        case "last" | "price":
            return quote.price
        case "change" | "way" | "spark":
            return quote.change_24h_pct
        case "bid":
            return quote.bid
        case "ask":
            return quote.ask
        case "range":
            return range_position(quote)
        case "volume":
            return quote.volume_24h
        case "age":
            return (scene.prices_ms - quote.received_ms) / 1000
        case "spread":
            return float(text) if (text := spread_text(quote)) != "–" else None
        case "source":
            return quote.source
        case _:
            return None


def _symbol(scene: Scene, instrument: Instrument) -> str:
    """`BTC →` while a standby prices it; a long symbol is not cut for that."""
    watched = watched_text(scene, instrument)
    marked = f"{watched} {STANDBY}"
    return marked if standby(scene, instrument.id) and len(marked) <= _SYMBOL_WIDTH else watched


def watched_text(scene: Scene, instrument: Instrument) -> str:
    """`BTC★` while it is on a watchlist; a long symbol is not cut for that."""
    marked = f"{instrument.symbol}{WATCHED}"
    return marked if instrument.id in scene.watched and len(marked) <= _SYMBOL_WIDTH else instrument.symbol


def _symbol_tone(scene: Scene, instrument: InstrumentId, dimmed: bool) -> Tone:
    if dimmed:
        return Tone.DIM
    return Tone.ACCENT if instrument in scene.watched else Tone.BRIGHT


def _source(scene: Scene, instrument: InstrumentId, quote: Quote | None) -> Cell:
    tone = Tone.WARN if standby(scene, instrument) else Tone.DIM
    return Cell(quote.source.partition(":")[0] if quote else "", tone)


def _price_tone(scene: Scene, instrument: InstrumentId, plain: Tone) -> Tone:
    flash = scene.flashes.get(instrument)
    if flash is None or not scene.is_trusted:
        return plain
    return Tone.ROSE if flash.rose else Tone.FELL


def _way(quote: Quote | None, dimmed: bool) -> Cell:
    change = quote.change_24h_pct if quote else None
    if change is None or abs(change) < 0.005:
        return Cell("·", Tone.DIM)
    tone = Tone.DIM if dimmed else Tone.UP if change > 0 else Tone.DOWN
    return Cell("▲" if change > 0 else "▼", tone)


def _change(quote: Quote | None, dimmed: bool) -> Cell:
    change = quote.change_24h_pct if quote else None
    if change is None or dimmed or abs(change) < 0.005:
        return Cell(signed(change), Tone.DIM)
    return Cell(signed(change), Tone.UP if change > 0 else Tone.DOWN)


def _spark(scene: Scene, instrument: InstrumentId, quote: Quote | None, dimmed: bool) -> Cell:
    """The last minutes and now, in the colour of the way that they went."""
    closes = scene.state.market.sparkline(instrument)
    if quote is not None and quote.price is not None:
        closes = (*closes, quote.price)
    if len(closes) < 2:
        return Cell("")
    shown = closes[-_SPARK_POINTS:]
    went = Tone.UP_SOFT if shown[-1] > shown[0] else Tone.DOWN_SOFT if shown[-1] < shown[0] else Tone.SPARK
    return Cell(sparkline(shown, _SPARK_POINTS).lstrip(), Tone.FRAME if dimmed else went)


def _noted(scene: Scene) -> str:
    """When the prices of a past moment were noted."""
    return clock_text(scene.prices_ms, scene.zone)


def _age(scene: Scene, quote: Quote | None) -> str:
    """Whole seconds: tenths would repaint every row for nothing."""
    if quote is None:
        return "–"
    age_ms = max(0, scene.prices_ms - quote.received_ms)
    return f"{age_ms // 1000}s" if age_ms < 9_950 else age_text(age_ms)
