"""Subjects of charts with sane defaults, and strategies for what the market may send."""

from collections.abc import Sequence

from hypothesis import strategies as st

from rtp_tui.model.market import Bar
from rtp_tui.tui.cells import Line
from rtp_tui.tui.chart.canvas import text_of
from rtp_tui.tui.chart.picture import draw
from rtp_tui.tui.chart.places import places_of
from rtp_tui.tui.chart.plan import plan
from rtp_tui.tui.chart.subject import Subject, axis_width
from rtp_tui.tui.chart.viewport import ZOOMS, Viewport
from tests.factories import a_bar

MINUTE_MS = 60_000
START_MS = 1_790_000_040_000


def bars_at(minutes: Sequence[int], prices: Sequence[float]) -> list[Bar]:
    """Bars of these minutes, each from one price to the next."""
    return [
        a_bar(
            open_ms=START_MS + minute * MINUTE_MS,
            open=before,
            close=after,
            high=max(before, after),
            low=min(before, after),
        )
        for minute, before, after in zip(minutes, prices, prices[1:], strict=False)
    ]


def drawn(subject: Subject, width: int, height: int) -> tuple[Line, ...]:
    room = plan(width, height, axis=axis_width(subject), panels=len(subject.extras.panels))
    return draw(subject, room, ((), ()))


def drawn_text(subject: Subject, width: int, height: int) -> list[str]:
    return text_of(drawn(subject, width, height)).split("\n")


prices = st.one_of(
    st.floats(1e-12, 1e-6),
    st.floats(0.01, 1e6),
    st.floats(1e12, 1e300),
    st.sampled_from([0.0, -1.0, float("nan"), float("inf"), float("-inf"), 1.7e308, 5e-324]),
)


@st.composite
def odd_bars(draw_: st.DrawFn) -> list[Bar]:
    """Bars with gaps and whatever prices and volumes there may be."""
    minutes = sorted(draw_(st.sets(st.integers(0, 400), max_size=30)))
    return [
        a_bar(
            open_ms=START_MS + minute * MINUTE_MS,
            open=draw_(prices),
            high=draw_(prices),
            low=draw_(prices),
            close=draw_(prices),
            volume=draw_(prices),
            closed=draw_(st.booleans()),
        )
        for minute in minutes
    ]


@st.composite
def sane_bars(draw_: st.DrawFn) -> list[Bar]:
    """One to forty minutes of a price that moves within a range."""
    base = draw_(st.sampled_from([1e-8, 0.5, 189.0, 67_000.0, 1e12]))
    moves = draw_(st.lists(st.floats(0.5, 1.5), min_size=2, max_size=40))
    return bars_at(range(len(moves) - 1), [base * move for move in moves])


def subject_of(bars: Sequence[Bar], view: Viewport, width: int, **changes: object) -> Subject:
    """What a chart of that width shows of them."""
    zoom = ZOOMS[view.zoom_index]
    places = places_of(bars, "1m", zoom.bars)
    shown = places[-max(1, width // zoom.columns) :]
    subject = Subject(places=shown, columns=zoom.columns, **changes)  # type: ignore[arg-type]
    room = max(1, (width - axis_width(subject)) // zoom.columns)
    start, stop = view.window([place.open_ms for place in shown], room)
    return Subject(places=shown[start:stop], columns=zoom.columns, **changes)  # type: ignore[arg-type]
