"""A line to type into, with what may be meant below it: up and down take one of those."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

LONGEST = 300


class Prompt(ModalScreen[str | None]):
    """Asks for a line; None where the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "no"),
        ("down", "offer(1)", "next offer"),
        ("up", "offer(-1)", "offer before"),
    ]

    def __init__(
        self, title: str, about: str, offers: Sequence[str] = (), typed: str = "", problem: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._offers = tuple(offers)
        self._typed = typed
        self._problem = problem

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="sheet prompt", can_focus=False) as sheet:
            yield Static(self._words(), markup=False)
            yield Input(self._typed, max_length=LONGEST, compact=True)
            yield Static(self._listed(self._typed), markup=False, id="offers")
        if self.app.has_class("-ascii"):
            use_whole_cells(sheet)
        sheet.border_title = Text(self._title)
        keys = "enter does it  esc leaves it"
        sheet.border_subtitle = Text(f"up down choose  {keys}" if self._offers else keys)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    @on(Input.Changed)
    def mark(self, event: Input.Changed) -> None:
        self.query_one("#offers", Static).update(self._listed(event.value))

    def action_offer(self, by: int) -> None:
        """Take the next offer into the line, to be changed or sent."""
        if not self._offers:
            return
        field = self.query_one(Input)
        now = self._offers.index(field.value) if field.value in self._offers else -1 if by > 0 else 0
        field.value = self._offers[(now + by) % len(self._offers)]
        field.cursor_position = len(field.value)

    def _words(self) -> Text:
        text = Text(self._about)
        if self._problem:
            text.append(
                f"\n✖ {self._problem}" if not self.app.has_class("-ascii") else f"\nx {self._problem}", "bold"
            )
        return text

    def _listed(self, typed: str) -> Text:
        text = Text()
        for offer in self._offers:
            is_taken = offer == typed
            text.append(f"\n{'>' if is_taken else ' '} {offer}", "bold" if is_taken else "dim")
        return text
