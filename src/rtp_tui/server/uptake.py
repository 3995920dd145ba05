"""Whether a peer reads what it is sent, judged by looking at what it has not taken now and then."""

SAMPLE_EVERY_S = 5.0
SAMPLES = 6
LEAST_TAKEN_BYTES = 64 * 1024
"""In so many samples; a whole answer that is smaller takes no longer either."""


class Uptake:
    """What a peer took of what waits for it."""

    def __init__(self, unread: int) -> None:
        self._unread = unread
        self._taken = 0
        self._samples = 0

    def has_stalled(self, unread: int) -> bool:
        """So many bytes wait now; true when the peer took next to nothing for a whole row of samples."""
        self._taken += max(0, self._unread - unread)
        self._unread = unread
        self._samples += 1
        if self._samples < SAMPLES:
            return False
        taken, self._taken, self._samples = self._taken, 0, 0
        return taken < LEAST_TAKEN_BYTES
