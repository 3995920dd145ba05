"""Minutes that are missing, and what became of them."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic


class GapCause(StrEnum):
    """Why something is missing."""

    DISCONNECT = "disconnect"
    """The feed was not connected, or was replaced by its standby."""
    SOURCE = "source"
    """The provider left numbers or minutes out."""
    CLOCK = "clock"
    """This process did not run: suspended, or its clock was set."""
    UNKNOWN = "unknown"


class GapState(StrEnum):
    """How far its repair is."""

    OPEN = "open"
    BACKFILLING = "backfilling"
    FILLED = "filled"
    UNFILLABLE = "unfillable"
    """Nobody has the missing part; `detail` says why that is believed."""


class Gap(Struct, frozen=True, kw_only=True, tag="gap"):
    """Missing minutes `[from_ms, to_ms)` of an instrument; announced again whenever its state changes."""

    topic: ClassVar[Topic] = Topic.QUALITY

    instrument: InstrumentId
    from_ms: int
    to_ms: int
    cause: GapCause
    state: GapState
    found_ms: int
    changed_ms: int
    feed: str = ""
    """The feed that was to price the instrument then."""
    filled_from: str = ""
    """The feed whose history filled it."""
    attempts: int = 0
    detail: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether anything is still to be done about it."""
        return self.state in (GapState.OPEN, GapState.BACKFILLING)
