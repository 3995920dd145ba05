"""What every pane is: pure functions from a scene to rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.cells import Column, Line, Row
from rtp_tui.tui.scene import Scene

Value = float | str | None
"""What a row is sorted and compared by."""


class Pane(ABC):
    """One subject on screen, without any state of its own."""

    name: ClassVar[str]
    """Its id in actions and tests."""
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    has_heading: ClassVar[bool] = True
    has_cursor: ClassVar[bool] = True
    is_counted: ClassVar[bool] = True
    """The title tells how many rows there are."""

    has_foot: ClassVar[bool] = False
    """Where few rows leave room, the one under the cursor is told at length below them."""

    also_filtered_by: ClassVar[tuple[str, ...]] = ()
    """What `value` knows beside the columns."""

    @abstractmethod
    def keys(self, scene: Scene) -> Sequence[str]:
        """Every row there is, in its natural order."""

    @abstractmethod
    def row(self, scene: Scene, key: str) -> Row:
        """One row as it looks now."""

    def value(self, scene: Scene, key: str, column: str) -> Value:
        """What to sort and compare a row by; None goes last and matches no comparison."""
        cells = self.row(scene, key).cells
        return next(
            (cell.text for own, cell in zip(self.columns, cells, strict=True) if own.name == column), None
        )

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        """The instrument that a row is about; None where it is about something else."""
        return InstrumentId(key) if key in scene.state.market.instruments else None

    def is_fault(self, scene: Scene, key: str) -> bool:
        """The row needs somebody."""
        return False

    def banner(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        """Lines above the table that do not scroll."""
        return ()

    def heading(self, scene: Scene) -> str:
        """The key that shows it, and what it is."""
        return f"{scene.key(f'show_pane.{self.name}')} {self.title}"

    def tab(self, scene: Scene) -> str:
        """Key, title and what is worth knowing without going there."""
        keys = self.keys(scene)
        faults = sum(self.is_fault(scene, key) for key in keys)
        count = f"[{len(keys)} {faults}✖]" if faults else f"[{len(keys)}]" if keys else ""
        return f"{self.heading(scene)}{count if self.is_counted else ''}"

    def subtitle(self, scene: Scene) -> str:
        """Totals, for the lower border."""
        return ""

    def empty(self, scene: Scene) -> str:
        """Why there is nothing to see, and what to press."""
        return "nothing here yet"

    def rows(self, scene: Scene) -> list[Row]:
        """All rows in natural order."""
        return [self.row(scene, key) for key in self.keys(scene)]

    @property
    def exported_columns(self) -> Sequence[str]:
        """The head of what is exported."""
        return tuple(column.name for column in self.columns)

    def exported(self, scene: Scene, keys: Iterable[str]) -> Iterator[Sequence[Value]]:
        """Rows for other programs: numbers as numbers, all else as it reads."""
        for key in keys:
            cells = self.row(scene, key).cells
            yield tuple(
                number
                if column.is_number and isinstance(number := self.value(scene, key, column.name), float | int)
                else cell.text.strip()
                for column, cell in zip(self.columns, cells, strict=True)
            )

    def searched(self, scene: Scene, key: str) -> str:
        """The text that a filter looks in."""
        return " ".join(cell.text for cell in self.row(scene, key).cells)
