"""Market: what each class of instruments does as a whole."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rtp_tui.model.market_view import MarketView, Mood
from rtp_tui.text import signed
from rtp_tui.tui.answers import EVERYTHING
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.money import change_cell
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

BREADTH_WIDTH = 12
_MOODS: Mapping[Mood, Tone] = MappingProxyType(
    {
        Mood.FEARFUL: Tone.DOWN,
        Mood.CAUTIOUS: Tone.DOWN_SOFT,
        Mood.NEUTRAL: Tone.TEXT,
        Mood.HOPEFUL: Tone.UP_SOFT,
        Mood.GREEDY: Tone.UP,
    }
)


class Market(Pane):
    """One row a class; the cursor chooses whose gainers and losers are shown beside."""

    name = "market"
    title = "Market"
    is_counted = False
    columns = (
        Column(name="class", title="CLASS", width=7, grows_to=10),
        Column(name="breadth", title="BREADTH", width=BREADTH_WIDTH, rank=1),
        Column(name="up", title="▲", width=4, right=True, is_number=True),
        Column(name="down", title="▼", width=4, right=True, is_number=True),
        Column(name="sentiment", title="SENTIMENT", width=11),
        Column(name="median", title="MED%", width=7, rank=2, right=True, is_number=True),
        Column(name="mean", title="MEAN%", width=7, rank=3, right=True, is_number=True),
        Column(name="deviation", title="DEV%", width=6, rank=4, right=True, is_number=True),
        Column(name="lowest", title="LOW%", width=7, rank=6, right=True, is_number=True),
        Column(name="highest", title="HIGH%", width=7, rank=6, right=True, is_number=True),
        Column(name="edges", title="AT H/L", width=7, rank=5, right=True),
        Column(name="counted", title="OF", width=4, rank=7, right=True, is_number=True),
        Column(name="left_out", title="OUT", width=4, rank=7, right=True, is_number=True),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.answers.markets)

    def row(self, scene: Scene, key: str) -> Row:
        view = scene.answers.markets.get(key)
        if view is None:
            return Row(key, (Cell(key, Tone.DIM), *(Cell("") for _ in self.columns[1:])))
        is_dim, changes = not scene.is_trusted, view.changes
        numbers = (None,) * 5 if changes is None else (
            changes.median_pct, changes.mean_pct, changes.deviation_pct, changes.lowest_pct, changes.highest_pct
        )  # fmt: skip
        median, mean, deviation, lowest, highest = numbers
        return Row(
            key,
            (
                Cell(key, Tone.DIM if is_dim else Tone.BRIGHT),
                Cell(breadth_text(view, BREADTH_WIDTH), Tone.FRAME if is_dim else _breadth_tone(view)),
                Cell(str(view.advancing), Tone.DIM if is_dim else Tone.UP),
                Cell(str(view.declining), Tone.DIM if is_dim else Tone.DOWN),
                sentiment_cell(view, is_dim=is_dim),
                change_cell(signed(median), median, is_dim=is_dim),
                change_cell(signed(mean), mean, is_dim=is_dim),
                Cell("–" if deviation is None else f"{deviation:.2f}", Tone.DIM),
                change_cell(signed(lowest), lowest, is_dim=is_dim),
                change_cell(signed(highest), highest, is_dim=is_dim),
                Cell(f"{view.at_high}/{view.at_low}", Tone.DIM),
                Cell(str(view.counted), Tone.DIM),
                Cell(str(view.left_out), Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        view = scene.answers.markets.get(key)
        if view is None or column == "class":
            return key
        values: dict[str, Value] = {
            "breadth": breadth_of(view),
            "up": view.advancing,
            "down": view.declining,
            "sentiment": view.sentiment,
            "median": None if view.changes is None else view.changes.median_pct,
            "mean": None if view.changes is None else view.changes.mean_pct,
            "deviation": None if view.changes is None else view.changes.deviation_pct,
            "lowest": None if view.changes is None else view.changes.lowest_pct,
            "highest": None if view.changes is None else view.changes.highest_pct,
            "edges": view.at_high - view.at_low,
            "counted": view.counted,
            "left_out": view.left_out,
        }
        return values.get(column)

    def subtitle(self, scene: Scene) -> str:
        view = scene.answers.markets.get(EVERYTHING)
        if view is None or view.changes is None:
            return scene.answers.refusals.get("market", "")
        return f"{view.counted} counted, {view.left_out} stale or unknown, {view.changes.moved_a_lot} moved over 10%"

    def empty(self, scene: Scene) -> str:
        refusal = scene.answers.refusals.get("market")
        return f"not told: {refusal}" if refusal else "not told yet: the engine is asked every ten seconds"


def breadth_of(view: MarketView) -> float | None:
    """Advancing less declining, of all that count: -1 to 1."""
    return (view.advancing - view.declining) / view.counted if view.counted else None


def breadth_text(view: MarketView, width: int) -> str:
    """`▲▲▲▲▲▲▲··▼▼▼`: who rises, who stands, who falls."""
    if not view.counted:
        return "–"
    rising = round(width * view.advancing / view.counted)
    falling = min(width - rising, round(width * view.declining / view.counted))
    return "▲" * rising + "·" * (width - rising - falling) + "▼" * falling


def sentiment_cell(view: MarketView, *, is_dim: bool = False) -> Cell:
    """`68 hopeful`."""
    if view.sentiment is None or view.mood is None:
        return Cell("not known", Tone.DIM)
    return Cell(f"{view.sentiment:.0f} {view.mood.value}", Tone.DIM if is_dim else _MOODS[view.mood])


def _breadth_tone(view: MarketView) -> Tone:
    breadth = breadth_of(view) or 0.0
    return Tone.TEXT if breadth == 0 else Tone.UP_SOFT if breadth > 0 else Tone.DOWN_SOFT
