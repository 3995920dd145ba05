"""Figures that providers write as text."""

import math

from rtp_tui.sources.contract import BadPayload

LARGEST_FIGURE = 1e18
"""Nothing that is traded costs or weighs more; sums of more would not be finite."""


def figure(text: str) -> float:
    """A figure of a bar. Raises BadPayload."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LARGEST_FIGURE:
        raise BadPayload("a figure is not a number")
    return value


def rounded(value: float, steps: float) -> float:
    """A figure without the noise of binary fractions: the nearest multiple of one of so many steps of a unit.

    As `round` with digits, at a fifth of its cost; what is no number is left as it is.
    """
    try:
        return round(value * steps) / steps
    except (ValueError, OverflowError):
        return value


def known_figure(text: str) -> float | None:
    """A figure, or None where the provider leaves it out or sends a zero for nothing; NaN where it is none.

    What is not usable is kept out, and counted, where observations of every kind are judged.
    """
    try:
        return (float(text) or None) if text else None
    except ValueError:
        return math.nan
