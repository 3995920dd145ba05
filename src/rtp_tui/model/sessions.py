"""When a market trades, as far as that is known."""

from msgspec import Struct

Span = tuple[int, int]
"""From and to, Unix milliseconds, the end exclusive."""


class SessionSpans(Struct, frozen=True):
    """Sessions ascending, with the breaks inside them; nothing is known outside `[from_ms, to_ms)`."""

    from_ms: int = 0
    to_ms: int = 0
    spans: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()


NOT_KNOWN = SessionSpans()
"""Of a market that never closes, or whose sessions nobody knows: its days are those of UTC."""
