"""Words for the palette that are shown as they are: it takes what is a string for markup, and what it cannot read ends it."""

from typing import cast

from textual.content import Content

from rtp_tui.text import safe


def literal(words: str) -> str:
    """Words for the help of a hit; the palette takes content too, though its types say nothing of that."""
    return cast("str", Content(safe(words)))
