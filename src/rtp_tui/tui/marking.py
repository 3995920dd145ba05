"""Marks on rows: by their keys, so that no order and no filter moves them."""

from collections.abc import Collection, Sequence


class Marks:
    """The marked rows of one pane, in the order in which they were marked."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._anchor: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """All that are marked."""
        return tuple(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def turn(self, key: str) -> None:
        """Mark a row, or take its mark off."""
        if key in self._keys:
            del self._keys[key]
        else:
            self._keys[key] = None
        self._anchor = key

    def reach(self, order: Sequence[str], key: str) -> None:
        """Mark all from the row that was marked last to this one, as they stand."""
        anchor = self._anchor if self._anchor in order else key
        first, last = sorted((order.index(anchor), order.index(key)))
        self._keys.update(dict.fromkeys(order[first : last + 1]))
        self._anchor = key

    def turn_all(self, order: Sequence[str]) -> None:
        """Mark all rows that are shown; take all marks off where they are marked already."""
        if all(key in self._keys for key in order):
            self.clear()
        else:
            self._keys.update(dict.fromkeys(order))

    def clear(self) -> None:
        """No marks any more."""
        self._keys.clear()
        self._anchor = None

    def keep(self, there: Collection[str]) -> None:
        """Forget rows that are gone."""
        if self._keys and any(key not in there for key in self._keys):
            self._keys = {key: None for key in self._keys if key in there}
