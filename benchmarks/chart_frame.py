"""A chart of 300 one-minute bars on 160x40 and 200x60: our own strips against plotext, milliseconds of processor a frame."""

import random
from collections.abc import Callable
from functools import partial
from time import process_time

import plotext
from msgspec.structs import replace

from benchmarks.figures import Goal, machine, report
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.tui.chart.glyphs import FINE
from rtp_tui.tui.chart.picture import draw
from rtp_tui.tui.chart.places import places_of
from rtp_tui.tui.chart.plan import plan
from rtp_tui.tui.chart.subject import Subject, axis_width
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.themes import DEFAULT_THEME, load_themes

BARS = 300
RUNS = 30
PLOTEXT_RUNS = 5
START_MS = 1_790_000_040_000


def main() -> None:
    print(machine())
    bars = walk()
    for width, height in ((160, 40), (200, 60)):
        for columns in (1, 2):
            goal = Goal(5.0, "ms") if (width, height) == (200, 60) else None
            ours = [timed(partial(own, bars, width, height, columns)) for _ in range(RUNS)]
            report(f"own candles {width}x{height}, {columns} columns a bar, drawn", ours, "ms", goal)
            whole = [timed(partial(painted, bars, width, height, columns)) for _ in range(RUNS)]
            report(f"own candles {width}x{height}, {columns} columns a bar, all strips", whole, "ms")
        theirs = [timed(partial(still, bars, width, height)) for _ in range(PLOTEXT_RUNS)]
        report(f"plotext candles {width}x{height}", theirs, "ms")
        lines = [timed(partial(own, bars, width, height, 1, is_line=True)) for _ in range(RUNS)]
        report(f"own line {width}x{height}", lines, "ms")


def walk() -> list[Bar]:
    """A walk of a fixed seed."""
    rng, price, bars = random.Random(7), 67_000.0, []
    for index in range(BARS):
        path = [price]
        path += [path[-1] + rng.gauss(0, 9) for _ in range(8)] if index else [price + 1]
        price = path[-1]
        bars.append(
            Bar(
                InstrumentId("crypto:BTC"), "1m", START_MS + index * 60_000, path[0], max(path), min(path), price,
                rng.random() * 20, 8, index < BARS - 1, 0, BarOrigin.LIVE, "binance:BTCUSDT",
            )
        )  # fmt: skip
    return bars


def own(bars: list[Bar], width: int, height: int, columns: int, *, is_line: bool = False) -> object:
    places = places_of(bars, "1m")
    subject = Subject(
        places=places, columns=columns, glyphs=FINE, is_line=is_line, last=bars[-1].close, cursor=4
    )
    room = plan(width, height, axis=axis_width(subject))
    return draw(replace(subject, places=places[-(room.plot_width // columns) :]), room, ((), ()))


def painted(bars: list[Bar], width: int, height: int, columns: int) -> object:
    lines = own(bars, width, height, columns)
    assert isinstance(lines, tuple)
    return [PAINTER.line(line, width) for line in lines]


def still(bars: list[Bar], width: int, height: int) -> object:
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    columns = ("open", "high", "low", "close")
    data = {name: [getattr(bar, name) for bar in bars] for name in columns}
    figure.draw(figure.candlestick({"date": list(range(len(bars))), **data}))
    return figure.build().string()


def timed(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return (process_time() - started) * 1000


PAINTER = Painter(load_themes()[DEFAULT_THEME])

if __name__ == "__main__":
    main()
