"""The characters that charts are drawn with: fine, in whole blocks, or in ASCII."""

from enum import StrEnum

from msgspec import Struct


class GlyphSet(StrEnum):
    """From the finest to what every terminal shows."""

    FINE = "braille"
    """Half rows for candles, braille for lines; up and down differ by their colour."""
    BLOCKS = "block"
    """Candles that rose are hollow, those that fell are filled: no colour is needed."""
    ASCII = "ascii"


class Glyphs(Struct, frozen=True, kw_only=True):
    """One set of characters."""

    name: GlyphSet
    wick: str
    rose: str
    fell: str
    flat: str
    """A candle that closed where it opened."""
    is_fine: bool = False
    """Candles in half rows; `rose`, `fell` and `flat` are not used."""
    columns: str
    """A column of volume, from the lowest to the highest."""
    upright: str
    """A line from top to bottom."""
    dashes: str
    """A line from left to right."""
    grid: str
    tick: str
    axis: str
    band: str
    high_mark: str
    low_mark: str
    rule: str
    """A run in the row of origins."""


FINE = Glyphs(
    name=GlyphSet.FINE, wick="│", rose="┃", fell="┃", flat="━", is_fine=True, columns="▁▂▃▄▅▆▇█", upright="┊",
    dashes="╌", grid="┈", tick="┤", axis="│", band="░", high_mark="▴", low_mark="▾", rule="╌",
)  # fmt: skip
BLOCKS = Glyphs(
    name=GlyphSet.BLOCKS, wick="│", rose="░", fell="█", flat="─", columns="▁▂▃▄▅▆▇█", upright="┊",
    dashes="╌", grid="·", tick="┤", axis="│", band="·", high_mark="▴", low_mark="▾", rule="─",
)  # fmt: skip
ASCII = Glyphs(
    name=GlyphSet.ASCII, wick="|", rose="o", fell="#", flat="+", columns=".:-=+*%@", upright=":",
    dashes="-", grid=".", tick="+", axis="|", band=",", high_mark="^", low_mark="v", rule="-",
)  # fmt: skip
GLYPHS = {glyphs.name: glyphs for glyphs in (FINE, BLOCKS, ASCII)}


def next_glyphs(name: GlyphSet) -> GlyphSet:
    """The coarser one, then the finest again."""
    names = list(GLYPHS)
    return names[(names.index(name) + 1) % len(names)]
