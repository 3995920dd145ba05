"""Themes: sixteen named colours in a TOML file each."""

import tomllib
from pathlib import Path

from msgspec import Struct, convert
from textual.theme import Theme

DEFAULT_THEME = "midnight"
_PACKAGE = Path(__file__).resolve().parents[1]


class Colors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Colours as `#rrggbb`, by what they mean."""

    background: str
    surface: str
    cursor: str
    border: str
    focus: str
    text: str
    dim: str
    bright: str
    ok: str
    warn: str
    bad: str
    info: str
    up: str
    down: str
    rose: str
    """Behind a price that has just risen."""
    fell: str
    """Behind a price that has just fallen."""


class ConsoleTheme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `themes/`."""

    name: str
    dark: bool
    colors: Colors

    def for_textual(self) -> Theme:
        """The same colours under the names that Textual's own widgets use."""
        colors = self.colors
        return Theme(
            name=self.name,
            dark=self.dark,
            primary=colors.focus,
            secondary=colors.info,
            accent=colors.focus,
            foreground=colors.text,
            background=colors.background,
            surface=colors.surface,
            panel=colors.cursor,
            success=colors.ok,
            warning=colors.warn,
            error=colors.bad,
            variables={
                "line": colors.border,
                "line-focus": colors.focus,
                "dim": colors.dim,
                "bright": colors.bright,
                "cursor": colors.cursor,
                "scrollbar": colors.border,
                "scrollbar-hover": colors.dim,
                "scrollbar-active": colors.focus,
                "scrollbar-background": colors.background,
                "scrollbar-background-hover": colors.background,
                "scrollbar-background-active": colors.background,
                "scrollbar-corner-color": colors.background,
            },
        )


def load_themes(folder: Path | None = None) -> dict[str, ConsoleTheme]:
    """Every theme by its name, the default one first. Raises OSError and msgspec.ValidationError."""
    files = sorted((folder or _theme_folder()).glob("*.toml"))
    themes = [convert(tomllib.loads(file.read_text("utf-8")), ConsoleTheme) for file in files]
    themes.sort(key=lambda theme: (theme.name != DEFAULT_THEME, theme.name))
    return {theme.name: theme for theme in themes}


def _theme_folder() -> Path:
    """Beside the package in a wheel, at the root of a source checkout."""
    installed = _PACKAGE / "themes"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "themes"
