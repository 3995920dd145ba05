"""How often the screen is painted: the only thing that makes it repaint by itself."""

from rtp_tui.tui.stillness import Stillness

LOCAL_FPS = 10.0
SSH_FPS = 4.0
SLOWEST_FPS = 1.0
_SLOWER = 1.5
_FASTER = 0.9


class FrameClock:
    """Paints less often while the loop cannot keep up, and recovers; told how late each frame was."""

    def __init__(self, *, over_ssh: bool = False) -> None:
        self._shortest_s = 1 / (SSH_FPS if over_ssh else LOCAL_FPS)
        self.interval_s = self._shortest_s
        self.stillness = Stillness()
        """Whether a frame can be left out."""

    @property
    def fps(self) -> float:
        """Frames a second at the present pace."""
        return 1 / self.interval_s

    def woke_late_by(self, late_s: float) -> None:
        """A wait for the next frame took this much longer than asked for."""
        factor = _SLOWER if late_s > self.interval_s / 2 else _FASTER
        self.interval_s = min(1 / SLOWEST_FPS, max(self._shortest_s, self.interval_s * factor))
