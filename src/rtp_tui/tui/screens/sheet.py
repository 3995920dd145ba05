"""Sheets: text over the screen, closed by esc."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from rtp_tui.text import safe
from rtp_tui.tui.actions.bindings import bindings_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.endings import endings
from rtp_tui.tui.screens.keeping_up import KeepsUp
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

_AROUND_TITLE = 6
_WIDEST = 0.9
"""The share of the screen's width that a sheet may take."""
AnswerT = TypeVar("AnswerT")


class _Boxed(ModalScreen[AnswerT]):
    """A text in a box; its lower edge says which keys end it."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings_of("take"))
    ways_out: ClassVar[tuple[tuple[str, str], ...]]

    def __init__(self, title: str, text: Text) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="sheet") as sheet:
            yield Static(self._text, markup=False)
        if self.app.has_class("-ascii"):
            use_whole_cells(sheet)
        sheet.border_title = Text(self._title)
        widest = int(self.app.size.width * _WIDEST)
        sheet.styles.min_width = min(widest, cell_len(self._title) + _AROUND_TITLE)
        sheet.border_subtitle = endings(*self.ways_out)


class Sheet(_Boxed[None]):
    """Shows a text until esc, enter or q."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,enter,q,question_mark", "dismiss", "close"),
        ("y", "copy", "copy"),
    ]
    ways_out = (("esc closes", "screen.dismiss"), ("y copies", "screen.copy"))

    def action_copy(self) -> None:
        """Put the whole text on the clipboard."""
        self.app.copy_to_clipboard(f"{self._title}\n\n{self._text.plain}")
        self.notify("text copied", timeout=2)

    def on_click(self, event: events.Click) -> None:
        """Beside the sheet: enough read."""
        if event.widget is self:
            self.dismiss()


class Details(Sheet, KeepsUp):
    """A sheet that keeps up, once a second; it stays as it is when what it is about is gone."""

    def __init__(self, title: str, words: Callable[[Scene], Text | None], scene: Scene) -> None:
        super().__init__(title, _said(words, scene) or Text())
        self._words = words
        self._second = scene.now_ms // 1000

    def show(self, scene: Scene) -> bool:
        """Say what is true now; True when that is something else."""
        if not self.is_mounted or scene.now_ms // 1000 == self._second:
            return False
        self._second = scene.now_ms // 1000
        text = _said(self._words, scene)
        if text is None or text == self._text:
            return False
        self._text = text
        self.query_one(Static).update(text)
        return True


def _said(words: Callable[[Scene], Text | None], scene: Scene) -> Text | None:
    try:
        return words(scene)
    except Exception as error:  # noqa: BLE001 - as in a pane: a sheet that is broken must not end the console
        return Text(safe(f"this sheet failed: {type(error).__name__}: {error}"))


class Question(_Boxed[bool]):
    """Asks before something is touched; the answer is the screen's result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y,enter", "dismiss(True)", "yes"),
        ("n,escape,q", "dismiss(False)", "no"),
    ]
    ways_out = (("y yes", "screen.dismiss(True)"), ("n no", "screen.dismiss(False)"))
