"""Each trade once: numbered by the venue, remembered as the ranges that are still missing."""

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId

MAX_MISSING_RANGES = 256


class Jump(Struct, frozen=True, gc=False):
    """A trade's number was not the one after the number before it: `low` to `high` have not come."""

    instrument: InstrumentId
    feed: str
    low: int
    high: int
    before_ms: int
    """When the trade before was made, by the venue's clock."""
    after_ms: int
    before_received_ms: int
    received_ms: int


class SequenceWindow:
    """Which sequence numbers of one feed of one instrument have been seen.

    Venues number trades without holes, so it is enough to know the lowest and the highest number
    and the ranges between them that have not come yet. At most 256 such ranges are kept; what
    falls out of them counts as seen.
    """

    __slots__ = ("_missing", "expected", "forgotten", "lowest")

    def __init__(self, first: int) -> None:
        self.lowest = first
        self.expected = first
        """One above the highest number seen."""
        self.forgotten = 0
        """Numbers given up because too many ranges were missing."""
        self._missing: list[tuple[int, int]] = []

    @property
    def ranges(self) -> int:
        """How many ranges are missing."""
        return len(self._missing)

    @property
    def missing(self) -> int:
        """How many numbers between the lowest and the highest have not come."""
        return sum(high - low + 1 for low, high in self._missing)

    def lacks(self, low: int, high: int) -> bool:
        """Whether any number from `low` to `high` has not come."""
        return any(first <= high and last >= low for first, last in self._missing)

    def admit(self, sequence: int) -> bool:
        """Note a number; False when it has been seen before."""
        if sequence >= self.expected:
            if sequence > self.expected:
                self._miss(self.expected, sequence - 1)
            self.expected = sequence + 1
            return True
        if sequence < self.lowest:
            if sequence + 1 < self.lowest:
                self._miss(sequence + 1, self.lowest - 1)
            self.lowest = sequence
            return True
        return self._fill(sequence)

    def _miss(self, low: int, high: int) -> None:
        self._missing.append((low, high))
        self._forget_oldest()

    def _fill(self, sequence: int) -> bool:
        for index, (low, high) in enumerate(self._missing):
            if low <= sequence <= high:
                rest = [(low, sequence - 1)] if low < sequence else []
                rest += [(sequence + 1, high)] if sequence < high else []
                self._missing[index : index + 1] = rest
                self._forget_oldest()
                return True
        return False

    def _forget_oldest(self) -> None:
        if len(self._missing) > MAX_MISSING_RANGES:
            low, high = self._missing.pop(0)
            self.forgotten += high - low + 1
