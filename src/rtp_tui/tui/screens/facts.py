"""Facts in two columns: what is told, and what it is."""

from rich.text import Text

from rtp_tui.text import age_text, clock_text, safe
from rtp_tui.tui.scene import Scene

Fact = tuple[str, str]
"""What is told, and what it is."""
MOST_OF_A_FACT = 2_000
"""Characters: a reason is told whole."""


def whole(text: str) -> str:
    """A reason, however long, safe to show."""
    return safe(text, MOST_OF_A_FACT)


def facts_text(facts: list[Fact]) -> Text:
    """A line each, safe to show."""
    text = Text()
    for index, (label, value) in enumerate(facts):
        text.append("\n" if index else "")
        text.append(f"{safe(label):<13}", "dim")
        text.append(whole(value))
    return text


def moment_text(scene: Scene, at_ms: int) -> str:
    """`14:03:27.120   41s ago`."""
    return f"{clock_text(at_ms, scene.zone)}.{at_ms % 1000:03d}   {age_text(scene.now_ms - at_ms)} ago"
