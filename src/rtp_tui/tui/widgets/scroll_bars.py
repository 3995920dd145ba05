"""Scroll bars for terminals without block characters."""

from typing import ClassVar

from textual.scrollbar import ScrollBarRender
from textual.widget import Widget


class WholeCells(ScrollBarRender):
    """Ends where a cell ends, since parts of a cell need block characters."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def use_whole_cells(widget: Widget) -> None:
    """Draw this widget's scroll bars without block characters."""
    widget.vertical_scrollbar.renderer = WholeCells  # type: ignore[misc]  # Textual documents it for instances
