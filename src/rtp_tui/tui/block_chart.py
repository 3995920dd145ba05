"""A small chart of columns, some lines high: what a curve of one line would flatten."""

from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = 8


def block_lines(values: Sequence[float], width: int, height: int) -> tuple[str, ...]:
    """The newest values that fit as columns of blocks, from the top line down; the lowest is one eighth high."""
    shown = values[-width:] if width > 0 else ()
    if len(shown) < 2 or height < 1:
        return ()
    low, high = min(shown), max(shown)
    most = height * _EIGHTHS
    levels = [
        1 + round((value - low) / (high - low) * (most - 1)) if high > low else most // 2 for value in shown
    ]
    each = max(1, width // len(shown))
    return tuple(
        "".join(_BLOCKS[max(0, min(_EIGHTHS, level - line * _EIGHTHS))] * each for level in levels)
        for line in reversed(range(height))
    )
