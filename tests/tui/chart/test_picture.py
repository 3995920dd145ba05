from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.tui.cells import Line, Tone
from rtp_tui.tui.chart.canvas import text_of
from rtp_tui.tui.chart.glyphs import ASCII, BLOCKS, FINE, GLYPHS, GlyphSet
from rtp_tui.tui.chart.overlays import Drawing, Extras, Level, Overlay, Panel, Zone
from rtp_tui.tui.chart.picture import left_column
from rtp_tui.tui.chart.places import places_of
from rtp_tui.tui.chart.plan import plan
from rtp_tui.tui.chart.subject import Subject, axis_width, price_scale
from rtp_tui.tui.chart.viewport import ZOOMS, Viewport
from tests.factories import a_bar
from tests.tui.chart.charts import (
    MINUTE_MS,
    START_MS,
    bars_at,
    drawn,
    drawn_text,
    odd_bars,
    sane_bars,
    subject_of,
)

sizes = st.tuples(st.integers(1, 300), st.integers(1, 100))
views = st.integers(0, len(ZOOMS) - 1).map(lambda index: Viewport(zoom_index=index))


@settings(max_examples=150)
@given(odd_bars(), sizes, views, st.sampled_from(list(GlyphSet)), st.booleans(), st.integers(-3, 300))
def test_whatever_the_bars_the_picture_fills_its_box_exactly(
    bars: list[Bar], size: tuple[int, int], view: Viewport, glyphs: GlyphSet, is_line: bool, cursor: int
) -> None:
    width, height = size
    moments = [bar.open_ms for bar in bars]
    series = Overlay(name="ema", values={moment: float(index) for index, moment in enumerate(moments)})
    odd = Overlay(name="odd", values=dict.fromkeys(moments, float("nan")), drawing=Drawing.BARS)
    extras = Extras(
        overlays=(series, odd),
        levels=(Level(price=1.0, label="support"), Level(price=float("inf"), label="never")),
        zones=(Zone(low=0.5, high=2.0, label="demand"), Zone(low=float("nan"), high=1.0, label="odd")),
        panels=(Panel(name="RSI", series=(series, odd), low=0, high=100, marks=(30, 70)),),
    )
    subject = subject_of(
        bars, view, width, glyphs=GLYPHS[glyphs], is_line=is_line, extras=extras, cursor=cursor, last=1.0
    )
    lines = drawn(subject, width, height)[2 if height >= 9 else 1 if height >= 4 else 0 :]
    assert len(lines) == height - (2 if height >= 9 else 1 if height >= 4 else 0)
    for line in lines:
        assert sum(cell_len(cell.text) for cell in line) == width


@given(sane_bars(), st.integers(40, 160), st.integers(9, 50), st.sampled_from(list(GlyphSet)))
def test_every_bar_in_view_is_drawn_from_its_high_to_its_low(
    bars: list[Bar], width: int, height: int, glyphs: GlyphSet
) -> None:
    subject = subject_of(bars, Viewport(), width, glyphs=GLYPHS[glyphs])
    room = plan(width, height, axis=axis_width(subject))
    scale = price_scale(subject, room.prices)
    rows = tones_of(drawn(subject, width, height)[room.header : room.volume_top])
    left = left_column(subject, room)
    for index, place in enumerate(subject.places):
        column = left + index * subject.columns
        found = [y for y, tones in enumerate(rows) if tones[column] in (Tone.UP, Tone.DOWN)]
        assert found[0] == scale.dot(place.high) // 2
        assert found[-1] == scale.dot(place.low) // 2
        assert len(found) == found[-1] - found[0] + 1


def tones_of(lines: tuple[Line, ...]) -> list[list[Tone]]:
    return [[tone for cell in line for tone in [cell.tone] * len(cell.text)] for line in lines]


def test_up_and_down_have_other_shapes_where_colour_does_not_tell() -> None:
    bars = bars_at([0, 1], [1.0, 2.0, 1.0])
    for glyphs in (BLOCKS, ASCII):
        text = "\n".join(drawn_text(Subject(places=places_of(bars, "1m"), glyphs=glyphs), 40, 12))
        assert glyphs.rose in text
        assert glyphs.fell in text


