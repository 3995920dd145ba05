"""The last thing before the terminal: whatever widget made a line, nothing in it is obeyed, or beyond ASCII where that is asked for."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from rtp_tui.text import is_plain, safe


class LastGuard(LineFilter):
    """Replaces cell by cell, so that lines stay as wide as Textual thinks.

    Panes and sheets have made their texts safe before; this is for what nobody thought of, such as what is pasted, and
    for the signs of Textual's own widgets.
    """

    def __init__(self, plain: Callable[[str], str], *, ascii_only: bool) -> None:
        super().__init__()
        self._plain = plain
        self._is_harmless: Callable[[str], bool] = _is_ascii if ascii_only else is_plain

    def apply(self, segments: Sequence[Segment], background: Color) -> list[Segment]:
        """The same segments where all of them are harmless, which costs one look."""
        if self._is_harmless("".join([segment.text for segment in segments])):
            return list(segments)
        return [
            segment
            if self._is_harmless(segment.text) or segment.control
            else Segment(self._harmless(segment.text), segment.style)
            for segment in segments
        ]

    def _harmless(self, text: str) -> str:
        return set_cell_size("".join(self._instead(one) for one in text), cell_len(text))

    def _instead(self, character: str) -> str:
        """Itself, or what stands in as many cells."""
        if self._is_harmless(character):
            return character
        width, shown = cell_len(character), self._plain(safe(character, 1))
        return shown if cell_len(shown) == width else shown.ljust(width)[:width]


def _is_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()
