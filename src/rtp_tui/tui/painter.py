"""Cells to strips: the one place where text becomes something a terminal shows."""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from rtp_tui.text import is_plain, safe
from rtp_tui.tui.cells import Cell, Column, Ground, Line, Row, Tone, gap_before
from rtp_tui.tui.themes import Colors, ConsoleTheme, between

_ASCII = str.maketrans(
    {
        **dict(zip("●◐○✖·–…▲▼✓▸×│─◌‖→", "*o.x--~^v+>x|-.=>", strict=True)),
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*#@", strict=True)),
        **dict.fromkeys("▉▊▋▌▍▎▏━╸", "="),
        "░": ".",
        "█": "#",
        "★": "*",
        "▪": "*",
        **dict(zip("╭╮╰╯┏┓┗┛┣┫┻━┃╺╸╹╻", "+++++++++++=|--||", strict=True)),
        "↑": "^",
        "↓": "v",
    }
)
_CHIPS = {
    Tone.CHIP: "dim",
    Tone.CHIP_OK: "ok",
    Tone.CHIP_WARN: "warn",
    Tone.CHIP_BAD: "bad",
    Tone.CHIP_INFO: "info",
}
_SOFT = {
    Tone.LOW_SPARK: ("info", 0.62),
    Tone.SPARK: ("info", 0.45),
    Tone.HIGH_SPARK: ("info", 0.2),
    Tone.UP_SOFT: ("up", 0.45),
    Tone.DOWN_SOFT: ("down", 0.45),
}
"""A colour, and how far on the way to the background."""
TINT = 0.12
"""How red the status line of production is: seen, and all that stands on it can still be read."""
_BANDS = (Ground.ALARM, Ground.PAST)
"""All of the line has one colour, which says that what is shown is not the present."""
_BOLD = (Tone.BRIGHT, Tone.ROSE, Tone.FELL)


def fit(text: str, width: int, *, right: bool = False, is_number: bool = False) -> str:
    """The text in exactly `width` cells, safe to show: cut with an ellipsis, a number never cut."""
    if not is_plain(text):
        text = safe(text)
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return (
            "#" * width if is_number else set_cell_size(text, width - 1) + "…" if width > 1 else "…"[:width]
        )
    padding = " " * (width - length)
    return padding + text if right else text + padding


