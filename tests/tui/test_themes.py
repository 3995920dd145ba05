import re
from pathlib import Path

import msgspec
import pytest

from rtp_tui.tui.themes import DEFAULT_THEME, load_themes


def test_the_default_theme_comes_first_and_there_is_a_light_one() -> None:
    themes = load_themes()
    assert next(iter(themes)) == DEFAULT_THEME
    assert any(not theme.dark for theme in themes.values())


@pytest.mark.parametrize("theme", load_themes().values(), ids=lambda theme: str(theme.name))
def test_every_colour_is_a_colour_and_text_can_be_read(theme: object) -> None:
    from rtp_tui.tui.themes import ConsoleTheme

    assert isinstance(theme, ConsoleTheme)
    colors = msgspec.structs.asdict(theme.colors)
    assert len(colors) == 16
    assert all(re.fullmatch(r"#[0-9a-f]{6}", color) for color in colors.values())
    assert _contrast(theme.colors.text, theme.colors.background) >= 7
    for name in ("dim", "ok", "warn", "bad", "up", "down", "info"):
        assert _contrast(colors[name], theme.colors.background) >= 3.5, name


def test_a_theme_with_a_wrong_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('name = "odd"\ndark = true\n[colors]\nbackgrund = "#000000"\n')
    with pytest.raises(msgspec.ValidationError):
        load_themes(tmp_path)


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
