"""One entry of the timeline at length, and what happened around it."""

from rich.text import Text

from rtp_tui.text import clock_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text, whole
from rtp_tui.tui.timeline import Entry

AROUND = 5


def entry_text(scene: Scene, entry: Entry) -> Text:
    """When, what, of whom and why; then what came before and after."""
    text = facts_text(
        [
            ("at", moment_text(scene, entry.at_ms)),
            ("topic", entry.topic),
            ("source", entry.source),
            ("what", entry.message),
            ("cause", entry.cause or "not told"),
            *([("happened", moment_text(scene, entry.of_ms))] if entry.of_ms is not None else []),
            *([("all of them", entry.names)] if entry.names else []),
        ]
    )
    text.append("\n\nbefore and after", "bold")
    for one in around(scene, entry):
        text.append(f"\n{'>' if one is entry else ' '} {clock_text(one.at_ms, scene.zone)}  ", "dim")
        text.append(whole(f"{one.source}  {one.message}"), "bold" if one is entry else "")
    return text


def around(scene: Scene, entry: Entry) -> list[Entry]:
    """The entry with the five before and the five after it, oldest first."""
    entries = list(scene.timeline)
    at = next((index for index, one in enumerate(entries) if one.number == entry.number), 0)
    return entries[max(0, at - AROUND) : at + AROUND + 1]
