"""What happens to many instruments at once is one line of the timeline, not one for each."""

from rtp_tui.text import safe

GATHERED_FOR_MS = 10_000
"""Without another instrument for so long, the next one begins a new line."""
_KINDS = 32
_NAMED = 4


class Gathered:
    """One line and the instruments that it tells of."""

    def __init__(self, number: int, at_ms: int, name: str) -> None:
        self.number = number
        """Of its entry."""
        self._last_ms = at_ms
        self._names = {name: None}

    def takes(self, at_ms: int, name: str) -> bool:
        """Add an instrument; False when the line is too old, or tells of it already."""
        if at_ms - self._last_ms > GATHERED_FOR_MS or name in self._names:
            return False
        self._last_ms = max(self._last_ms, at_ms)
        self._names[name] = None
        return True

    @property
    def names(self) -> str:
        """All of them, one blank apart."""
        return " ".join(self._names)

    @property
    def source(self) -> str:
        """`12 instruments`."""
        return f"{len(self._names)} instruments"

    def message(self, words: str) -> str:
        """`priced by okx as standby: BTC, ETH, SOL, XRP and 8 more`."""
        symbols = [safe(name.partition(":")[2] or name) for name in list(self._names)[:_NAMED]]
        more = len(self._names) - len(symbols)
        return f"{words}: {', '.join(symbols)}" + (f" and {more} more" if more else "")


class Gathering:
    """The newest line of each kind."""

    def __init__(self) -> None:
        self._lines: dict[str, Gathered] = {}

    def line(self, words: str) -> Gathered | None:
        """The line that last said these words."""
        return self._lines.get(words)

    def begin(self, words: str, line: Gathered) -> None:
        """From now on this line is the one to add to."""
        self._lines.pop(words, None)
        self._lines[words] = line
        if len(self._lines) > _KINDS:
            del self._lines[next(iter(self._lines))]
