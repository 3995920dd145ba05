"""From lines of styled text to SVG: small, sharp at any size, and the same in every font.

Blocks and lines are drawn as shapes, since fonts leave gaps between them; text keeps its cells by `textLength`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from html import escape

from msgspec import Struct
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

CELL_WIDTH, CELL_HEIGHT = 10, 20
_TITLE_BAR, _MARGIN = 36, 8
_FONTS = "'Fira Code','JetBrains Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
_LOWER_BLOCKS = {character: eighths for eighths, character in enumerate("▁▂▃▄▅▆▇█", start=1)}
_STROKES = {
    "─": "M{x} {my}h{w}",
    "│": "M{mx} {y}v{h}",
    "╭": "M{r} {my}h-{cw}q-{q} 0-{q} {q}V{b}",
    "╮": "M{x} {my}h{cw}q{q} 0 {q} {q}V{b}",
    "╰": "M{r} {my}h-{cw}q-{q} 0-{q}-{q}V{y}",
    "╯": "M{x} {my}h{cw}q{q} 0 {q}-{q}V{y}",
}
_CORNER = 4

Line = Sequence[Segment]


class Look(Struct, frozen=True):
    """How a run of text looks."""

    color: str
    background: str
    is_bold: bool


class Frame(Struct, frozen=True):
    """One picture, what the title bar says meanwhile, and how long it stands."""

    lines: tuple[Line, ...]
    title: str
    seconds: float = 1.0


class Canvas:
    """Gathers shapes and texts by colour, so that each colour is written once."""

    def __init__(self, colors: TerminalTheme, ground: str) -> None:
        self._colors = colors
        self._ground = ground
        self._grounds: defaultdict[str, list[str]] = defaultdict(list)
        self._shapes: defaultdict[str, list[str]] = defaultdict(list)
        self._strokes: defaultdict[str, list[str]] = defaultdict(list)
        self._texts: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)

    def line(self, row: int, line: Line, *, over_another: bool = False) -> None:
        """Draw a line; `over_another` covers what stood there before."""
        x = 0
        if over_another:
            width = sum(cell_len(segment.text) for segment in line)
            self._lay(self._ground, 0, row * CELL_HEIGHT, width * CELL_WIDTH)
        for segment in line:
            look = look_of(segment.style or Style(), self._colors)
            width = cell_len(segment.text)
            if look.background != self._ground:
                self._lay(look.background, x * CELL_WIDTH, row * CELL_HEIGHT, width * CELL_WIDTH)
            self._run(x, row, segment.text, look)
            x += width

    def svg(self) -> str:
        """Everything gathered, backgrounds first."""
        rectangles = (_filled(color, d) for color, d in (*self._grounds.items(), *self._shapes.items()))
        strokes = (
            f'<path class="l" stroke="{color}" d="{"".join(d)}"/>' for color, d in self._strokes.items()
        )
        texts = (
            f'<g fill="{color}" font-weight="{"bold" if is_bold else "normal"}">{"".join(words)}</g>'
            for (color, is_bold), words in self._texts.items()
        )
        return "\n".join((*rectangles, *strokes, *texts))

    def _run(self, x: int, row: int, text: str, look: Look) -> None:
        word, start = "", x
        for character in text:
            width = cell_len(character)
            if character == " " or self._is_drawn(character, x, row, look.color):
                self._word(start, row, word, look)
                word, start = "", x + width
            else:
                word += character
            x += width
        self._word(start, row, word, look)

    def _is_drawn(self, character: str, column: int, row: int, color: str) -> bool:
        x, y = column * CELL_WIDTH, row * CELL_HEIGHT
        if character in _LOWER_BLOCKS:
            height = CELL_HEIGHT * _LOWER_BLOCKS[character] / 8
            self._rectangle(color, x, y + CELL_HEIGHT - height, CELL_WIDTH, height)
        elif character in "━╸":
            width = CELL_WIDTH if character == "━" else CELL_WIDTH // 2
            self._rectangle(color, x, y + CELL_HEIGHT // 2 - 1.5, width, 3)
        elif character == "▀":
            self._rectangle(color, x, y, CELL_WIDTH, CELL_HEIGHT / 2)
        elif character in _STROKES:
            self._strokes[color].append(_stroke(character, x, y))
        else:
            return False
        return True

    def _word(self, column: int, row: int, word: str, look: Look) -> None:
        if not word:
            return
        x, y = column * CELL_WIDTH, row * CELL_HEIGHT + 15
        length = cell_len(word) * CELL_WIDTH
        self._texts[look.color, look.is_bold].append(
            f'<text x="{x}" y="{y}" textLength="{length}">{escape(word, quote=False)}</text>'
        )

    def _rectangle(self, color: str, x: float, y: float, width: float, height: float) -> None:
        self._shapes[color].append(_box(x, y, width, height))

    def _lay(self, color: str, x: int, y: int, width: int) -> None:
        """What texts and shapes lie on."""
        self._grounds[color].append(_box(x, y, width, CELL_HEIGHT))


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h-{width:g}z"


def _filled(color: str, boxes: Sequence[str]) -> str:
    return f'<path fill="{color}" d="{"".join(boxes)}"/>'


def look_of(style: Style, colors: TerminalTheme) -> Look:
    """The colours of a style; a dim text is on the way to what it lies on."""
    color = _hex(style.color, colors, foreground=True)
    background = _hex(style.bgcolor, colors, foreground=False)
    if style.reverse:
        color, background = background, color
    if style.dim:
        color = _between(color, background)
    return Look(color, background, bool(style.bold))


def picture(lines: Sequence[Line], title: str, colors: TerminalTheme) -> str:
    """One picture in a window."""
    ground = _ground(lines, colors)
    canvas = Canvas(colors, ground)
    for row, line in enumerate(lines):
        canvas.line(row, line)
    return _window(lines, _title(title, _width(lines)), canvas.svg(), "", ground)


def animation(frames: Sequence[Frame], colors: TerminalTheme) -> str:
    """Frames after each other, for ever; each holds only the lines in which it differs from the first."""
    first, width = frames[0].lines, _width(frames[0].lines)
    ground = _ground(first, colors)
    whole_s = sum(frame.seconds for frame in frames)
    styles, groups, titles = [], [], []
    begins = 0.0
    for number, frame in enumerate(frames):
        styles.append(_shown_while(number, begins / whole_s, (begins + frame.seconds) / whole_s, whole_s))
        begins += frame.seconds
        titles.append(f'<g class="k k{number}">{_title(frame.title, width)}</g>')
        canvas = Canvas(colors, ground)
        for row, line in enumerate(frame.lines):
            if number == 0:
                canvas.line(row, line)
            elif line != first[row]:
                canvas.line(row, line, over_another=True)
        groups.append(
            f'<g class="k{number}{" k" if number else ""}">{canvas.svg()}</g>' if number else canvas.svg()
        )
    rest = ".k{visibility:hidden}@media(prefers-reduced-motion:reduce){.k{animation:none!important}.k0{visibility:visible}}"
    return _window(first, "".join(titles), "\n".join(groups), rest + "".join(styles), ground)


def _ground(lines: Sequence[Line], colors: TerminalTheme) -> str:
    """The colour that most of a screen lies on."""
    cells: Counter[str] = Counter()
    for line in lines:
        for segment in line:
            cells[look_of(segment.style or Style(), colors).background] += len(segment.text)
    return cells.most_common(1)[0][0]


def _shown_while(number: int, begin: float, end: float, whole_s: float) -> str:
    steps = f"0%{{visibility:hidden}}{begin:.2%}{{visibility:visible}}"
    if begin == 0:
        steps = "0%{visibility:visible}"
    after = f"{end:.2%}{{visibility:hidden}}" if end < 1 else ""
    return f"@keyframes a{number}{{{steps}{after}}}.k{number}{{animation:a{number} {whole_s:g}s step-end infinite}}"


def _window(lines: Sequence[Line], title: str, body: str, styles: str, ground: str) -> str:
    width = _width(lines) + 2 * _MARGIN
    height = len(lines) * CELL_HEIGHT + _TITLE_BAR + _MARGIN
    dots = "".join(
        f'<circle cx="{20 + 20 * i}" cy="18" r="6" fill="{color}"/>'
        for i, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<style>text{{font-family:{_FONTS};font-size:16px;white-space:pre}}"
        f".l{{fill:none;stroke-width:1.2}}.t{{font:14px sans-serif;fill:#8b949e;text-anchor:middle}}{styles}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{ground}"/>'
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="none" stroke="#8884"/>{dots}{title}\n'
        f'<g transform="translate({_MARGIN} {_TITLE_BAR})">\n{body}\n</g>\n</svg>\n'
    )


def _title(words: str, width: int) -> str:
    return f'<text class="t" x="{width // 2 + _MARGIN}" y="23">{escape(words, quote=False)}</text>'


def _width(lines: Sequence[Line]) -> int:
    return max(sum(cell_len(segment.text) for segment in line) for line in lines) * CELL_WIDTH


def _stroke(character: str, x: int, y: int) -> str:
    return _STROKES[character].format(
        x=x,
        y=y,
        w=CELL_WIDTH,
        h=CELL_HEIGHT,
        mx=x + CELL_WIDTH // 2,
        my=y + CELL_HEIGHT // 2,
        r=x + CELL_WIDTH,
        b=y + CELL_HEIGHT,
        cw=CELL_WIDTH // 2 - _CORNER,
        q=_CORNER,
    )


def _hex(color: Color | None, colors: TerminalTheme, *, foreground: bool) -> str:
    if color is None:
        color = Color.default()
    return color.get_truecolor(colors, foreground=foreground).hex


def _between(color: str, background: str) -> str:
    pairs = zip(_channels(color), _channels(background), strict=True)
    return "#" + "".join(f"{(one * 3 + other * 2) // 5:02x}" for one, other in pairs)


def _channels(color: str) -> Iterator[int]:
    return (int(color[i : i + 2], 16) for i in (1, 3, 5))
