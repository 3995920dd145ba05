"""The prices on screen: a table, or a grid of cards of which a frame repaints those that changed."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.strip import Strip

from rtp_tui.tui.cells import Line, Row
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.cards import CHOSEN, Grid, card_lines, grid_of
from rtp_tui.tui.panes.prices import Prices
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.line_table import MANY_ROWS, MARK
from rtp_tui.tui.widgets.pane_view import PaneView
from rtp_tui.tui.widgets.row_changes import Span, changed_span, in_turn

Card = tuple[Line, ...]
CARDS_EVERY_S = 0.25
"""A card that changes more often is not read any better, and each time costs the link some lines."""
_NO_GRID = Grid(1, 1, 1, is_large=False)


class PricesView(PaneView, inherit_bindings=False):
    """What is filtered, sorted and chosen stays so from one form to the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up,k", "step(-1)", "up"),
        ("down,j", "step(1)", "down"),
        ("left", "beside(-1)", "left"),
        ("right", "beside(1)", "right"),
        ("pageup", "page(-1)", "page up"),
        ("pagedown", "page(1)", "page down"),
        ("home,g", "move(-1000000)", "first"),
        ("end", "move(1000000)", "last"),
    ]

    def __init__(self, painter: Painter) -> None:
        super().__init__(Prices(), painter)
        self.is_cards = False
        self._grid = _NO_GRID
        self._cards: dict[int, Card] = {}
        """Those on screen by position, as they were painted last."""
        self._is_heard = False
        self._drawn_at = float("-inf")

    def turn_cards(self) -> None:
        """From a table to cards, or back."""
        self.is_cards = not self.is_cards
        self._keys, self._banner, self._grid, self._cards = (), (), _NO_GRID, {}
        self._drawn_at = float("-inf")
        self.scroll_to(y=0, animate=False, force=True, immediate=True)

    def action_step(self, by: int) -> None:
        """Move the cursor to the row, or the card, above or below."""
        self.action_move(by * (self._grid.columns if self._draws_cards else 1))

    def action_beside(self, by: int) -> None:
        """Move the cursor to the card at the left or at the right."""
        self.action_move(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a table nothing stands beside a row: there these keys are the screen's."""
        return self._draws_cards if action == "beside" else super().check_action(action, parameters)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is on screen."""
        if self._draws_cards:
            self.action_move(by * self._rows_shown * self._grid.columns)
        else:
            super().action_page(by)

    def render_line(self, y: int) -> Strip:
        if not self._draws_cards:
            return super().render_line(y)
        row, part = divmod(y + self.scroll_offset.y, self._grid.height)
        first = row * self._grid.columns
        shown = range(first, min(len(self._keys), first + self._grid.columns))
        cells = [cell for index in shown for cell in self._card(index)[part]]
        return self._painter.line(cells, self.scrollable_content_region.width)

    def on_click(self, event: events.Click) -> None:
        if not self._draws_cards:
            return  # Textual calls the table's own handler as well, unless that is prevented.
        event.prevent_default()
        if self.has_clicked_title(event):
            return
        grid = self._grid
        column = (event.x - self.gutter.left) // grid.width
        row = (event.y - self.gutter.top + self.scroll_offset.y) // grid.height
        index = row * grid.columns + column
        if 0 <= column < grid.columns and 0 <= index < len(self._keys):
            if self._keys[index] == self.cursor:
                self.post_message(self.RowChosen(self, self.cursor))
            self._put_cursor(index)

    def _repaint(self) -> None:
        self._cards, self._drawn_at = {}, float("-inf")
        super()._repaint()

    def _frame(self, scene: Scene, now: float, most_rows: int = MANY_ROWS) -> bool:
        if not self.is_cards:
            return super()._frame(scene, now, most_rows)
        self._arrange(scene, now)
        if not self._order:
            return super()._frame(scene, now, most_rows)
        if self._order == self._keys and now - self._drawn_at < CARDS_EVERY_S:
            return True  # Something may be left to show: the next frame is not to be left out.
        self._drawn_at = now
        changed = self._show_cards(scene, most_rows)
        self._problem = ""
        return self._show_titles(scene) or changed

    def _show_cards(self, scene: Scene, most_rows: int) -> bool:
        self._is_heard = scene.is_trusted
        self._row_of = lambda key: self.pane.row(scene, key)
        size = self.scrollable_content_region
        grid = grid_of(size.width, size.height, len(self._order), may_be_large=not self._painter.ascii_only)
        if self._order != self._keys or grid != self._grid:
            self._take_cards(grid, size.width)
            return True
        return self._refresh_changed_cards(max(1, most_rows // grid.height))

    def _take_cards(self, grid: Grid, width: int) -> None:
        is_new = grid != self._grid
        self._keys, self._grid, self._banner = self._order, grid, ()
        if self.cursor not in self._keys or not self._has_moved:
            self.cursor = self._keys[0]
        rows = -(-len(self._keys) // grid.columns)
        self.virtual_size = Size(width, rows * grid.height)
        if is_new:
            self._reveal(self._cursor_index())
        self._cards = self._visible_cards()
        self.refresh()

    def _refresh_changed_cards(self, most_cards: int) -> bool:
        before, self._cards = self._cards, self._visible_cards()
        changed = [index for index, card in self._cards.items() if before.get(index) != card]
        if len(changed) > most_cards:
            ordered = in_turn(changed, self._cursor_index(), self._turn)
            changed = ordered[:most_cards]
            # The others stay as they were, and will be found changed again.
            self._cards.update({index: before[index] for index in ordered[most_cards:] if index in before})
            self._turn = changed[-1] + 1
        for index in changed:
            self._refresh_card(index, before.get(index))
        return bool(changed)

    def _refresh_card(self, index: int, before: Card | None) -> None:
        """Repaint what changed of a card."""
        row, column = divmod(index, self._grid.columns)
        top, left = row * self._grid.height - self.scroll_offset.y, column * self._grid.width
        for part, line in enumerate(self._cards[index]):
            if before is None or before[part] != line:
                room = self._grid.width
                x, width = changed_span(before[part], line, room) if before else (0, room)
                self.refresh(Region(left + x, top + part, width, 1))

    def _visible_cards(self) -> dict[int, Card]:
        grid = self._grid
        first = self.scroll_offset.y // grid.height * grid.columns
        last = min(len(self._keys), first + (self._rows_shown + 1) * grid.columns)
        assert self._row_of is not None
        return {index: self._made(self._row_of(self._keys[index])) for index in range(first, last)}

    def _card(self, index: int) -> Card:
        """One that is painted between two frames may not be there yet."""
        if index not in self._cards:
            self._cards[index] = self._made(self.late_row(self._keys[index]))
        return self._cards[index]

    def _made(self, row: Row) -> Card:
        return card_lines(
            row,
            self.columns,
            self._grid,
            is_heard=self._is_heard,
            marks=CHOSEN * (row.key == self.cursor) + MARK * (row.key in self.marks),
            has_focus=self.has_focus,
        )

    def _refresh_row(self, index: int, spans: Sequence[Span] | None = None) -> None:
        if not self._draws_cards:
            super()._refresh_row(index, spans)
            return
        self._cards.pop(index, None)
        top = index // self._grid.columns * self._grid.height - self.scroll_offset.y
        self.refresh(Region(0, top, self.size.width, self._grid.height))

    def _reveal(self, index: int) -> None:
        if not self._draws_cards:
            super()._reveal(index)
            return
        height = self._grid.height
        row, first = index // self._grid.columns, self.scroll_offset.y // height
        top = min(max(first, row - self._rows_shown + 1), row)
        if top * height != self.scroll_offset.y:
            self.scroll_to(y=top * height, animate=False, force=True, immediate=True)
            self._cards = {}

    @property
    def _draws_cards(self) -> bool:
        return self.is_cards and bool(self._keys) and self._grid is not _NO_GRID

    @property
    def _rows_shown(self) -> int:
        """Rows of cards that are whole on screen."""
        return max(1, self.scrollable_content_region.height // self._grid.height)
