"""Pacing by the terminal's own answers.

After each frame the terminal is asked where its cursor is (DSR, `ESC [ 6 n`). The answer means that it has
read and drawn everything before; until then no other frame is sent, so that a slow link carries
few frames instead of old ones. The time to the answer is the round trip that the status line shows.
"""

from collections import deque

ASK = "\x1b[6n"
PATIENCE_S = 5.0
FALLBACK_S = 1 / 3
"""Time between frames for a terminal that never answers."""
_SILENCES_ALLOWED = 2
MOST_ROWS, FEWEST_ROWS = 200, 3
_SLOW_MS, _QUICK_MS = 40.0, 20.0
_REMEMBERED = 50


class Link:
    """When the next frame may be sent; told the time."""

    def __init__(self) -> None:
        self.rtt_ms: float | None = None
        self.rows = MOST_ROWS
        """How many rows of each table the next frame may repaint, so that a key never waits long behind it."""
        self._rtts_ms: deque[float] = deque(maxlen=_REMEMBERED)
        self._asked_at: float | None = None
        self._sent_at = float("-inf")
        self._silences = 0
        self._is_closing = False

    @property
    def is_quick(self) -> bool:
        """No frame is too large for it: none leaves rows to the next."""
        return self.rows >= MOST_ROWS

    @property
    def is_closing(self) -> bool:
        """The console leaves: nothing more is sent, and what is still typed is for nobody."""
        return self._is_closing

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
            self._adapt(self.rtt_ms)
        self._asked_at = None
        self._silences = 0

    def _adapt(self, rtt_ms: float) -> None:
        """What a frame takes beyond the shortest round trip is the time to carry its bytes."""
        self._rtts_ms.append(rtt_ms)
        carrying_ms = rtt_ms - min(self._rtts_ms)
        if carrying_ms > _SLOW_MS:
            self.rows = max(FEWEST_ROWS, int(self.rows * max(0.25, _SLOW_MS / carrying_ms)))
        elif carrying_ms < _QUICK_MS:
            self.rows = min(MOST_ROWS, self.rows + 1 + self.rows // 8)

    def open(self) -> None:
        """The terminal is this console's again, and shows nothing: what was asked before is not answered any more."""
        self._is_closing = False
        self._asked_at = None

    def close(self) -> None:
        """Ask nothing more; an answer that is still out must be awaited, or the shell would read it."""
        self._is_closing = True
