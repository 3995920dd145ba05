"""Cutting what is asked for into what a provider takes at once."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

ItemT = TypeVar("ItemT")


def chunks(items: Sequence[ItemT], size: int) -> Iterable[Sequence[ItemT]]:
    """The items in order, so many at a time; the last may be fewer."""
    return (items[start : start + size] for start in range(0, len(items), size))
