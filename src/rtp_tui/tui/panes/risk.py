"""Risk: the score of the chosen portfolio with its parts, and the numbers behind it."""

from collections.abc import Sequence

from rtp_tui.model.portfolios import RiskReport
from rtp_tui.tui.cells import Cell, Column, Line, Row, Tone
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.money import money_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.panes.portfolios import LEVEL_TONES
from rtp_tui.tui.panes.risk_numbers import NUMBERS
from rtp_tui.tui.scene import Scene

_GAUGE_WIDTH = 16
_PART_BAR = 5
_ROOM_FOR_GAUGE = 5
_TONES = ((0.25, Tone.OK), (0.5, Tone.TEXT), (0.75, Tone.WARN))


class Risk(Pane):
    """One row a part of the score, a number, a pair of positions, or something that is not known."""

    name = "risk"
    title = "Risk"
    is_counted = False
    columns = (
        Column(name="name", title="", width=15),
        Column(name="value", title="", width=8, right=True),
        Column(name="words", title="", width=10, grows_to=60),
    )
    has_heading = False

    def keys(self, scene: Scene) -> Sequence[str]:
        report = report_of(scene)
        if report is None:
            return ()
        return [
            *(f"part {part.name}" for part in report.parts),
            *NUMBERS,
            *(["riskiest"] if report.riskiest else []),
            *(f"pair {index}" for index in range(len(report.pairs))),
            *(f"unknown {index}" for index in range(len(report.unknown))),
        ]

    def row(self, scene: Scene, key: str) -> Row:
        report = report_of(scene)
        if report is None:
            return Row(key, (Cell(key, Tone.DIM), Cell(""), Cell("")))
        kind, _, rest = key.partition(" ")
        cells = _row_of(scene, report, kind, rest)
        if scene.is_trusted:
            return Row(key, cells)
        return Row(key, tuple(Cell(cell.text, Tone.DIM) for cell in cells))

    def value(self, scene: Scene, key: str, column: str) -> Value:
        report = report_of(scene)
        if column == "value" and report is not None and key in NUMBERS:
            return NUMBERS[key].read(report)
        return super().value(scene, key, column)

    def banner(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        report = report_of(scene)
        if report is None or height < _ROOM_FOR_GAUGE:
            return ()
        if report.score is None or report.level is None:
            return ((Cell(" the score is not known", Tone.DIM),),)
        tone = LEVEL_TONES[report.level] if scene.is_trusted else Tone.DIM
        trend = "" if report.trend is None else f", {report.trend.value}"
        return (
            (
                Cell(f" {report.score:.0f}", Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(" of 100 ", Tone.DIM),
                Cell(bar(report.score / 100, _GAUGE_WIDTH), tone),
                Cell(f" {report.level.value}{trend}", tone),
            ),
        )

    def subtitle(self, scene: Scene) -> str:
        report = report_of(scene)
        return "" if report is None else f"{report.name}: {report.periods} periods of {report.timeframe}"

    def empty(self, scene: Scene) -> str:
        if scene.portfolio not in scene.portfolios:
            return f"no portfolio is chosen: {scene.key('show_pane.portfolios')} shows them"
        return f"the risk of {scene.portfolio} is not measured yet: it takes positions, and bars of them"


def report_of(scene: Scene) -> RiskReport | None:
    """The newest report on the chosen portfolio."""
    name = scene.portfolio or ""
    return scene.state.portfolio.risks.get(name) if name in scene.portfolios else None


def gross_of(scene: Scene) -> float | None:
    """What its shares are of, in the base currency."""
    value = scene.state.portfolio.values.get(scene.portfolio or "")
    return None if value is None else value.gross


def _row_of(scene: Scene, report: RiskReport, kind: str, rest: str) -> tuple[Cell, Cell, Cell]:
    match kind:
        case "part":
            return _part_cells(report, rest)
        case "riskiest":
            name = report.riskiest or ""
            return Cell("riskiest", Tone.DIM), Cell(name.partition(":")[2]), Cell("of the variance", Tone.DIM)
        case "pair" if int(rest) < len(report.pairs):
            pair = report.pairs[int(rest)]
            names = f"{pair.one.partition(':')[2]} and {pair.other.partition(':')[2]}"
            return Cell("moves together", Tone.DIM), Cell(f"{pair.value:+.2f}"), Cell(names, Tone.DIM)
        case "unknown" if int(rest) < len(report.unknown):
            return Cell("not known", Tone.WARN), Cell("?", Tone.WARN), Cell(report.unknown[int(rest)])
        case _ if kind in NUMBERS:
            return _number_cells(scene, report, kind)
    return Cell(kind, Tone.DIM), Cell("gone", Tone.DIM), Cell("")


def _part_cells(report: RiskReport, name: str) -> tuple[Cell, Cell, Cell]:
    part = next((one for one in report.parts if one.name == name), None)
    if part is None or part.points is None:
        return Cell(f"▸ {name}", Tone.DIM), Cell("–", Tone.DIM), Cell("not known", Tone.DIM)
    share = part.points / part.most
    tone = next((tone for bound, tone in _TONES if share < bound), Tone.BAD)
    return (
        Cell(f"▸ {name}", Tone.BRIGHT),
        Cell(f"{part.points:.1f}/{part.most:g}", tone),
        Cell(f"{bar(share, _PART_BAR)} {part.words}", tone),
    )


def _number_cells(scene: Scene, report: RiskReport, name: str) -> tuple[Cell, Cell, Cell]:
    number = NUMBERS[name]
    is_known = number.read(report) is not None
    return (
        Cell(number.title, Tone.DIM),
        Cell(number.text(report), Tone.TEXT if is_known else Tone.DIM),
        Cell(beside(scene, report, name), Tone.DIM),
    )


def beside(scene: Scene, report: RiskReport, name: str) -> str:
    """What a number is in money, or of."""
    number, gross = NUMBERS[name], gross_of(scene)
    value = number.read(report)
    if value is None:
        return "no benchmark" if name == "beta" and report.benchmark is None else "not known"
    if number.is_loss and gross is not None:
        currency = scene.portfolios[report.name].base_currency
        return f"{money_text(value * gross)} {currency} in {report.timeframe}"
    match name:
        case "volatility":
            return "a year"
        case "beta":
            return f"against {report.benchmark}"
        case "concentration" if value > 0:
            return f"as if in {1 / value:.1f} equal positions"
        case "correlation":
            return "mean of all pairs"
        case "sharpe":
            return f"above {report.risk_free:.1%} a year"
    return ""
