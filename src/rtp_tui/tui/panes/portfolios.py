"""Portfolios: what each is worth, how its day is, and how much it risks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rtp_tui.model.documents import DocumentKind
from rtp_tui.model.portfolios import RiskLevel, RiskReport, RiskTrend
from rtp_tui.text import signed
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.money import change_cell, money_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

TREND_MARKS: Mapping[RiskTrend, str] = MappingProxyType(
    {RiskTrend.IMPROVING: "▼", RiskTrend.STABLE: "─", RiskTrend.DETERIORATING: "▲"}
)
"""Which way the score moves: up is worse."""
LEVEL_TONES: Mapping[RiskLevel, Tone] = MappingProxyType(
    {
        RiskLevel.LOW: Tone.OK,
        RiskLevel.MODERATE: Tone.TEXT,
        RiskLevel.HIGH: Tone.WARN,
        RiskLevel.SEVERE: Tone.BAD,
    }
)
_FAULTS = (RiskLevel.HIGH, RiskLevel.SEVERE)


class Portfolios(Pane):
    """One row a portfolio; the cursor chooses whose positions and risk are shown beside."""

    name = "portfolios"
    title = "Portfolios"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="name", title="PORTFOLIO", width=9, grows_to=20),
        Column(name="value", title="VALUE", width=10, right=True, is_number=True),
        Column(name="day", title="DAY%", width=7, right=True, is_number=True),
        Column(name="unrealised", title="P&L", width=10, rank=2, right=True, is_number=True),
        Column(name="risk", title="RISK", width=13, rank=1),
        Column(name="currency", title="IN", width=4, rank=3),
        Column(name="positions", title="HELD", width=4, rank=4, right=True, is_number=True),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return sorted(scene.portfolios)

    def row(self, scene: Scene, key: str) -> Row:
        portfolio = scene.portfolios.get(key)
        if portfolio is None:
            return Row(key, (Cell("·", Tone.DIM), Cell(key, Tone.DIM), *(Cell("") for _ in self.columns[2:])))
        value, is_dim = scene.state.portfolio.values.get(key), not scene.is_trusted
        worth = None if value is None else value.value
        day_pct, unrealised = (None, None) if value is None else (value.day_change_pct, value.unrealised)
        return Row(
            key,
            (
                _mark(scene, key),
                Cell(key, Tone.DIM if is_dim else Tone.BRIGHT),
                Cell(money_text(worth), Tone.DIM if is_dim or worth is None else Tone.TEXT),
                change_cell(signed(day_pct), day_pct, is_dim=is_dim),
                change_cell(money_text(unrealised, with_sign=True), unrealised, is_dim=is_dim),
                level_cell(scene.state.portfolio.risks.get(key), is_dim=is_dim),
                Cell(portfolio.base_currency, Tone.DIM),
                Cell(str(len(portfolio.positions)), Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        value, risk = scene.state.portfolio.values.get(key), scene.state.portfolio.risks.get(key)
        values: dict[str, Value] = {
            "value": None if value is None else value.value,
            "day": None if value is None else value.day_change_pct,
            "unrealised": None if value is None else value.unrealised,
            "risk": None if risk is None else risk.score,
        }
        return values[column] if column in values else super().value(scene, key, column)

    def is_fault(self, scene: Scene, key: str) -> bool:
        risk = scene.state.portfolio.risks.get(key)
        return risk is not None and risk.level in _FAULTS

    def subtitle(self, scene: Scene) -> str:
        return "" if len(scene.portfolios) < 2 else f"{scene.key('choose_next')} next"

    def empty(self, scene: Scene) -> str:
        return f"no portfolios yet: {scene.key('new_portfolio')} makes one"


def level_cell(risk: RiskReport | None, *, is_dim: bool = False) -> Cell:
    """`48 moderate ▲`: the score, in words, and which way it moves."""
    if risk is None or risk.score is None or risk.level is None:
        return Cell("not measured" if risk is None else "not known", Tone.DIM)
    trend = "" if risk.trend is None else f" {TREND_MARKS[risk.trend]}"
    return Cell(
        f"{risk.score:.0f} {risk.level.value}{trend}", Tone.DIM if is_dim else LEVEL_TONES[risk.level]
    )


def _mark(scene: Scene, key: str) -> Cell:
    value = scene.state.portfolio.values.get(key)
    if (DocumentKind.PORTFOLIO, key) in scene.drafts:
        return Cell("…", Tone.INFO)
    if not scene.is_trusted or value is None:
        return Cell("?", Tone.DIM)
    if any(one.is_stale for one in value.positions):
        return Cell("✖", Tone.BAD)
    return Cell("○", Tone.WARN) if value.unknown else Cell("●", Tone.OK)
