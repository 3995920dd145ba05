"""Missing minutes in words: those that are to be repaired first, then what became of the others."""

from rich.text import Text

from rtp_tui.model.gaps import Gap
from rtp_tui.text import age_text, clock_text, safe
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.timeline import gap_text

SHOWN = 200


def gaps_text(scene: Scene, gaps: tuple[Gap, ...]) -> Text:
    """A line a gap, the newest first; how many of them are pending above."""
    newest = sorted(gaps, key=lambda gap: (not gap.is_pending, -gap.found_ms))
    pending = sum(gap.is_pending for gap in gaps)
    text = Text(f"{pending} pending, {len(gaps)} in the last 24 hours", "bold")
    for gap in newest[:SHOWN]:
        text.append(f"\n{clock_text(gap.from_ms, scene.zone)} ", "dim")
        text.append(f"{safe(gap.instrument):<16}", "bold" if gap.is_pending else "")
        text.append(safe(gap_text(gap)))
        text.append(f"  {age_text(scene.now_ms - gap.changed_ms)} ago", "dim")
    if len(newest) > SHOWN:
        text.append(f"\nand {len(newest) - SHOWN} more: rtp-tui gaps", "dim")
    return text
