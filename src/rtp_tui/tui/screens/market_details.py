"""The market at length: the formula of sentiment with what went into it."""

from rich.text import Text

from rtp_tui.model.market_view import MarketView, SentimentTerm
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text

SENTIMENT = "50 + 50 x (0.5 breadth + 0.3 change + 0.2 position), each of them from -1 to 1."
TYPICAL = "A typical day is a change of 3 % for crypto, 0.3 % for fx and 1 % otherwise."
POSITION = (
    "Position is between the day's low, -1, and its high, 1; the others weigh more where it is not known."
)
MOODS = "fearful below 20, cautious below 40, neutral up to 60, hopeful up to 80, then greedy"


def market_text(scene: Scene, name: str, view: MarketView) -> Text:
    """What a class does, and how its sentiment comes about."""
    feeling = "not known" if view.sentiment is None else f"{view.sentiment:.1f} of 100, {view.mood}"
    facts = [
        ("class", name),
        ("sentiment", feeling),
        ("formula", SENTIMENT),
        *((term.name, _term_words(term)) for term in view.terms),
        *_sum_facts(view),
        ("", TYPICAL),
        ("", POSITION),
        ("", f"Moods: {MOODS}."),
        ("unchanged", str(view.unchanged)),
        *_change_facts(view),
        ("at the high", f"{view.at_high}, within a fiftieth of the day's range"),
        ("at the low", str(view.at_low)),
        ("counted", f"{view.counted}; {view.left_out} left out: stale, or their change is not known"),
        ("told", moment_text(scene, view.at_ms)),
    ]
    return facts_text(facts)


def _term_words(term: SentimentTerm) -> str:
    """`+0.50 = (3 up - 1 down) / 4, weighs 0.5`."""
    if term.value is None:
        return f"not known: {term.words}"
    return f"{term.value:+.2f} = {term.words}, weighs {term.weight:g}"


def _sum_facts(view: MarketView) -> list[tuple[str, str]]:
    """The formula with its numbers: what is shown of sentiment is what they come to."""
    known = [(term.weight, term.value) for term in view.terms if term.value is not None]
    if not known:
        return []
    products = " + ".join(f"{weight:g} x {value:+.2f}" for weight, value in known)
    weights = sum(weight for weight, _ in known)
    mean = sum(weight * value for weight, value in known) / weights
    return [
        ("sum", f"({products}) / {weights:g} = {mean:+.2f}"),
        ("", f"50 + 50 x {mean:+.2f} = {50 + 50 * mean:.1f}"),
    ]


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
