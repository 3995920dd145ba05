"""The line that a filter is typed into; what is wrong with it stands beside it."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from rtp_tui.tui.recall import Recall
from rtp_tui.tui.widgets.steady import steady


class FilterLine(Horizontal):
    """Tells what is typed, and when that is over; up and down bring back what was typed before."""

    class Typed(Message):
        """The text is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Kept(Message):
        """Enter: the filter stays."""

    class Dropped(Message):
        """Escape: no filter any more."""

    def __init__(self) -> None:
        super().__init__(id="finding")
        self.recall = Recall()
        self.is_open = False
        hint = "text, regex, !not, change > 2 and age < 30s or btc"
        self._field = steady(Input(id="filter", placeholder=hint, compact=True))
        self._note = Static("", id="filter-note", markup=False)

    def compose(self) -> ComposeResult:
        yield self._field
        yield self._note

    def open(self, text: str) -> None:
        """Let a filter be typed, from this one on."""
        self.is_open = True
        self._field.value = text
        self._field.cursor_position = len(text)
        self.screen.set_focus(self._field)

    def close(self) -> None:
        """Typing is over."""
        self.is_open = False
        self.recall.keep(self._field.value)

    def say(self, words: str, *, is_wrong: bool) -> None:
        """How many rows match, or what is wrong."""
        self._note.set_class(is_wrong, "-wrong")
        self._note.update(words)

    @on(Input.Changed)
    def tell(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Kept())

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                self.post_message(self.Dropped())
            case "up":
                self._type(self.recall.older(self._field.value))
            case "down":
                self._type(self.recall.newer(self._field.value))
            case _:
                return
        event.stop()

    def _type(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)
