"""A signal at length: the values of its rule's parts, and how its strategy does."""

from rich.text import Text

from rtp_tui.model.signals import Signal
from rtp_tui.text import age_text
from rtp_tui.tui.panes.signals import score_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text


def signal_text(scene: Scene, signal: Signal) -> Text:
    """Why it was given, what became of it, and what to think of it."""
    status = scene.state.analytics.strategies.get(signal.strategy)
    facts = [
        ("strategy", f"{signal.strategy}, {signal.direction}, bars of {signal.timeframe}"),
        ("given", moment_text(scene, signal.at_ms)),
        ("price", f"{signal.price:,.10g}"),
        ("spread", "not known" if signal.spread is None else f"{signal.spread:,.6g}"),
        *((term.text, "not known" if term.value is None else f"{term.value:,.8g}") for term in signal.terms),
    ]
    for one in signal.outcomes:
        moved = (
            "not known" if one.move_pct is None else f"{one.move_pct:+.3f}% {'hit' if one.is_hit else 'miss'}"
        )
        facts.append((f"after {age_text(one.after_ms)}", moved))
    if status is not None:
        facts += [("rule", status.strategy.when), ("meaning", status.strategy.description or "–")]
        for score in status.scores:
            worth = "" if score.expectancy_pct is None else f", {score.expectancy_pct:+.3f}% a signal"
            facts.append((f"hits {age_text(score.after_ms)}", score_text(score) + worth))
    return facts_text(facts)
