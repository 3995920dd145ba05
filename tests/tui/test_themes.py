"""Every theme can be read by everybody it is for; a user's own stands on a shipped one."""

from itertools import combinations
from pathlib import Path

import pytest

from rtp_tui.tui.cells import Cell, Ground, Tone
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.themes import DEFAULT_THEME, ConsoleTheme, load_themes, read_themes, shipped_folder
from tests.colour_vision import DEUTERANOPIA, PROTANOPIA, TRITANOPIA, USUAL, Matrix, contrast, difference

THEMES = load_themes()
PAINTED = [theme for theme in THEMES.values() if not theme.is_ansi]
WRITTEN = ("text", "dim", "bright", "ok", "warn", "bad", "info", "up", "down", "focus")
GROUNDS = ("background", "surface", "cursor")
LEGIBLE, VERY_LEGIBLE = 4.5, 7.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.6."""
APART = 0.1
"""Five times what can just be noticed."""
MADE_FOR: dict[str, tuple[Matrix, ...]] = {
    "deuteranopia": (DEUTERANOPIA, PROTANOPIA),
    "tritanopia": (TRITANOPIA,),
}


def test_there_are_six_and_the_default_comes_first() -> None:
    assert list(THEMES) == [
        DEFAULT_THEME,
        "contrast",
        "daylight",
        "deuteranopia",
        "terminal",
        "tritanopia",
    ]
    assert [theme.name for theme in THEMES.values() if not theme.dark] == ["daylight"]
    assert [theme.name for theme in THEMES.values() if theme.is_ansi] == ["terminal"]
    assert not read_themes(shipped_folder())[1]


@pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: str(theme.name))
def test_all_that_is_written_can_be_read_on_every_ground(theme: ConsoleTheme) -> None:
    least = VERY_LEGIBLE if theme.name == "contrast" else LEGIBLE
    for ground in GROUNDS:
        for written in WRITTEN:
            assert _contrast(theme, written, ground) >= least, (written, ground)


@pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: str(theme.name))
def test_chips_and_moving_prices_can_be_read(theme: ConsoleTheme) -> None:
    least = VERY_LEGIBLE if theme.name == "contrast" else LEGIBLE
    for behind in ("dim", "ok", "warn", "bad", "info"):
        assert _contrast(theme, "background", behind) >= least, behind
    for behind in ("rose", "fell"):
        assert _contrast(theme, "bright", behind) >= VERY_LEGIBLE, behind


@pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: str(theme.name))
def test_states_and_directions_are_told_apart_by_whom_the_theme_is_for(theme: ConsoleTheme) -> None:
    for eye in (USUAL, *MADE_FOR.get(theme.name, ())):
        for one, other in combinations(("ok", "warn", "bad", "info"), 2):
            assert _difference(theme, one, other, eye) >= APART, (one, other)
        for state in ("ok", "warn", "bad"):
            assert _difference(theme, state, "text", eye) >= APART, state
        assert _difference(theme, "up", "down", eye) >= 2 * APART
        assert _difference(theme, "rose", "fell", eye) >= APART


def test_the_themes_for_colour_blind_eyes_are_needed() -> None:
    usual = THEMES[DEFAULT_THEME]
    assert _difference(usual, "up", "down", DEUTERANOPIA) < APART
    assert _difference(usual, "ok", "info", TRITANOPIA) < APART


def test_the_terminal_s_own_colours_are_named_and_none_is_made_up() -> None:
    painter = Painter(THEMES["terminal"])
    for tone in Tone:
        for ground in Ground:
            (segment, *_) = painter.line((Cell("x", tone),), 1, ground)
            assert segment.style is not None
            assert segment.style.color is not None
            assert segment.style.bgcolor is not None
            assert segment.style.color.triplet is segment.style.bgcolor.triplet is None
            assert segment.style.color != segment.style.bgcolor or segment.style.color.is_default
            assert not (tone.value.startswith("chip") and segment.style.bgcolor.is_default)


def test_what_is_dim_without_a_colour_of_its_own_is_written_fainter() -> None:
    (segment, *_) = Painter(THEMES["terminal"]).line((Cell("x", Tone.DIM),), 1)
    assert segment.style is not None
    assert segment.style.dim
    (segment, *_) = Painter(THEMES[DEFAULT_THEME]).line((Cell("x", Tone.DIM),), 1)
    assert segment.style is not None
    assert not segment.style.dim


def test_a_theme_of_one_s_own_says_only_what_differs_from_its_base(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text('base = "daylight"\n[colors]\nfocus = "#aa0055"\n')
    own = load_themes(tmp_path)["paper"]
    assert own.colors.focus == "#aa0055"
    assert own.colors.text == THEMES["daylight"].colors.text
    assert not own.dark


def test_a_theme_of_one_s_own_may_take_the_place_of_its_base(tmp_path: Path) -> None:
    (tmp_path / "midnight.toml").write_text('base = "midnight"\n[colors]\nfocus = "#aa0055"\n')
    own = load_themes(tmp_path)
    assert own["midnight"].colors.focus == "#aa0055"
    assert len(own) == len(THEMES)


def test_bases_may_have_bases(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('base = "b"\n[colors]\nok = "#00aa00"\n')
    (tmp_path / "b.toml").write_text('base = "contrast"\n[colors]\nbad = "#ff0000"\n')
    colors = load_themes(tmp_path)["a"].colors
    assert (colors.ok, colors.bad) == ("#00aa00", "#ff0000")
    assert colors.text == THEMES["contrast"].colors.text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[colors]\nok = 'red'", 'ok: "red" is neither #rrggbb nor ansi_red or the like'),
        ("[colors]\nok = 'ansi_reddish'", 'ok: "ansi_reddish" is neither'),
        ("base = 'midnight'\n[colors]\nbackgrund = '#000000'", '"backgrund" is no colour of a theme: background?'),
        ("base = 'midnigth'", 'base "midnigth" is no theme: midnight?'),
        ("base = 'odd'", 'base "odd" is no theme'),
        ("base = 'round'", 'base "round" leads back to itself'),
        ("[colors]\nok = '#00ff00'", 'lacks background, surface,'),
        ("[colors", "Expected ']' at the end of a table declaration"),
        ("bse = 'midnight'", "bse"),
        ("dark = 3", "Expected `bool | null`"),
        ("base = '\x1b[31m'", "invalid character"),
    ],
)  # fmt: skip
def test_a_theme_that_cannot_be_used_is_left_out_and_says_why(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "odd.toml").write_text(text)
    (tmp_path / "round.toml").write_text("base = 'circle'")
    (tmp_path / "circle.toml").write_text("base = 'round'")
    themes, problems = read_themes(shipped_folder(), tmp_path)
    assert set(themes) == set(THEMES)
    assert why in problems["odd"]


def test_a_file_that_is_no_text_or_no_file_is_a_problem_too(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    _, problems = read_themes(tmp_path)
    assert set(problems) == {"bytes", "folder"}
    assert read_themes(tmp_path / "nowhere") == ({}, {})


def _contrast(theme: ConsoleTheme, one: str, other: str) -> float:
    return contrast(getattr(theme.colors, one), getattr(theme.colors, other))


def _difference(theme: ConsoleTheme, one: str, other: str, eye: Matrix) -> float:
    return difference(getattr(theme.colors, one), getattr(theme.colors, other), eye)
