"""Amounts and shares as portfolios and markets show them."""

from rtp_tui.text import compact
from rtp_tui.tui.cells import Cell, Tone

_WIDTH = 10


def money_text(amount: float | None, *, with_sign: bool = False) -> str:
    """`26,890`, in at most ten characters: `1.23B` where there is no room; a dash where it is not known."""
    if amount is None:
        return "–"
    sign = "+" if with_sign else ""
    text = f"{amount:{sign}z,.{0 if abs(amount) >= 10_000 else 2}f}"
    return text if len(text) <= _WIDTH else (sign if amount >= 0 else "") + compact(amount)


def percent_text(share: float | None, decimals: int = 1) -> str:
    """A fraction in percent."""
    return "–" if share is None else f"{100 * share:.{decimals}f}%"


def change_cell(text: str, change: float | None, *, is_dim: bool = False) -> Cell:
    """A number in the colour of its direction; its sign says it too."""
    if change is None or is_dim or change == 0:
        return Cell(text, Tone.DIM)
    return Cell(text, Tone.UP if change > 0 else Tone.DOWN)
