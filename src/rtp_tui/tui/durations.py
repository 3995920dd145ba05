"""Durations as tables show them."""

import re

from rtp_tui.text import age_text

_STEPS_MS = ((10_000, 1000), (60_000, 5000), (600_000, 30_000))


def countdown_text(left_ms: int) -> str:
    """Time left in at most six characters: `41s`, `4m05s`, `2h10m`, `3d04h`."""
    seconds = max(0, left_ms) // 1000
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m{seconds % 60:02d}s"
    if seconds < 86_400:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02d}m"
    return f"{seconds // 86_400}d{seconds % 86_400 // 3600:02d}h"


def left_text(left_ms: int) -> str:
    """Time left of what is waited for but not watched: a countdown that moves in steps, so that a table can rest."""
    return countdown_text(_stepped(left_ms))


def since_text(age_ms: int | None) -> str:
    """An age of what nobody watches by the second: `4s`, `40s`, `12m`."""
    return "–" if age_ms is None else f"{_stepped(age_ms) // 1000}s" if age_ms < 99_500 else age_text(age_ms)


def _stepped(span_ms: int) -> int:
    """In seconds below ten of them, then in steps of about a tenth."""
    step_ms = next((step for bound, step in _STEPS_MS if span_ms < bound), 60_000)
    return max(0, span_ms) // step_ms * step_ms


def duration_text(duration_ms: float | None) -> str:
    """What something took, in at most five characters: `420ms`, `1.2s`, `41s`, `12m`, `3h`."""
    if duration_ms is None:
        return "–"
    if duration_ms < 999.5:
        return f"{max(0.0, duration_ms):.0f}ms"
    seconds = duration_ms / 1000
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    if seconds < 99.5:
        return f"{seconds:.0f}s"
    return f"{seconds / 60:.0f}m" if seconds < 5970 else f"{seconds / 3600:.0f}h"


def interval_text(interval_ms: int) -> str:
    """How often something is done: `0.5s`, `30s`, `180s`, `15m`, `6h`."""
    if interval_ms < 600_000 or interval_ms % 60_000:
        return f"{interval_ms / 1000:g}s"
    return f"{interval_ms // 3_600_000}h" if interval_ms % 3_600_000 == 0 else f"{interval_ms // 60_000}m"


_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|min|h|d)")
_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_duration(text: str) -> int | None:
    """Milliseconds of `30s`, `5m`, `1h`, `1.5d`; None for what is no duration, or none at all."""
    found = _DURATION.fullmatch(text.strip())
    return None if found is None else int(float(found[1]) * _UNITS_MS[found[2]]) or None
