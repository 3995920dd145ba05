"""What the status line says of the past: which moment is shown, which is asked for, and how the engine is meanwhile."""

from datetime import UTC, datetime

from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.durations import countdown_text
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.scene import Scene

_NARROW = 60
_UNBROKEN_MS = 90_000
"""Keyframes of an engine that runs are never further apart."""


def past_text(scene: Scene, width: int) -> str:
    """` 10:32:00Z -4m12s` behind the word, with the date where that is another day's."""
    if scene.past is None:
        return ""
    if width < _NARROW:
        return f" {clock_text(scene.now_ms, scene.zone)}"
    return f" {moment_words(scene, scene.now_ms)} -{countdown_text(scene.present_ms - scene.now_ms)}"


def past_facts(scene: Scene) -> list[Line]:
    """What is asked for, when prices were noted where that is long before, and that the engine is not heard now."""
    facts: list[Line] = []
    if scene.sought_ms is not None:
        facts.append((Cell(f"→ asking for {moment_words(scene, scene.sought_ms)} …", Tone.INFO),))
    if scene.past is None:
        return facts
    if scene.past.connection in (Connection.OFFLINE, Connection.SILENT):
        facts.append((Cell(f"✖ the engine is {scene.past.connection} now", Tone.BAD),))
    if scene.now_ms - scene.prices_ms > _UNBROKEN_MS:
        facts.append((Cell(f"✖ nothing kept after {moment_words(scene, scene.prices_ms)}", Tone.BAD),))
    facts.append((Cell(f"{scene.key('back')} is now", Tone.BRIGHT),))
    return facts


def moment_words(scene: Scene, at_ms: int) -> str:
    """`10:32:00Z`, with the date where it is not today's."""
    is_utc = not scene.zone.utcoffset(datetime.fromtimestamp(at_ms / 1000, tz=UTC))
    clock = clock_text(at_ms, scene.zone) + "Z" * is_utc
    day, today = (datetime.fromtimestamp(ms / 1000, tz=scene.zone).date() for ms in (at_ms, scene.present_ms))
    return clock if day == today else f"{day:%m-%d} {clock}"
