"""What panes are made of: cells in rows, with a tone instead of a colour."""

from enum import StrEnum

from msgspec import Struct


class Tone(StrEnum):
    """What a text means; a theme decides how that looks."""

    TEXT = "text"
    DIM = "dim"
    BRIGHT = "bright"
    ACCENT = "focus"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    UP = "up"
    DOWN = "down"
    ROSE = "rose"
    """A price that has just risen."""
    FELL = "fell"
    """A price that has just fallen."""
    SPARK = "spark"
    """A small curve: seen, but never louder than a number."""
    LOW_SPARK = "low_spark"
    """The foot of a curve of some lines, which grows brighter towards its top."""
    HIGH_SPARK = "high_spark"
    UP_SOFT = "up_soft"
    """A direction that is seen without being looked at: volume, for instance."""
    DOWN_SOFT = "down_soft"
    CHIP = "chip"
    CHIP_OK = "chip_ok"
    CHIP_WARN = "chip_warn"
    CHIP_BAD = "chip_bad"
    CHIP_INFO = "chip_info"
    FRAME = "border"


class Ground(StrEnum):
    """What a text lies on."""

    PLAIN = "plain"
    CURSOR = "cursor"
    CURSOR_AWAY = "cursor_away"
    """The cursor of a table that has not the focus."""
    ALARM = "alarm"
    PRODUCTION = "production"
    """The status line of a desk where mistakes cost."""
    PAST = "past"
    """The status line while what is shown is not now."""


class Cell(Struct, frozen=True, gc=False):
    """A text and its meaning; `action` is what a click on it does."""

    text: str
    tone: Tone = Tone.TEXT
    action: str = ""


Line = tuple[Cell, ...]
"""Cells one after the other, without columns."""


class Row(Struct, frozen=True, gc=False):
    """One line of a table; `key` says what it is about."""

    key: str
    cells: tuple[Cell, ...]


class Column(Struct, frozen=True, kw_only=True):
    """A column of fixed width; those with a high `rank` go first where space is short."""

    name: str
    """What filters and tests call it."""
    title: str
    width: int
    rank: int = 0
    right: bool = False
    is_number: bool = False
    """Never cut: shown as #### where it does not fit."""
    grows_to: int = 0
    """Up to this width where there is room."""
    is_curve: bool = False
    """A small curve: one that is too long is drawn with fewer points, not cut."""


def gap_before(column: Column) -> int:
    """Blanks at its left: text stands off the number before it, a mark does not."""
    return 1 if column.right or column.width == 1 else 2


def shown_columns(columns: tuple[Column, ...], width: int) -> tuple[tuple[int, int], ...]:
    """Index and width of the columns that fit."""
    chosen: list[int] = []
    used = 0
    for index in sorted(range(len(columns)), key=lambda i: (columns[i].rank, i)):
        needed = columns[index].width + (gap_before(columns[index]) if chosen else 0)
        if used + needed > width and chosen:
            break
        chosen.append(index)
        used += needed
    widths = _grown(columns, chosen, max(0, width - used))
    return tuple((index, widths[index]) for index in sorted(chosen))


def _grown(columns: tuple[Column, ...], chosen: list[int], spare: int) -> dict[int, int]:
    """Text, which is cut where it does not fit, has the room first; and what wants little before what wants all."""
    widths = {}
    for index in sorted(chosen, key=lambda i: (columns[i].is_number, columns[i].grows_to, i)):
        column = columns[index]
        extra = min(spare, max(0, column.grows_to - column.width))
        spare -= extra
        widths[index] = column.width + extra
    return widths
