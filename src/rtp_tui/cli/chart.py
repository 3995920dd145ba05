"""`rtp-tui chart`: a still chart of an instrument, for a terminal, a file or a message."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.json import encode

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json
from rtp_tui.cli.paths import segment
from rtp_tui.clock import SystemClock
from rtp_tui.model.market import BarOrigin
from rtp_tui.text import safe

if TYPE_CHECKING:
    from rtp_tui.cli.engine import Engine

_SPANS_MS = {"1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": 86_400_000}
_WIDER = (1, 8, 64, 512)
"""How much further back is looked for bars where a market has been closed."""
_COLUMNS_A_BAR = 2
_LABELS = 5
_ASCII = str.maketrans("┌┐└┘┤├┬┴┼│─█▀▄", '+++++++++|-#"_')


class StillBar(Struct, frozen=True):
    """What a chart needs of a bar."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    closed: bool
    origin: BarOrigin


class StillBars(Struct, frozen=True):
    """An instrument's bars, ascending."""

    id: str
    timeframe: str
    bars: tuple[StillBar, ...]


@click.command()
@global_options()
@json_option()
@click.argument("instrument")
@click.option("--timeframe", type=click.Choice(list(_SPANS_MS)), default="1m", show_default=True)
@click.option("--width", type=click.IntRange(30, 400), default=100, show_default=True, help="Columns.")
@click.option("--height", type=click.IntRange(8, 120), default=25, show_default=True, help="Rows.")
@click.pass_obj
def chart(
    options: GlobalOptions, instrument: str, timeframe: str, width: int, height: int, as_json: bool
) -> int:
    """Print the newest candles of an instrument."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    count = max(1, (width - 12) // _COLUMNS_A_BAR)
    found = decoded(ask(options, lambda engine: _newest(engine, instrument, timeframe, count)), StillBars)
    kept = StillBars(found.id, found.timeframe, found.bars[-count:])
    if as_json:
        raw_json(encode(kept))
    elif not kept.bars:
        click.echo(f"no bars of {safe(kept.id)} yet; gaps tells what is missing: rtp-tui gaps")
    else:
        click.echo(still_chart(kept, width, height, ascii_only=bool(options.ascii), coloured=is_coloured()))
    return exit_codes.OK


async def _newest(engine: "Engine", instrument: str, timeframe: str, count: int) -> bytes:
    """The body of the first span that has enough bars, or of the widest."""
    from rtp_tui.cli.engine import decoded  # heavy: HTTP

    now_ms, body = SystemClock().now_ms(), b""
    for times in _WIDER:
        start_ms = max(0, now_ms - count * times * _SPANS_MS[timeframe])
        given = {"timeframe": timeframe, "start": str(start_ms), "limit": "10000"}
        body = await engine.get(f"/data/{segment(instrument)}", given)
        if decoded(body, StillBars).bars:
            break
    return body


def still_chart(found: StillBars, width: int, height: int, *, ascii_only: bool, coloured: bool) -> str:
    """Candles with their axes, as text; not a line longer than `width`."""
    import plotext  # heavy: a compiled library that nothing else needs

    figure, bars = plotext.figure, found.bars
    figure.clear()
    figure.theme("colorless")
    # It leaves out a title that does not fit: the first line is ours.
    figure.plot_size(width, height - 1)
    places = list(range(len(bars)))
    figure.draw(
        figure.candlestick(
            {
                "date": places,
                "open": [bar.open for bar in bars],
                "high": [bar.high for bar in bars],
                "low": [bar.low for bar in bars],
                "close": [bar.close for bar in bars],
            }
        )
    )
    marked = places[:: max(1, len(bars) // _LABELS)]
    figure.ruler("x").ticks(marked, [_moment(bars[place], found.timeframe) for place in marked])
    text = f"{_title(found)[:width]}\n{figure.build().string()}"
    if ascii_only or not coloured:
        text = plotext.uncolorize(text)
    if ascii_only:
        text = text.translate(_ASCII).encode("ascii", "replace").decode()
    return "\n".join(line.rstrip() for line in text.splitlines())


def _title(found: StillBars) -> str:
    last = found.bars[-1]
    forms = "" if last.closed else ", the newest still forms"
    return f"{safe(found.id)} {safe(found.timeframe)}  {last.close:.8g}  {_origins(found.bars)}{forms}"


def _origins(bars: Sequence[StillBar]) -> str:
    """`50 bars: 48 live, 2 backfill`."""
    counts = {origin: sum(bar.origin is origin for bar in bars) for origin in BarOrigin}
    told = ", ".join(f"{count} {origin.value}" for origin, count in counts.items() if count)
    return f"{len(bars)} bars: {told}"


def _moment(bar: StillBar, timeframe: str) -> str:
    moment = datetime.fromtimestamp(bar.open_ms / 1000, tz=UTC)
    return moment.strftime("%b %d" if timeframe == "1d" else "%H:%MZ")
