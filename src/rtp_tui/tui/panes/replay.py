"""What the status line's chip says of a replay: when it is there, and how fast."""

from datetime import datetime

from rtp_tui.model.parts import ReplayStatus
from rtp_tui.tui.scene import Scene

_WITH_DATE = 100
"""From this width on there is room for the moment."""


def replay_text(scene: Scene, word: str, width: int) -> str:
    """` 2024-08-08 12:03:11 ×10` behind the word of a replay, less where the screen is narrow; else nothing."""
    engine = scene.state.part.engine
    if word != "REPLAY" or engine is None or engine.replay is None:
        return ""
    pace = pace_text(engine.replay)
    if width < _WITH_DATE:
        return f" {pace}"
    moment = datetime.fromtimestamp(scene.now_ms / 1000, tz=scene.zone).strftime("%Y-%m-%d %H:%M:%S")
    return f" {moment} {pace}"


def pace_text(replay: ReplayStatus) -> str:
    """`×10`, `×max`, or why time stands still."""
    if replay.over:
        return "ended"
    if replay.paused:
        return "paused"
    return "×max" if replay.speed is None else f"×{replay.speed:g}"
