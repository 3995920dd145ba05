"""The order of a table's rows: it moves seldom, and never under the cursor."""

from collections.abc import Callable, Sequence

from rtp_tui.tui.panes.pane import Value

SORT_EVERY_S = 2.0
HOLD_S = 5.0
"""Nothing moves for so long after the cursor did."""


class Ordering:
    """Sorts by a column; told the time."""

    def __init__(self) -> None:
        self.column: str | None = None
        self.reverse = False
        self._sorted_at = float("-inf")
        self._moved_at = float("-inf")

    def cursor_moved(self, now: float) -> None:
        """Somebody is reading: hold still."""
        self._moved_at = now

    def sort_by(self, column: str | None) -> None:
        """Sort by this column from the next frame on; the same one again turns the order around."""
        self.reverse = not self.reverse if column == self.column and column is not None else False
        self.column = column
        self._sorted_at = self._moved_at = float("-inf")

    def turn_around(self) -> None:
        """Reverse the order from the next frame on."""
        self.reverse = not self.reverse
        self._sorted_at = self._moved_at = float("-inf")

    def is_due(self, now: float) -> bool:
        """The order may change now."""
        return now - self._sorted_at >= SORT_EVERY_S and now - self._moved_at >= HOLD_S

    def sort(self, keys: Sequence[str], value_of: Callable[[str, str], Value], now: float) -> list[str]:
        """The keys in order; unknown values last whichever way it goes."""
        self._sorted_at = now
        if self.column is None:
            return list(reversed(keys)) if self.reverse else list(keys)
        column = self.column
        known: list[tuple[float, str, str]] = []
        unknown: list[str] = []
        for key in keys:
            value = value_of(key, column)
            if value is None:
                unknown.append(key)
            else:
                known.append((0.0, value.casefold(), key) if isinstance(value, str) else (value, "", key))
        known.sort(key=lambda entry: entry[:2], reverse=self.reverse)
        return [entry[2] for entry in known] + unknown
