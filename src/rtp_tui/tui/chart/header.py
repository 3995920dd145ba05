"""The lines above a chart: what it shows, and the bar under the crosshair in figures."""

from datetime import tzinfo

from msgspec import Struct

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Quote
from rtp_tui.text import compact, price_text, signed
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.time_axis import moment_words
from rtp_tui.tui.chart.timeframes import NAMES, TIMEFRAMES_MS
from rtp_tui.tui.painter import text_width

Piece = tuple[int, Line]
"""What may be left out, and how soon: the highest rank first."""


class Heading(Struct, frozen=True, kw_only=True):
    """What the lines are made of."""

    instrument: Instrument
    quote: Quote | None
    timeframe: str
    decimals: int
    zone: tzinfo
    kind: str
    """`candles` or `line`, and how many bars make one."""
    state: str = ""
    """What keeps the chart from being current."""
    place: Place | None = None
    """Under the crosshair, or the newest."""
    is_pointed_at: bool = False
    is_trusted: bool = True


def header(heading: Heading, width: int) -> tuple[Line, Line]:
    """The subject, then the bar."""
    return _fitted(_subject(heading), width), _fitted(_bar(heading), width)


def _fitted(pieces: list[Piece], width: int) -> Line:
    kept = list(pieces)
    while len(kept) > 1 and sum(text_width(line) for _, line in kept) > width:
        kept.remove(max(kept, key=lambda piece: piece[0]))
    return tuple(cell for _, line in kept for cell in line)


def _subject(heading: Heading) -> list[Piece]:
    quote, instrument = heading.quote, heading.instrument
    price = quote.price if quote else None
    change = (quote.change_24h_pct if quote else None) or 0.0
    arrow = "▲" if change > 0 else "▼" if change < 0 else "·"
    tone = (
        Tone.DIM
        if not heading.is_trusted
        else Tone.UP
        if change > 0
        else Tone.DOWN
        if change < 0
        else Tone.DIM
    )
    plain = Tone.BRIGHT if heading.is_trusted else Tone.DIM
    return [
        (0, (Cell(f" {instrument.symbol} ", Tone.BRIGHT),)),
        (6, (Cell(f"{instrument.name} ", Tone.DIM),)),
        (1, (Cell(f" {price_text(price, heading.decimals)} ", plain),)),
        (4, (Cell(f"{arrow} {signed(quote.change_24h_pct if quote else None)} % ", tone),)),
        (3, (Cell(" "), *(_tab(name, heading.timeframe) for name in NAMES))),
        (2, (Cell(f" {heading.timeframe} ", Tone.ACCENT),)) if heading.state else (8, ()),
        (7, (Cell(f"  {heading.kind}", Tone.DIM),)),
        (2, (Cell(f"  {heading.state}", Tone.WARN),) if heading.state else ()),
    ]


def _tab(name: str, shown: str) -> Cell:
    tone = Tone.CHIP_INFO if name == shown else Tone.DIM
    return Cell(f" {name} ", tone, f"screen.chart('timeframe_{name}')")


def _bar(heading: Heading) -> list[Piece]:
    place = heading.place
    if place is None:
        return [(0, ())]
    moment = moment_words(place.open_ms, TIMEFRAMES_MS[heading.timeframe], heading.zone)
    pointer = (Cell(f" {moment} ", Tone.ACCENT if heading.is_pointed_at else Tone.DIM),)
    if not place.bars:
        words = (
            f" no bars: {place.missing} missing or out of session"
            if place.is_break
            else " no bar of this time"
        )
        return [(1, pointer), (0, (Cell(words, Tone.WARN),))]
    decimals, tone = heading.decimals, Tone.UP if place.rose else Tone.DOWN
    figures = [
        (rank, (Cell(f" {name} ", Tone.DIM), Cell(price_text(value, decimals), tone)))
        for rank, name, value in (
            (3, "O", place.open),
            (2, "H", place.high),
            (2, "L", place.low),
            (0, "C", place.close),
        )
    ]
    share = (place.close - place.open) / place.open * 100 if place.open else None
    change = Cell(f" {'▲' if place.rose else '▼'}{signed(share)}%", tone)
    return [
        (1, pointer),
        *figures,
        (4, (change,)),
        (5, (Cell("  vol ", Tone.DIM), Cell(compact(place.volume)))),
        (7, (Cell("  trades ", Tone.DIM), Cell(f"{place.trades:,}"))),
        (6, (Cell(f"  {_origin(place)}", Tone.TEXT if place.closed else Tone.WARN),)),
        (8, (Cell(f"  {place.source}", Tone.DIM),)),
    ]


def _origin(place: Place) -> str:
    words = [place.origin.value]
    if not place.closed:
        words.append("still forms")
    if place.revision:
        words.append(f"revision {place.revision}")
    if place.missing:
        words.append(f"{place.missing} minutes missing")
    if place.bars > 1:
        words.append(f"of {place.bars} bars")
    return ", ".join(words)
