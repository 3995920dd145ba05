"""Facts in two columns: what is told, and what it is."""

from rich.text import Text

from rtp_tui.text import age_text, clock_text, safe
from rtp_tui.tui.scene import Scene


def facts_text(facts: list[tuple[str, str]]) -> Text:
    """A line each, safe to show."""
    text = Text()
    for index, (label, value) in enumerate(facts):
        text.append("\n" if index else "")
        text.append(f"{safe(label):<13}", "dim")
        text.append(safe(value))
    return text


def moment_text(scene: Scene, at_ms: int) -> str:
    """`14:03:27.120   41s ago`."""
    return f"{clock_text(at_ms, scene.zone)}.{at_ms % 1000:03d}   {age_text(scene.now_ms - at_ms)} ago"
