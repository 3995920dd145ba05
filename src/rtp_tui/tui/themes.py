"""Themes: named colours in a TOML file each; a file that names a base says only what differs from it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict, fields
from textual.color import Color, ColorParseError
from textual.theme import Theme

from rtp_tui.text import nearest, safe

DEFAULT_THEME = "midnight"
LONGEST_NAME = 32
_PACKAGE = Path(__file__).resolve().parents[1]
_COLOR = re.compile(r"#[0-9a-fA-F]{6}|ansi_[a-z_]+")
_DEEPEST = 8
"""Themes on themes, at most."""


class BadTheme(Exception):
    """A theme's file cannot be used; says why."""


class Colors(Struct, frozen=True, kw_only=True):
    """Colours by what they mean: `#rrggbb`, or one of the terminal's own, `ansi_red`."""

    background: str
    surface: str
    cursor: str
    border: str
    focus: str
    text: str
    dim: str
    """Where it is that of the text, the terminal is asked to write fainter."""
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
    on_cursor: str = ""
    """All that is written under the cursor; each its own colour where this is empty."""
    on_color: str = ""
    """What is written on a colour: in a chip the background, on a price that moved `bright`, where this is empty."""


COLOR_NAMES = tuple(field.name for field in fields(Colors))
_NEEDED = tuple(field.name for field in fields(Colors) if field.required)


class ConsoleTheme(Struct, frozen=True, kw_only=True):
    """One file of `themes/`."""

    name: str
    dark: bool
    colors: Colors

    @property
    def is_ansi(self) -> bool:
        """Some colour is the terminal's own."""
        return any(color.startswith("ansi_") for color in asdict(self.colors).values())

    def for_textual(self) -> Theme:
        """The same colours under the names that Textual's own widgets use."""
        colors = self.colors
        return Theme(
            name=self.name,
            dark=self.dark,
            ansi=self.is_ansi,
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
                "line-alarm": between(colors.bad, colors.background, 0.4),
                "dim": colors.dim,
                "bright": colors.bright,
                "cursor": colors.cursor,
                "surface": colors.surface,
                "scrollbar": colors.border,
                "scrollbar-hover": colors.dim,
                "scrollbar-active": colors.focus,
                "scrollbar-background": colors.background,
                "scrollbar-background-hover": colors.background,
                "scrollbar-background-active": colors.background,
                "scrollbar-corner-color": colors.background,
                **(_ansi_variables(colors) if self.is_ansi else {}),
            },
        )


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may stand in a theme's file."""

    base: str = ""
    dark: bool | None = None
    colors: dict[str, str] = {}


def _ansi_variables(colors: Colors) -> Mapping[str, str]:
    """What Textual's own widgets ask for where the colours are the terminal's."""
    written = colors.on_cursor or colors.text
    return {
        "ansi-background": colors.background,
        "ansi-foreground": colors.text,
        "block-cursor-foreground": written,
        "block-cursor-background": colors.cursor,
        "input-selection-foreground": written,
        "input-selection-background": colors.cursor,
    }


def between(color: str, other: str, share: float) -> str:
    """A colour on the way to another; the terminal's own colours have nothing between them."""
    one, two = Color.parse(color), Color.parse(other)
    return color if one.ansi is not None or two.ansi is not None else one.blend(two, share).hex


def shipped_folder() -> Path:
    """Beside the package in a wheel, at the root of a source checkout."""
    installed = _PACKAGE / "themes"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "themes"


def load_themes(*own: Path) -> dict[str, ConsoleTheme]:
    """Every theme that can be used by its name, the default one first; those of later folders replace others."""
    themes, _ = read_themes(shipped_folder(), *own)
    return themes


def read_themes(*folders: Path) -> tuple[dict[str, ConsoleTheme], dict[str, str]]:
    """The themes of all folders by their names, and what is wrong with those that cannot be used."""
    themes: dict[str, ConsoleTheme] = {}
    problems: dict[str, str] = {}
    for folder in folders:
        files = {file.stem: file for file in theme_files(folder)}
        for name in files:
            try:
                themes[name] = _read(name, files, themes, _DEEPEST)
            except BadTheme as problem:
                problems[name] = str(problem)
    order = sorted(themes, key=lambda name: (name != DEFAULT_THEME, name))
    return {name: themes[name] for name in order}, problems


def theme_files(folder: Path) -> Iterable[Path]:
    """The files of a folder that are themes, in order; none where there is no such folder."""
    try:
        return sorted(file for file in folder.glob("*.toml") if len(file.stem) <= LONGEST_NAME)
    except OSError:
        return ()


def _read(
    name: str, files: Mapping[str, Path], others: Mapping[str, ConsoleTheme], deepest: int
) -> ConsoleTheme:
    """A theme of this folder, on a base of it or of the folders before. Raises BadTheme."""
    file = _parsed(files[name])
    base = _base(name, file.base, files, others, deepest) if file.base else None
    colors = {**(asdict(base.colors) if base else {}), **_checked(file.colors)}
    if lacking := [needed for needed in _NEEDED if needed not in colors]:
        raise BadTheme(
            f'lacks {", ".join(lacking)}: base = "{DEFAULT_THEME}" would give what it does not say'
        )
    dark = file.dark if file.dark is not None else base.dark if base else True
    return ConsoleTheme(name=name, dark=dark, colors=Colors(**colors))


def _base(
    name: str, base: str, files: Mapping[str, Path], others: Mapping[str, ConsoleTheme], deepest: int
) -> ConsoleTheme:
    if base in files and base != name:
        if not deepest:
            raise BadTheme(f'base "{safe(base, 40)}" leads back to itself')
        return _read(base, files, others, deepest - 1)
    if base in others:
        return others[base]
    raise BadTheme(f'base "{safe(base, 40)}" is no theme{_perhaps(base, (*others, *files))}')


def _parsed(file: Path) -> _File:
    try:
        return convert(tomllib.loads(file.read_text("utf-8")), _File)
    except (OSError, UnicodeError) as error:
        raise BadTheme(f"cannot be read: {error.strerror if isinstance(error, OSError) else error}") from None
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadTheme(safe(str(error))) from None


def _checked(colors: Mapping[str, str]) -> Mapping[str, str]:
    for name, color in colors.items():
        if name not in COLOR_NAMES:
            raise BadTheme(f'"{safe(name, 40)}" is no colour of a theme{_perhaps(name, COLOR_NAMES)}')
        if not _is_color(color) and (color or name in _NEEDED):
            raise BadTheme(f'{name}: "{safe(color, 40)}" is neither #rrggbb nor ansi_red or the like')
    return colors


def _is_color(color: str) -> bool:
    try:
        return _COLOR.fullmatch(color) is not None and bool(Color.parse(color))
    except ColorParseError:
        return False


def _perhaps(word: str, known: Iterable[str]) -> str:
    likely = nearest(word, known)
    return f": {likely}?" if likely else ""
