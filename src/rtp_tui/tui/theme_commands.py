"""The palette's `theme NAME`: the console in other colours."""

from functools import partial
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.command import Hit, Hits, Provider

from rtp_tui.tui.literal import literal

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

WORD = "theme"


class ThemeCommands(Provider):
    """Offers the themes whose names begin with what was typed; says where one's own are looked for."""

    async def search(self, query: str) -> Hits:
        word, _, name = query.strip().partition(" ")
        if not word or not WORD.startswith(word):
            return
        console = cast("ConsoleApp", self.app)
        name = name.strip().lower()
        for theme in console.looks.themes.values():
            if theme.name.lower().startswith(name):
                wear = partial(self._wear, theme.name)
                help_ = "worn now" if theme.name == console.theme else _described(theme.dark, theme.is_ansi)
                score = 2.0 if theme.name.lower() == name else 1.0
                yield Hit(score, Text(f"{WORD} {theme.name}"), wear, help=literal(help_))
        if console.settings.themes is not None and not name:
            yield Hit(
                0.5,
                Text(f"{WORD} ..."),
                self._show_place,
                help=literal(f"own ones: {console.settings.themes}"),
            )

    async def _wear(self, name: str) -> None:
        cast("ConsoleApp", self.app).looks.wear(name)

    async def _show_place(self) -> None:
        console = cast("ConsoleApp", self.app)
        key = console.main.keymap.key("theme")
        words = f"a file NAME.toml in {console.settings.themes}; {key} and `theme NAME` find it at once"
        console.notify(console.plain(words), markup=False, timeout=8)


def _described(is_dark: bool, is_ansi: bool) -> str:
    return "the terminal's own colours" if is_ansi else "dark" if is_dark else "light"
