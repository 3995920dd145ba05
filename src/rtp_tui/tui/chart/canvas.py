"""A grid of characters to draw on; nothing drawn outside of it does any harm."""

from collections.abc import Sequence
from itertools import groupby

from rtp_tui.tui.cells import Cell, Line, Tone

_BLANK = "\N{NO-BREAK SPACE}"
"""A blank of a text, which is not free to be drawn on."""


class Canvas:
    """Characters and their tones, row by row."""

    def __init__(self, width: int, height: int) -> None:
        self.width = max(0, width)
        self.height = max(0, height)
        self.characters = [[" "] * self.width for _ in range(self.height)]
        self.tones: list[list[Tone]] = [[Tone.TEXT] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, character: str, tone: Tone) -> None:
        """One character, over whatever was there."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self.characters[y][x] = character
            self.tones[y][x] = tone

    def put_under(self, x: int, y: int, character: str, tone: Tone) -> None:
        """One character where nothing is yet."""
        if 0 <= x < self.width and 0 <= y < self.height and self.characters[y][x] == " ":
            self.characters[y][x] = character
            self.tones[y][x] = tone

    def draw_across(self, y: int, width: int, character: str, tone: Tone, every: int = 1) -> None:
        """A line from the left edge wherever nothing is yet, at each column or every so many."""
        if not 0 <= y < self.height:
            return
        characters, tones = self.characters[y], self.tones[y]
        for x in range(0, min(width, self.width), every):
            if characters[x] == " ":
                characters[x], tones[x] = character, tone

    def write(self, x: int, y: int, text: str, tone: Tone) -> None:
        """A text over whatever was there."""
        for index, character in enumerate(text.replace(" ", _BLANK)):
            self.put(x + index, y, character, tone)

    def is_free(self, x: int, y: int, width: int) -> bool:
        """Nothing is drawn there yet, and all of it is on the canvas."""
        if not (0 <= y < self.height and x >= 0 and x + width <= self.width):
            return False
        return all(character == " " for character in self.characters[y][x : x + width])

    def line(self, y: int) -> Line:
        """A row as cells, one for each run of a tone."""
        characters, tones = self.characters[y], self.tones[y]
        cells: list[Cell] = []
        start = 0
        # Tones are compared by identity; as keys of a set each would cost a call.
        for tone, run in groupby(tones):
            stop = start + len(list(run))
            cells.append(Cell("".join(characters[start:stop]).replace(_BLANK, " "), tone))
            start = stop
        return tuple(cells)

    def lines(self) -> tuple[Line, ...]:
        """All rows."""
        return tuple(self.line(y) for y in range(self.height))


def text_of(lines: Sequence[Line]) -> str:
    """The characters alone."""
    return "\n".join("".join(cell.text for cell in line) for line in lines)
