"""Trades that a venue numbered and never sent: holes that are not closed by late ones. Pure; told the time."""

from collections.abc import Callable, Iterable, Mapping

from rtp_tui.feeds.missed import Miss
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.processing.deduplication import Jump

GRACE_MS = 5_000
"""Late and reordered trades have come by then."""
LARGEST_JUMP = 1_000_000
"""A venue whose numbers go further at once counts anew."""
LIMIT = 10_000


class TradeNumbers:
    """Suspects until their grace is over.

    `is_contiguous` says whether a feed's venue leaves out no number; `lacks` whether one of a jump's is still missing.
    """

    def __init__(self, is_contiguous: Callable[[str], bool], lacks: Callable[[Jump], bool]) -> None:
        self.dropped = 0
        self._is_contiguous = is_contiguous
        self._lacks = lacks
        self._suspects: list[Jump] = []
        self._cut: dict[InstrumentId, Miss] = {}

    def note(self, jumps: Iterable[Jump]) -> None:
        """Numbers jumped ahead."""
        for jump in jumps:
            if not self._is_contiguous(jump.feed) or jump.high - jump.low >= LARGEST_JUMP:
                continue
            if len(self._suspects) < LIMIT:
                self._suspects.append(jump)
            else:
                self.dropped += 1

    def note_cut(self, miss: Miss) -> None:
        """A feed was cut off for a while: what it left out then is known already."""
        self._cut[miss.instrument] = miss

    def due(self, now_ms: int) -> list[Jump]:
        """Jumps whose trades did not come in time; each is told once."""
        due = [jump for jump in self._suspects if abs(now_ms - jump.received_ms) >= GRACE_MS]
        self._suspects = [jump for jump in self._suspects if abs(now_ms - jump.received_ms) < GRACE_MS]
        return [jump for jump in due if not _is_across(jump, self._cut) and self._lacks(jump)]


def _is_across(jump: Jump, cuts: Mapping[InstrumentId, Miss]) -> bool:
    """Whether the feed was cut off between the trade before the jump and the one after it."""
    cut = cuts.get(jump.instrument)
    return (
        cut is not None
        and cut.feed == jump.feed
        and jump.before_received_ms <= cut.until_ms
        and jump.received_ms >= cut.since_ms
    )
