"""When a frame would only repeat the last one: painting it costs time and shows nothing."""

from typing import NamedTuple

from rtp_tui.tui.follower import Connection

AWAKE_S = 1.0
"""What a key or the mouse sets in motion is done within this time."""


class Moment(NamedTuple):
    """All that moves a picture by itself."""

    changes: int
    """Of the follower."""
    second: int
    """Ages are shown to the second."""
    connection: Connection


class Stillness:
    """Remembers the last picture that needed no other after it; told the time."""

    def __init__(self) -> None:
        self._shown: Moment | None = None
        self._touched_at = float("-inf")

    def touched(self, now: float) -> None:
        """Somebody pressed a key, moved the mouse or changed the terminal's size."""
        self._touched_at = now

    def holds(self, moment: Moment, now: float) -> bool:
        """A frame of this moment would repeat the last one."""
        return moment == self._shown and now - self._touched_at > AWAKE_S

    def showed(self, moment: Moment, *, is_settled: bool) -> None:
        """A frame was painted; one that is not settled left something to the next."""
        self._shown = moment if is_settled else None
