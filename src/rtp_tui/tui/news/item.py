"""One thing worth telling."""

from msgspec import Struct

from rtp_tui.tui.cells import Tone


class News(Struct, frozen=True, gc=False):
    """One thing worth telling: when it happened, of what, and why where that is known."""

    at_ms: int
    tone: Tone
    source: str
    message: str
    cause: str = ""
    shared: str = ""
    """What is said alike of several instruments: one line may stand for all of them."""
    is_told_late: bool = True
    """It is worth telling long after it happened, too."""
