"""Pacing by the terminal's own answers.

After each frame the terminal is asked where its cursor is (DSR, `ESC [ 6 n`). The answer means that it has
read and drawn everything before; until then no other frame is sent, so that a slow link carries
few frames instead of old ones. The time to the answer is the round trip that the status line shows.
"""

ASK = "\x1b[6n"
PATIENCE_S = 5.0
FALLBACK_S = 1 / 3
"""Time between frames for a terminal that never answers."""
_SILENCES_ALLOWED = 2


class Link:
    """When the next frame may be sent; told the time."""

    def __init__(self) -> None:
        self.rtt_ms: float | None = None
        self._asked_at: float | None = None
        self._sent_at = float("-inf")
        self._silences = 0
        self._is_closing = False

    @property
    def awaits_answer(self) -> bool:
        """A question is out that the terminal has not answered."""
        return self._asked_at is not None

    @property
    def is_mute(self) -> bool:
        """The terminal does not answer: frames go out at a fixed slow pace."""
        return self._silences >= _SILENCES_ALLOWED

    def may_send(self, now: float) -> bool:
        """The terminal is ready for a frame."""
        if self._is_closing:
            return False
        if self.is_mute:
            return now - self._sent_at >= FALLBACK_S
        if self._asked_at is None:
            return True
        if now - self._asked_at < PATIENCE_S:
            return False
        self._asked_at = None
        self._silences += 1
        return True

    def sent(self, now: float) -> bool:
        """A frame went out; True when the terminal is to be asked now."""
        self._sent_at = now
        if self.is_mute or self._is_closing or self._asked_at is not None:
            return False
        self._asked_at = now
        return True

    def answered(self, now: float) -> None:
        """The terminal reported its cursor."""
        if self._asked_at is not None:
            self.rtt_ms = (now - self._asked_at) * 1000
        self._asked_at = None
        self._silences = 0

    def close(self) -> None:
        """Ask nothing more; an answer that is still out must be awaited, or the shell would read it."""
        self._is_closing = True
