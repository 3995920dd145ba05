"""The row that says where bars came from and which are not there."""

from collections.abc import Sequence
from itertools import groupby

from rtp_tui.model.market import BarOrigin
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.glyphs import Glyphs
from rtp_tui.tui.chart.places import Place

_LETTERS = {BarOrigin.LIVE: "", BarOrigin.SAMPLED: "s", BarOrigin.BACKFILL: "b", BarOrigin.REPLAY: "p"}
MEANINGS = {
    "b": "backfilled", "s": "sampled", "p": "replayed", "r": "revised", "m": "in part missing", "?": "no bar",
    "*": "still forms",
}  # fmt: skip


def letter_of(place: Place) -> str:
    """What is to be known of it; nothing of a whole one made of live trades."""
    if not place.bars:
        return "?" if not place.is_break else ""
    if not place.closed:
        return "*"
    if place.missing:
        return "m"
    return _LETTERS[place.origin] or ("r" if place.revision else "")


def draw_origins(
    canvas: Canvas, places: Sequence[Place], columns: int, left: int, y: int, glyphs: Glyphs
) -> None:
    """A letter where a run begins, a rule as long as it goes on."""
    index = 0
    for letter, run in groupby(map(letter_of, places)):
        count = len(list(run))
        if letter:
            x, tone = left + index * columns, Tone.WARN if letter in "?m" else Tone.DIM
            canvas.write(x, y, letter + glyphs.rule * (count * columns - 1 - (columns > 1)), tone)
        index += count
