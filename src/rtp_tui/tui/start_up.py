"""Thirty parts that start are one line of the timeline; those that fail have lines of their own."""

from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.tui.durations import duration_text

TOGETHER_MS = 10_000
"""A part that begins so long after all others have nothing to do with their start."""
_ON_THE_WAY = (PartState.WAITING, PartState.STARTING)


def is_ordinary(now: PartStatus, before: PartStatus | None) -> bool:
    """It starts for the first time, and nothing went wrong so far."""
    is_first = before is None or before.state in _ON_THE_WAY
    return is_first and not now.restarts and now.state in (*_ON_THE_WAY, PartState.OK)


class StartUp:
    """Parts that start together."""

    def __init__(self, number: int, at_ms: int) -> None:
        self.number = number
        """Of its entry."""
        self._from_ms = self._to_ms = at_ms
        self._parts: dict[str, PartState] = {}

    def takes(self, part: PartStatus) -> bool:
        """Whether a part belongs to these."""
        return part.name in self._parts or part.since_ms - self._to_ms <= TOGETHER_MS

    def note(self, part: PartStatus) -> None:
        """A part is that far."""
        self._parts[part.name] = part.state
        self._from_ms = min(self._from_ms, part.since_ms)
        self._to_ms = max(self._to_ms, part.since_ms)

    def drop(self, name: str) -> None:
        """A part went wrong: it is told of elsewhere."""
        self._parts.pop(name, None)

    @property
    def is_over(self) -> bool:
        """All of them run."""
        return all(state is PartState.OK for state in self._parts.values())

    @property
    def names(self) -> str:
        """All of them, one blank apart."""
        return " ".join(self._parts)

    @property
    def source(self) -> str:
        """The part itself where it is the only one."""
        return self.names if len(self._parts) == 1 else "parts"

    @property
    def words(self) -> str:
        """`30 parts started in 0.4 s`, or how many of them have."""
        count = len(self._parts)
        if self.is_over:
            which = "" if count == 1 else f"{count} parts "
            return f"{which}started in {duration_text(self._to_ms - self._from_ms)}"
        started = sum(state is PartState.OK for state in self._parts.values())
        return "starts" if count == 1 else f"{started} of {count} parts started"
