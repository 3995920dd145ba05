"""The pictures of the README: drawn well, and small enough to be loaded with it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from screenshots.drawing import Frame, Line, animation, picture

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "screenshots").glob("*.svg"))
THEMES = sorted(file.stem for file in (ROOT / "themes").glob("*.toml"))
MOST_BYTES, MOST_BYTES_MOVING = 200_000, 600_000
ON_BLACK = Style.parse("#b9c4d2 on #0a0e14")


def line(text: str, style: Style = ON_BLACK) -> Line:
    return (Segment(text, style),)


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_a_picture_is_well_formed_and_small_and_loads_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text("utf-8")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(text.encode()) < (MOST_BYTES_MOVING if "moving" in file.name else MOST_BYTES)
    assert not re.search(r"(?:url\(|href=|@import|<script)", text)


def test_the_readme_opens_with_a_picture_that_moves_and_all_that_it_shows_exist() -> None:
    shown = re.findall(r"!\[[^]]*\]\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert "moving" in shown[0]
    assert all((ROOT / path).is_file() for path in shown)


def test_there_is_a_picture_in_each_theme() -> None:
    assert {f"theme-{name}" for name in THEMES} <= {file.stem for file in PICTURES}


def test_text_keeps_its_cells_and_is_escaped() -> None:
    root = ET.fromstring(picture([line("  a<b 価格")], "t & t", DEFAULT_TERMINAL_THEME))
    texts = {one.text: one for one in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(texts) == {"t & t", "a<b", "価格"}
    assert (texts["a<b"].get("x"), texts["a<b"].get("textLength")) == ("20", "30")
    assert (texts["価格"].get("x"), texts["価格"].get("textLength")) == ("60", "40")


def test_blocks_and_lines_are_shapes_above_what_they_lie_on() -> None:
    drawn = picture(
        [line("x" * 9), (Segment("▄━", Style.parse("#ff0000 on #222222")),)], "", DEFAULT_TERMINAL_THEME
    )
    assert "▄" not in drawn
    assert drawn.index('fill="#222222"') < drawn.index('fill="#ff0000"')
    assert "M0 30h10v10h-10z" in drawn


def test_frames_after_the_first_hold_only_the_lines_that_changed() -> None:
    frames = (
        Frame((line("same"), line("old")), "one", 3.0),
        Frame((line("same"), line("new")), "two", 1.0),
    )
    moving = animation(frames, DEFAULT_TERMINAL_THEME)
    ET.fromstring(moving)
    assert [moving.count(f">{word}<") for word in ("same", "old", "new", "one", "two")] == [1, 1, 1, 1, 1]
    assert "75.00%{visibility:visible}" in moving
