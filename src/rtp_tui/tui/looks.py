"""Which colours the console has: chosen, changed, and followed while their file is edited."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rtp_tui.text import nearest, safe
from rtp_tui.tui.last_guard import LastGuard
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.theme_shelf import ThemeShelf
from rtp_tui.tui.themes import DEFAULT_THEME, ConsoleTheme

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

LOOKS_EVERY_S = 0.8
"""Less than the second for which a console at rest sleeps."""


class Looks:
    """The shelf of themes and the one that is worn."""

    def __init__(self, app: "ConsoleApp") -> None:
        self._app = app
        self._shelf = ThemeShelf(app.settings.themes)
        self._looked_at = float("-inf")
        self.guard = LastGuard(app.plain, ascii_only=app.settings.ascii_only)
        self.painter: Painter
        """Paints with the theme that is worn."""
        self._begin()

    @property
    def themes(self) -> Mapping[str, ConsoleTheme]:
        """Those that can be worn here: colours that only the terminal knows cannot be turned into greys."""
        themes = self._shelf.themes
        if not self._app.no_color:
            return themes
        return {name: theme for name, theme in themes.items() if not theme.is_ansi}

    def _begin(self) -> None:
        """Wear what was asked for, or what comes nearest."""
        wanted = self._app.settings.theme
        for theme in self._shelf.themes.values():
            self._app.register_theme(theme.for_textual())
        self._app.theme = wanted if wanted in self.themes else DEFAULT_THEME
        self._take_colors()

    def wear_next(self) -> None:
        """The theme after this one, by name."""
        names = list(self.themes)
        self.wear(names[(names.index(self._app.theme) + 1) % len(names)])

    def wear(self, name: str) -> None:
        """Wear a theme, or say that there is no such."""
        if name not in self.themes:
            self._tell(self._refusal(name))
            return
        self._app.theme = name
        self._take_colors()
        self._app.main.paint_with(self.painter)

    def keep_up(self, now: float) -> None:
        """Look once a second whether a file was edited, as a rule in another window than this one."""
        if now - self._looked_at < LOOKS_EVERY_S:
            return
        self._looked_at = now
        if self._shelf.look_again():
            self._wear_again()
        if problem := self._shelf.untold_problem():
            self._tell(problem)

    def _wear_again(self) -> None:
        for theme in self._shelf.themes.values():
            self._app.register_theme(theme.for_textual())
        # The name is the same, and Textual looks at nothing else.
        self._app.mutate_reactive(type(self._app).theme)
        self._take_colors()
        self._app.main.paint_with(self.painter)

    def _take_colors(self) -> None:
        worn = self._shelf.themes[self._app.theme]
        self.painter = Painter(worn, ascii_only=self._app.settings.ascii_only)

    def _refusal(self, name: str) -> str:
        if name in self._shelf.themes:
            return f"{name} has the terminal's colours, and NO_COLOR forbids them"
        likely = nearest(name, self.themes)
        return f'no theme "{safe(name, 40)}"' + (f": {likely}?" if likely else f": {', '.join(self.themes)}")

    def _tell(self, words: str) -> None:
        self._app.notify(
            self._app.plain(safe(words)), title="theme", severity="warning", markup=False, timeout=8
        )