def thinned(curve: str, width: int) -> str:
    """A curve that ends at the right: its points an equal time apart where they are too many, the newest among them."""
    points = len(curve)
    if points <= width:
        return curve.rjust(width)
    return "".join(curve[(i + 1) * points // width - 1] for i in range(width))


class Painter:
    """Paints with the colours of one theme."""

    def __init__(self, theme: ConsoleTheme, *, ascii_only: bool = False) -> None:
        self.ascii_only = ascii_only
        kept: dict[Style, Style] = {}
        """Tones that look the same share a style: they are one run of text."""
        self._styles: dict[Ground, dict[Tone, Style]] = {
            ground: {
                tone: kept.setdefault(style := _style(theme.colors, tone, ground), style) for tone in Tone
            }
            for ground in Ground
        }

    def row(
        self,
        row: Row,
        columns: tuple[Column, ...],
        shown: tuple[tuple[int, int], ...],
        width: int,
        ground: Ground,
    ) -> Strip:
        """A row of a table, its columns one blank apart."""
        cells: list[Cell] = []
        for index, cell_width in shown:
            column, cell = columns[index], row.cells[index]
            if cells:
                cells.append(Cell(" " * gap_before(column), _gap_tone(cells[-1].tone)))
            text = thinned(cell.text, cell_width) if column.is_curve else cell.text
            cells.append(
                Cell(fit(text, cell_width, right=column.right, is_number=column.is_number), cell.tone)
            )
        return self.line(cells, width, ground)

    def line(self, cells: Iterable[Cell], width: int, ground: Ground = Ground.PLAIN) -> Strip:
        """Cells one after the other, cut or filled to the width."""
        runs = self._runs(cells, ground)
        length = sum(cell_len(run.text) for run in runs)
        if length == width:
            return Strip(runs, width)
        if length > width > 0:
            more = Segment(self.plain("…"), self._styles[ground][Tone.DIM])
            return Strip([*Strip(runs, length).crop(0, width - 1), more], width).simplify()
        return Strip(runs, length).adjust_cell_length(width, self._styles[ground][Tone.TEXT]).simplify()

    def plain(self, text: str) -> str:
        """The text as this terminal may have it."""
        if not self.ascii_only or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "replace").decode()

    def _runs(self, cells: Iterable[Cell], ground: Ground) -> list[Segment]:
        """A segment for each run of cells that look the same."""
        styles = self._styles[ground]
        runs: list[tuple[Style, list[str]]] = []
        for cell in cells:
            style = styles[cell.tone]
            if cell.action:
                style += Style.from_meta({"@click": cell.action})
            if runs and runs[-1][0] is style:
                runs[-1][1].append(cell.text)
            elif cell.text:
                runs.append((style, [cell.text]))
        return [Segment(self._shown(texts), style) for style, texts in runs]

    def _shown(self, texts: list[str]) -> str:
        whole = "".join(texts)
        if not is_plain(whole):
            whole = "".join(text if is_plain(text) else safe(text) for text in texts)
        return self.plain(whole)


def _gap_tone(before: Tone) -> Tone:
    """The tone before it, so that both are one run of text: every change of style costs forty bytes."""
    return Tone.TEXT if before in (Tone.ROSE, Tone.FELL) or before in _CHIPS else before


def _style(colors: Colors, tone: Tone, ground: Ground) -> Style:
    if ground in _BANDS:
        return _banded(colors, tone, colors.bad if ground is Ground.ALARM else colors.info)
    if tone in _CHIPS:
        return _painted(colors.on_color or colors.background, _chip(colors, tone), bold=True)
    if tone in (Tone.ROSE, Tone.FELL):
        behind = colors.rose if tone is Tone.ROSE else colors.fell
        return _painted(colors.on_color or colors.bright, behind, bold=True)
    background = {
        Ground.PLAIN: colors.background,
        Ground.CURSOR: colors.cursor,
        Ground.CURSOR_AWAY: colors.surface,
        Ground.PRODUCTION: between(colors.background, colors.bad, TINT),
    }[ground]
    if ground is Ground.CURSOR and colors.on_cursor:
        return _painted(colors.on_cursor, background, bold=tone in _BOLD)
    return _painted(
        _color(colors, tone),
        background,
        bold=tone in _BOLD,
        dim=(tone is Tone.DIM and colors.dim == colors.text) or _is_loud(colors, tone),
        # Where the sheet of a theme is its background, nothing else would tell the row.
        underline=ground is Ground.CURSOR_AWAY and colors.surface == colors.background,
    )


def _is_loud(colors: Colors, tone: Tone) -> bool:
    """It should be softer than its colour, and that colour is the terminal's."""
    return tone in _SOFT and Color.parse(getattr(colors, _SOFT[tone][0])).ansi is not None


def _color(colors: Colors, tone: Tone) -> str:
    if tone in _SOFT:
        name, share = _SOFT[tone]
        return between(getattr(colors, name), colors.background, share)
    return str(getattr(colors, tone.value))


def _chip(colors: Colors, tone: Tone) -> str:
    """What a chip lies on; where dim has no colour of its own, frames have one."""
    return colors.border if tone is Tone.CHIP and colors.dim == colors.text else getattr(colors, _CHIPS[tone])


def _banded(colors: Colors, tone: Tone, band: str) -> Style:
    written = colors.on_color or colors.background
    if tone in _CHIPS:
        return _painted(band, written, bold=True)
    return _painted(written, band, bold=tone is Tone.BRIGHT)


def _painted(
    color: str, background: str, *, bold: bool = False, dim: bool = False, underline: bool = False
) -> Style:
    return Style(
        color=Color.parse(color).rich_color,
        bgcolor=Color.parse(background).rich_color,
        bold=bold or None,
        dim=dim or None,
        underline=underline or None,
    )


def text_width(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(cell.text) for cell in line)