def test_ascii_is_nothing_but_ascii() -> None:
    bars = bars_at(range(30), [100.0 + index % 7 for index in range(31)])
    subject = Subject(places=places_of(bars, "1m"), glyphs=ASCII, last=103.0, cursor=4)
    assert text_of(drawn(subject, 80, 24)).isascii()


def test_the_last_price_has_its_line_and_its_label() -> None:
    bars = bars_at(range(10), [100.0 + index for index in range(11)])
    lines = drawn(Subject(places=places_of(bars, "1m"), last=105.0, decimals=2), 60, 20)
    labelled = [
        line for line in lines if any(cell.tone is Tone.CHIP_OK and "105.00" in cell.text for cell in line)
    ]
    assert len(labelled) == 1
    assert any(cell.tone is Tone.UP_SOFT and FINE.dashes in cell.text for cell in labelled[0])


def test_high_and_low_of_what_is_seen_are_marked_in_figures() -> None:
    bars = bars_at(range(10), [100.0, 101.0, 109.5, 103.0, 98.25, 99.0, 101.0, 102.0, 101.0, 100.0, 101.0])
    text = "\n".join(drawn_text(Subject(places=places_of(bars, "1m")), 80, 24))
    assert f"{FINE.high_mark} 109.50" in text
    assert f"{FINE.low_mark} 98.25" in text


def test_levels_zones_overlays_and_panels_are_drawn_with_their_names() -> None:
    bars = bars_at(range(30), [100.0 + index for index in range(31)])
    values = {bar.open_ms: bar.close - 5 for bar in bars}
    extras = Extras(
        overlays=(Overlay(name="ema20", values=values, tone=Tone.WARN),),
        levels=(Level(price=120.0, label="resistance"),),
        zones=(Zone(low=102.0, high=105.0, label="demand"),),
        panels=(
            Panel(name="RSI 14", series=(Overlay(name="rsi", values=values),), low=0, high=200, marks=(70,)),
        ),
    )
    lines = drawn(Subject(places=places_of(bars, "1m"), extras=extras), 100, 40)
    text = text_of(lines)
    assert "resistance 120.00" in text
    assert "demand" in text
    assert "RSI 14" in text
    assert any(cell.tone is Tone.WARN and not cell.text.isspace() for line in lines for cell in line)


def test_origins_are_told_apart_and_missing_minutes_shown() -> None:
    origins = [BarOrigin.BACKFILL] * 3 + [BarOrigin.SAMPLED] * 2 + [BarOrigin.LIVE] * 3
    bars = [
        a_bar(open_ms=START_MS + (index + (index > 5)) * MINUTE_MS, origin=origin, closed=index < 7)
        for index, origin in enumerate(origins)
    ]
    row = drawn_text(Subject(places=places_of(bars, "1m"), columns=2), 60, 20)[-2]
    assert [letter for letter in row if letter in "bs?*"] == ["b", "s", "?", "*"]


def test_a_bar_that_still_forms_looks_unlike_one_that_is_final() -> None:
    bar = a_bar(closed=False)
    tones = {cell.tone for line in drawn(Subject(places=places_of([bar], "1m")), 40, 20) for cell in line}
    assert Tone.BRIGHT in tones
    assert Tone.UP not in tones


def test_a_price_that_is_no_number_is_left_out_and_the_others_are_shown() -> None:
    good = bars_at(range(5), [100.0, 101.0, 102.0, 101.0, 100.0, 101.0])
    bad = a_bar(open_ms=START_MS + 5 * MINUTE_MS, high=float("inf"), low=float("nan"))
    text = "\n".join(drawn_text(Subject(places=places_of([*good, bad], "1m")), 60, 20))
    assert "nan" not in text
    assert "102.0" in text


@pytest.mark.parametrize("price", [1e-8, 0.00002471, 1.0, 67_830.12, 9.9e15])
def test_constant_prices_of_any_size_are_drawn(price: float) -> None:
    assert isfinite(price)
    bars = bars_at(range(10), [price] * 11)
    lines = drawn_text(Subject(places=places_of(bars, "1m"), decimals=8 if price < 1 else 2), 80, 20)
    assert all(len(line) == 80 for line in lines[2:])
    assert any("▀" in line or "▄" in line or "╹" in line or "╻" in line for line in lines)
