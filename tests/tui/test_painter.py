import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rtp_tui.tui.cells import Cell, Column, Ground, Row, Tone, shown_columns
from rtp_tui.tui.painter import Painter, fit, thinned
from rtp_tui.tui.themes import load_themes

COLUMNS = (
    Column(name="symbol", title="SYMBOL", width=8, grows_to=12),
    Column(name="last", title="LAST", width=10, right=True, is_number=True),
    Column(name="spark", title="SPARK", width=10, rank=2),
    Column(name="age", title="AGE", width=4, rank=1, right=True, is_number=True),
)
HOSTILE = (
    "\x1b[31mred\x1b[0m", "[red]markup[/red]", "\u202edesrever", "名前が広い", "a\tb\nc\rd", "\x9b2J", "\x07bell",
    "\x1b]52;c;aGk=\x07", "\u200bzero", "e\u0301", "\ud800", "👩‍👩‍👧", "x" * 5000,
)  # fmt: skip


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(load_themes()["midnight"])


def test_a_number_that_does_not_fit_is_never_cut() -> None:
    assert fit("1234567", 5, right=True, is_number=True) == "#####"


def test_a_name_that_does_not_fit_ends_in_an_ellipsis() -> None:
    assert fit("Reliance", 5) == "Reli…"


def test_numbers_stand_at_the_right() -> None:
    assert fit("12", 5, right=True) == "   12"


@given(st.text(max_size=40), st.integers(1, 30), st.booleans(), st.booleans())
def test_every_text_takes_exactly_its_width(text: str, width: int, right: bool, is_number: bool) -> None:
    assert cell_len(fit(text, width, right=right, is_number=is_number)) == width


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_reaches_the_terminal(painter: Painter, text: str) -> None:
    row = Row("key", (Cell(text), Cell("1"), Cell(text), Cell("2")))
    for strip in (
        painter.row(row, COLUMNS, shown_columns(COLUMNS, 40), 40, Ground.CURSOR),
        painter.line((Cell(text), Cell(text, Tone.BAD)), 40),
    ):
        shown = "".join(segment.text for segment in strip)
        assert cell_len(shown) == strip.cell_length == 40
        assert all(character.isprintable() or character == "\u3000" for character in shown)


def test_markup_is_shown_as_it_was_written(painter: Painter) -> None:
    assert painter.line((Cell("[red]a[/red]"),), 12).text == "[red]a[/red]"


def test_every_part_of_a_line_has_a_background(painter: Painter) -> None:
    strip = painter.line((Cell("a"),), 10)
    assert all(segment.style is not None and segment.style.bgcolor is not None for segment in strip)


def test_ascii_only_leaves_nothing_else() -> None:
    plain = Painter(load_themes()["midnight"], ascii_only=True)
    assert plain.line((Cell("▲ ● ✖ ▁▄█ – … é"),), 20).text.isascii()


def test_columns_of_the_highest_rank_go_first_where_space_is_short() -> None:
    assert [index for index, _ in shown_columns(COLUMNS, 80)] == [0, 1, 2, 3]
    assert [index for index, _ in shown_columns(COLUMNS, 30)] == [0, 1, 3]


def test_text_has_the_room_that_is_left_before_numbers_and_what_wants_little_before_the_rest() -> None:
    columns = (
        Column(name="name", title="", width=4, rank=2, grows_to=90),
        Column(name="last", title="", width=4, right=True, is_number=True, grows_to=9),
        Column(name="source", title="", width=4, rank=1, grows_to=9),
    )
    assert shown_columns(columns, 16) == ((0, 4), (1, 4), (2, 4))
    assert shown_columns(columns, 23) == ((0, 6), (1, 4), (2, 9))
    assert shown_columns(columns, 110) == ((0, 90), (1, 7), (2, 9))
    assert [index for index, _ in shown_columns(COLUMNS, 19)] == [0, 1]
    assert [index for index, _ in shown_columns(COLUMNS, 1)] == [0]


def test_spare_room_goes_to_columns_that_can_grow() -> None:
    assert dict(shown_columns(COLUMNS, 21))[0] == 10


def test_a_curve_that_is_too_long_is_drawn_with_fewer_points_its_newest_among_them() -> None:
    assert thinned("▁▂▃▄▅▆▇█", 4) == "▂▄▆█"
    assert thinned("▁█", 4) == "  ▁█"
