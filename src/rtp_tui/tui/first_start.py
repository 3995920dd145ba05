"""What to watch, asked where nothing is configured: a list, and a choice that can be kept."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from rtp_tui.text import safe
from rtp_tui.tui.driver import console_driver
from rtp_tui.tui.settings import Choice, ConsoleSettings, Offer
from rtp_tui.tui.themes import DEFAULT_THEME, load_themes
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

_GAP = "  "
_FRAME_WIDTH = 8
"""Of a sheet: its border, its padding, a scroll bar."""
_WIDEST = 90


class FirstStart(App[Choice]):
    """Offers, one chosen; leaves without a result where none is."""

    CSS_PATH = Path(__file__).with_name("console.tcss")
    TITLE = "rtp-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("up,k", "move(-1)", "up"),
        ("down,j", "move(1)", "down"),
        ("enter", "choose(False)", "start"),
        ("w", "choose(True)", "write and start"),
        ("escape,q", "quit", "leave"),
    ]

    def __init__(self, offers: Sequence[Offer], path: str, settings: ConsoleSettings) -> None:
        themes = load_themes(*([settings.themes] if settings.themes else []))
        super().__init__(driver_class=console_driver(may_suspend=True))
        self.animation_level = "none"
        self._offers = offers
        self._path = path
        self._settings = settings
        self._row = 0
        for theme in themes.values():
            self.register_theme(theme.for_textual())
        self.theme = settings.theme if settings.theme in themes else DEFAULT_THEME

    def compose(self) -> ComposeResult:
        self.set_class(self._settings.ascii_only, "-ascii")
        with VerticalScroll(classes="sheet", can_focus=False) as sheet:
            yield Static(self._text(), markup=False)
        if self._settings.ascii_only:
            use_whole_cells(sheet)
        sheet.border_title = Text("What to watch")
        sheet.border_subtitle = Text("enter starts  w writes it as well  q leaves")

    def on_mount(self) -> None:
        self.screen.styles.align = ("center", "middle")
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)):
            loop.add_signal_handler(number, self.exit, None, code)

    def on_resize(self) -> None:
        self._show()

    def action_move(self, rows: int) -> None:
        self._row = (self._row + rows) % len(self._offers)
        self._show()

    def action_choose(self, is_written: bool) -> None:
        offer = self._offers[self._row]
        if offer.may_be_written or not is_written:
            self.exit(Choice(offer.name, is_written))

    def _show(self) -> None:
        self.query_one(Static).update(self._text())

    def _text(self) -> Text:
        return offers_text(self._offers, self._row, self._path, min(_WIDEST, self.size.width - _FRAME_WIDTH))


def offers_text(offers: Sequence[Offer], row: int, path: str, width: int) -> Text:
    """A line for each offer, the chosen one reversed; below, all that is to say of that one."""
    names = max(len(offer.name) for offer in offers)
    text = Text("Nothing is configured yet.\n")
    for number, offer in enumerate(offers):
        line = f"{offer.name:<{names}}{_GAP}{offer.title.partition(';')[0]}"
        text.append("\n")
        text.append(safe(line)[: max(1, width)], "reverse" if number == row else "")
    chosen = offers[row]
    kept = f"w writes {path}" if chosen.may_be_written else "there is nothing to write"
    for paragraph in (chosen.title, f"{kept}; until something is written, this is asked at each start."):
        text.append("\n\n" + "\n".join(wrap(safe(paragraph, 1024), max(20, width))), "dim")
    return text


async def run_first_start(
    offers: Sequence[Offer], path: str, settings: ConsoleSettings
) -> tuple[Choice | None, int]:
    """Ask until something is chosen or the person leaves; the choice, and the exit code where there is none."""
    app = FirstStart(offers, path, settings)
    choice = await app.run_async()
    return choice, app.return_code or 0
