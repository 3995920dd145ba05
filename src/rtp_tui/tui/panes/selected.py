"""Selected: everything known of the instrument under the cursor."""

from collections.abc import Sequence

from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Quote
from rtp_tui.text import age_text, clock_text, compact, price_text, signed, sparkline
from rtp_tui.tui.block_chart import block_lines
from rtp_tui.tui.cells import Cell, Column, Line, Row, Tone
from rtp_tui.tui.digits import big_digits
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.panes.prices import GLYPHS, decimals_of, spread_text, standby
from rtp_tui.tui.scene import Scene

_FACTS = ("state", "quote", "range", "volume", "source", "day", "feeds")
_CHART_FROM, _CHART_WIDTH, _CHART_HEIGHT = 52, 66, 5
"""Beside the large price, where there is so much room."""
_CHART_TONES = (Tone.HIGH_SPARK, Tone.HIGH_SPARK, Tone.SPARK, Tone.SPARK, Tone.LOW_SPARK)
"""From its top line down."""


class Selected(Pane):
    """A large price, then one row a fact."""

    name = "selected"
    title = "Selected"
    has_heading = False
    has_cursor = False
    is_counted = False
    columns = (
        Column(name="fact", title="", width=7),
        Column(name="value", title="", width=20, grows_to=400),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return _FACTS if scene.selected is not None else ()

    def row(self, scene: Scene, key: str) -> Row:
        found = _found(scene)
        value = _fact(scene, *found, key) if found else Cell("")
        return Row(key, (Cell(key, Tone.DIM), value))

    def banner(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        found = _found(scene)
        if found is None:
            return ()
        instrument, quote = found
        is_known = scene.is_trusted and scene.freshness(instrument.id) is not Freshness.UNKNOWN
        name = (
            Cell(f"{instrument.symbol} ", Tone.BRIGHT),
            Cell(f"{instrument.name}  {instrument.currency}  {instrument.market}", Tone.DIM),
        )
        if height < 9:
            return (name,)
        lines = (name, *_large_price(scene, instrument, quote, width, is_known=is_known), ())
        return _with_chart(lines, scene.state.market.sparkline(instrument.id), width)

    def empty(self, scene: Scene) -> str:
        return f"nothing is selected: move the cursor in the prices, key {scene.key('show_pane.prices')}"


def _with_chart(lines: tuple[Line, ...], closes: Sequence[float], width: int) -> tuple[Line, ...]:
    """The last minutes at the right end, as high as the price is."""
    room = min(_CHART_WIDTH, width - _CHART_FROM - 1)
    chart = block_lines(closes, room, _CHART_HEIGHT) if room >= len(closes) else ()
    if not chart:
        return lines
    return tuple(
        (*line, Cell(" " * max(1, width - text_width(line) - len(drawn) - 1)), Cell(drawn, tone))
        for line, drawn, tone in zip(lines, chart, _CHART_TONES, strict=True)
    )


def _large_price(
    scene: Scene, instrument: Instrument, quote: Quote, width: int, *, is_known: bool
) -> tuple[Line, ...]:
    digits = big_digits(price_text(quote.price, decimals_of(instrument, quote)))
    change = quote.change_24h_pct or 0.0
    tone = Tone.DIM if not is_known or not change else Tone.UP if change > 0 else Tone.DOWN
    arrow = "▲" if change > 0 else "▼" if change < 0 else "·"
    closes = scene.state.market.sparkline(instrument.id)
    trend = sparkline((*closes, quote.price or 0.0), 17).strip() if closes else ""
    beside = (
        Cell(f"{arrow} {signed(quote.change_24h_pct)} %", tone),
        Cell(signed(quote.change_24h, decimals_of(instrument, quote)), tone),
        Cell(trend, Tone.SPARK),
    )
    price_tone = Tone.BRIGHT if is_known else Tone.DIM
    return tuple((Cell(f"{big}   ", price_tone), cell) for big, cell in zip(digits, beside, strict=True))


def _found(scene: Scene) -> tuple[Instrument, Quote] | None:
    if scene.selected is None:
        return None
    instrument = scene.state.market.instruments.get(scene.selected)
    quote = scene.state.market.quotes.get(scene.selected)
    return (instrument, quote) if instrument and quote else None


def _fact(scene: Scene, instrument: Instrument, quote: Quote, fact: str) -> Cell:
    decimals = decimals_of(instrument, quote)
    plain = Tone.TEXT if scene.is_trusted else Tone.DIM
    match fact:
        case "state":
            freshness = scene.freshness(instrument.id)
            verdict = scene.state.quality.freshness.get(instrument.id)
            reason = verdict.reason if verdict and scene.is_trusted else "the engine is not heard"
            return Cell(f"{GLYPHS[freshness].text} {freshness}: {reason}", GLYPHS[freshness].tone)
        case "quote":
            bid, ask = price_text(quote.bid, decimals), price_text(quote.ask, decimals)
            return Cell(f"{bid} / {ask}   {spread_text(quote)} bp", plain)
        case "range":
            return Cell(
                f"{price_text(quote.low_24h, decimals)} … {price_text(quote.high_24h, decimals)}", plain
            )
        case "volume":
            vwap = price_text(quote.vwap, decimals)
            return Cell(f"{compact(quote.volume_24h)}   vwap {vwap}   cap {compact(quote.market_cap)}", plain)
        case "day":
            return Cell(_day_text(quote, decimals), plain)
        case "feeds":
            return Cell(_feeds_text(scene, instrument), plain)
        case _:
            age = age_text(scene.prices_ms - quote.received_ms)
            words = f"{quote.source}   {clock_text(quote.received_ms, scene.zone)}   {age} ago"
            active = standby(scene, instrument.id)
            return Cell(f"{words}   standby: {active.reason}", Tone.WARN) if active else Cell(words, plain)


def _day_text(quote: Quote, decimals: int) -> str:
    """`open 67,100.00   66,900.00 … 68,200.00   at 71 % of it`; less of it where less is known."""
    if quote.day_open is None and quote.day_high is None:
        return "not known of today"
    span = f"{price_text(quote.day_low, decimals)} … {price_text(quote.day_high, decimals)}"
    place = "" if quote.day_position is None else f"   at {quote.day_position:.0%} of it"
    opened = "" if quote.day_open is None else f"open {price_text(quote.day_open, decimals)}   "
    return f"{opened}{span}{place}"


def _feeds_text(scene: Scene, instrument: Instrument) -> str:
    """Which feeds bring it and how they are, the one that prices it first."""
    active = scene.state.feed.active.get(instrument.id)
    provider = active.feed.partition(":")[0] if active is not None else ""
    feeds = [feed for feed in scene.state.feed.feeds.values() if instrument.id in feed.instruments]
    feeds.sort(key=lambda feed: feed.name != provider)
    return "   ".join(f"{feed.name} {feed.state.value}" for feed in feeds) or "none brings it now"
