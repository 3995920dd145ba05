"""A line to type into, with what may be meant below it: up and down take one of those."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from rtp_tui.tui.screens.endings import endings
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells
from rtp_tui.tui.widgets.steady import steady

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
            yield steady(Input(self._typed, max_length=LONGEST, compact=True))
            yield Static(self._listed(self._typed), markup=False, id="offers")
        if self.app.has_class("-ascii"):
            use_whole_cells(sheet)
        sheet.border_title = Text(self._title)
        choosing = [("up down choose", "screen.offer(1)")] if self._offers else []
        sheet.border_subtitle = endings(
            *choosing, ("enter does it", "screen.send"), ("esc leaves it", "screen.dismiss(None)")
        )

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    @on(Input.Changed)
    def mark(self, event: Input.Changed) -> None:
        self.query_one("#offers", Static).update(self._listed(event.value))

    def action_send(self) -> None:
        """What the line says is the answer."""
        self.dismiss(self.query_one(Input).value)

    def action_take(self, index: int) -> None:
        """An offer was clicked: into the line, or, where it is there already, sent."""
        field, offer = self.query_one(Input), self._offers[index]
        if field.value == offer:
            self.dismiss(offer)
        field.value = offer
        field.cursor_position = len(offer)
        field.focus()

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
        for index, offer in enumerate(self._offers):
            is_taken = offer == typed
            take = Style(bold=is_taken, dim=not is_taken, meta={"@click": f"screen.take({index})"})
            text.append("\n").append(f"{'>' if is_taken else ' '} {offer}", take)
        return text
