"""Bad tokens, counted by where they came from, so that nobody tries many."""

from collections import OrderedDict, deque

from rtp_tui.clock import Clock
from rtp_tui.server.addresses import group_of

GUESSES, WITHIN_S = 10, 60.0
MAX_ADDRESSES = 4096


class Guesses:
    """Who showed bad tokens lately; remembers so many addresses, and forgets those that guessed longest ago."""

    def __init__(self, clock: Clock, *, max_addresses: int = MAX_ADDRESSES) -> None:
        self.bad = 0
        """Tokens that were not known."""
        self.unheard = 0
        """Attempts that were turned away because there were too many before."""
        self.forgotten = 0
        """Addresses given up for newer ones."""
        self._clock = clock
        self._max_addresses = max_addresses
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Seconds until another token from there is looked at; 0 when one is looked at now."""
        times = self._times.get(group_of(address))
        if times is None or len(times) < GUESSES:
            return 0.0
        return max(0.0, times[0] + WITHIN_S - self._clock.monotonic())

    def note_bad(self, address: str) -> None:
        """A token from there was not known."""
        self.bad += 1
        key = group_of(address)
        self._times.setdefault(key, deque(maxlen=GUESSES)).append(self._clock.monotonic())
        self._times.move_to_end(key)
        if len(self._times) > self._max_addresses:
            self._times.popitem(last=False)
            self.forgotten += 1

    def note_unheard(self) -> None:
        """An attempt was turned away unlooked at."""
        self.unheard += 1
