"""The market at length: the formula of sentiment with what went into it."""

from math import tanh

from rich.text import Text

from rtp_tui.model.market_view import MarketView
from rtp_tui.tui.answers import EVERYTHING
from rtp_tui.tui.panes.market import breadth_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text

SENTIMENT = "50 + 50 x (0.5 breadth + 0.3 change + 0.2 position), each of them from -1 to 1."
CHANGE = "change = tanh(median of change / that of a typical day: 3 % crypto, 0.3 % fx, else 1 %)"
POSITION = "position = mean place between the day's low, -1, and its high, 1; the others weigh more without"
TYPICAL_PCT = {"crypto": 3.0, "fx": 0.3}
MOODS = "fearful below 20, cautious below 40, neutral up to 60, hopeful up to 80, then greedy"


def market_text(scene: Scene, name: str, view: MarketView) -> Text:
    """What a class does, and how its sentiment comes about."""
    breadth = breadth_of(view)
    feeling = "not known" if view.sentiment is None else f"{view.sentiment:.1f} of 100, {view.mood}"
    facts = [
        ("class", name),
        ("sentiment", feeling),
        ("formula", SENTIMENT),
        ("breadth", _breadth_words(view, breadth)),
        ("change", _change_words(name, view)),
        ("", CHANGE),
        ("", POSITION),
        ("", f"Moods: {MOODS}."),
        *_change_facts(view),
        ("at the high", f"{view.at_high}, within a fiftieth of the day's range"),
        ("at the low", str(view.at_low)),
        ("counted", f"{view.counted}; {view.left_out} left out: stale, or their change is not known"),
        ("told", moment_text(scene, view.at_ms)),
    ]
    return facts_text(facts)


def _breadth_words(view: MarketView, breadth: float | None) -> str:
    if breadth is None:
        return "not known"
    return f"({view.advancing} up - {view.declining} down) / {view.counted} = {breadth:+.2f}; {view.unchanged} unchanged"


def _change_words(name: str, view: MarketView) -> str:
    """Worked out for a class; all together have no typical day in common."""
    if view.changes is None:
        return "not known"
    if name == EVERYTHING:
        return "of each instrument against its own class"
    typical_pct, median_pct = TYPICAL_PCT.get(name, 1.0), view.changes.median_pct
    return f"tanh({median_pct:+.2f} / {typical_pct:g}) = {tanh(median_pct / typical_pct):+.2f}"


def _change_facts(view: MarketView) -> list[tuple[str, str]]:
    changes = view.changes
    if changes is None:
        return [("changes", "not known")]
    deviation = "not known" if changes.deviation_pct is None else f"{changes.deviation_pct:.2f}%"
    return [
        ("median", f"{changes.median_pct:+.2f}%, mean {changes.mean_pct:+.2f}%, deviation {deviation}"),
        ("from", f"{changes.lowest_pct:+.2f}% to {changes.highest_pct:+.2f}%"),
        ("over 10 %", f"{changes.moved_a_lot} moved more than that, either way"),
    ]
