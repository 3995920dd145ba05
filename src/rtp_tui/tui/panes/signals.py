"""Signals: when strategies spoke, and what became of the price after."""

from collections.abc import Sequence

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.signals import HORIZONS_MS, Direction, Outcome, Score, Signal, StrategyStatus
from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_OUTCOMES = ("after_5m", "after_1h", "after_24h")


class Signals(Pane):
    """One row a signal, the newest first."""

    name = "signals"
    title = "Signals"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="time", title="TIME", width=8),
        Column(name="instrument", title="INSTRUMENT", width=12, grows_to=20),
        Column(name="strategy", title="STRATEGY", width=12, grows_to=24),
        Column(name="price", title="PRICE", width=10, right=True, is_number=True),
        Column(name="after_5m", title="5M", width=8, right=True, is_number=True),
        Column(name="after_1h", title="1H", width=8, rank=1, right=True, is_number=True),
        Column(name="after_24h", title="24H", width=8, rank=2, right=True, is_number=True),
        Column(name="rate", title="HITS 1H", width=12, rank=3, right=True),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return [*reversed(scene.state.analytics.signals)]

    def row(self, scene: Scene, key: str) -> Row:
        signal = scene.state.analytics.signals.get(key)
        if signal is None:
            return Row(
                key, (Cell("·", Tone.DIM), Cell("gone", Tone.DIM), *(Cell("") for _ in self.columns[2:]))
            )
        is_long = signal.direction is Direction.LONG
        return Row(
            key,
            (
                Cell("▲" if is_long else "▼", Tone.OK if is_long else Tone.BAD),
                Cell(clock_text(signal.at_ms, scene.zone), Tone.DIM),
                Cell(signal.instrument, Tone.BRIGHT),
                Cell(signal.strategy, Tone.TEXT),
                Cell(f"{signal.price:,.8g}", Tone.TEXT),
                *(_outcome_cell(one) for one in _outcomes(signal)),
                Cell(rate_text(scene.state.analytics.strategies.get(signal.strategy)), Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        signal = scene.state.analytics.signals.get(key)
        if signal is None:
            return None
        if column in _OUTCOMES:
            outcome = _outcomes(signal)[_OUTCOMES.index(column)]
            return None if outcome is None else outcome.move_pct
        values: dict[str, Value] = {
            "mark": signal.direction.value,
            "time": float(signal.at_ms),
            "instrument": signal.instrument,
            "strategy": signal.strategy,
            "price": signal.price,
        }
        return values.get(column) if column in values else super().value(scene, key, column)

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        signal = scene.state.analytics.signals.get(key)
        return None if signal is None else signal.instrument

    def subtitle(self, scene: Scene) -> str:
        known = scene.state.analytics.strategies.values()
        return "  ".join(f"{one.strategy.name} {one.signals}" for one in known if one.signals)

    def empty(self, scene: Scene) -> str:
        known = scene.state.analytics.strategies
        return (
            f"no signals yet: {len(known)} strategies watch"
            if known
            else "no strategies: the configuration has none, [[strategies]] adds one"
        )


def rate_text(status: StrategyStatus | None) -> str:
    """`62% of 21`: how often a strategy was right after an hour."""
    return "–" if status is None else next(map(score_text, status.scores[1:2]), "–")


def score_text(score: Score) -> str:
    """How often signals were right, of how many."""
    return "–" if score.hit_rate_pct is None else f"{score.hit_rate_pct:.0f}% of {score.known}"


def _outcomes(signal: Signal) -> tuple[Outcome | None, ...]:
    known = {one.after_ms: one for one in signal.outcomes}
    return tuple(known.get(after_ms) for after_ms in HORIZONS_MS)


def _outcome_cell(outcome: Outcome | None) -> Cell:
    if outcome is None:
        return Cell("…", Tone.DIM)
    if outcome.move_pct is None:
        return Cell("?", Tone.DIM)
    return Cell(f"{outcome.move_pct:+.2f}%", Tone.OK if outcome.is_hit else Tone.BAD)
