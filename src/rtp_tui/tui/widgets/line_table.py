"""A table drawn line by line: a frame repaints the rows that changed and nothing else."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rtp_tui.tui.cells import Cell, Column, Ground, Line, Row, Tone, gap_before, shown_columns
from rtp_tui.tui.marking import Marks
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.widgets.row_changes import Span, changed_rows, changed_span, changed_spans, in_turn
from rtp_tui.tui.widgets.scroll_bars import use_whole_cells

_STRIPS_KEPT = 256
MANY_ROWS = 1000
MARK = "▪"
_MARK_WIDTH = 2


class LineTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a fixed heading, with a cursor that stays on its row when the order changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up,k", "move(-1)", "up"),
        ("down,j", "move(1)", "down"),
        ("pageup", "page(-1)", "page up"),
        ("pagedown", "page(1)", "page down"),
        ("home,g", "move(-1000000)", "first"),
        ("end", "move(1000000)", "last"),
    ]

    class CursorMoved(Message):
        """The person moved the cursor."""

        def __init__(self, table: "LineTable", key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class HeadingClicked(Message):
        """The heading of a column was clicked."""

        def __init__(self, table: "LineTable", column: str) -> None:
            super().__init__()
            self.table = table
            self.column = column

    class TitleChosen(Message):
        """The title was clicked twice."""

        def __init__(self, table: "LineTable") -> None:
            super().__init__()
            self.table = table

    class RowChosen(Message):
        """A row was clicked twice."""

        def __init__(self, table: "LineTable", key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

    def __init__(
        self,
        columns: tuple[Column, ...],
        painter: Painter,
        *,
        has_heading: bool = True,
        has_cursor: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.cursor: str | None = None
        self.sort_mark: tuple[str, bool] | None = None
        self.marks = Marks()
        self._painter = painter
        self._has_heading = has_heading
        self._has_cursor = has_cursor
        self._banner: tuple[Line, ...] = ()
        self._foot: tuple[Line, ...] = ()
        """Lines below the last row."""
        self._keys: Sequence[str] = ()
        self._row_of: Callable[[str], Row] | None = None
        self._rows: dict[int, Row] = {}
        """Rows by position, as the last `show` or paint made them."""
        self._turn = 0
        self._width = 0
        self._has_moved = False
        """The person put the cursor somewhere; until then it stays on the first row."""
        self._fitting: tuple[int, tuple[tuple[int, int], ...]] = (-1, ())
        """The columns that fit, and the width that they fit into."""
        self._strips: LRUCache[tuple[Row, Ground, int, bool], Strip] = LRUCache(_STRIPS_KEPT)

    @property
    def columns_width(self) -> int:
        """Cells that columns have; marks stand before them while there are any."""
        return self.scrollable_content_region.width - self._mark_width

    @property
    def keys(self) -> Sequence[str]:
        """The rows in the order in which they stand."""
        return self._keys

    def shown_columns(self, width: int) -> tuple[tuple[int, int], ...]:
        """Index and width of the columns that fit."""
        if self._fitting[0] != width:
            self._fitting = (width, shown_columns(self.columns, width))
        return self._fitting[1]

    def paint_with(self, painter: Painter) -> None:
        """Use other colours from now on."""
        self._painter = painter
        self._strips.clear()
        self._repaint()

    def show(
        self,
        keys: Sequence[str],
        row_of: Callable[[str], Row],
        *,
        banner: tuple[Line, ...] = (),
        foot: tuple[Line, ...] = (),
        sort_mark: tuple[str, bool] | None = None,
        most_rows: int = MANY_ROWS,
    ) -> bool:
        """Show these rows; True when anything on screen changes.

        `row_of` is asked for visible rows only. At most `most_rows` changed ones are repainted; the others stay
        as they are and have their turn at the next call.
        """
        self._row_of = row_of
        before, self._banner = self._banner, banner
        foot_before, self._foot = self._foot, foot
        head = (len(banner), sort_mark, self.columns_width)
        has_same_head = head == (len(before), self.sort_mark, self._width)
        _, self.sort_mark, self._width = head
        if keys != self._keys or not has_same_head:
            self._take_keys(keys)
            return True
        is_around_new = self._refresh_banner(before) | self._refresh_foot(foot_before)
        return self._refresh_changed_rows(most_rows) or is_around_new

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y < len(self._banner):
            return self._painter.line(self._banner[y], width)
        if self._has_heading and y == len(self._banner) and self._keys:
            return self._heading(width)
        index = self._index_at(y)
        if not 0 <= index < len(self._keys) or self._row_of is None:
            below = index - len(self._keys)
            return self._painter.line(self._foot[below] if 0 <= below < len(self._foot) else (), width)
        row = self._rows.get(index)
        if row is None:
            row = self._rows[index] = self.late_row(self._keys[index])
        return self._strip(row, width)

    def late_row(self, key: str) -> Row:
        """A row that came into view between two frames."""
        assert self._row_of is not None
        return self._row_of(key)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        if not self._keys or not self._has_cursor:
            self.scroll_relative(y=max(-1000, min(1000, by)), animate=False)
            return
        index = max(0, min(len(self._keys) - 1, self._cursor_index() + by))
        self._put_cursor(index)

    def action_page(self, by: int) -> None:
        """Move the cursor by the height of the table."""
        self.action_move(by * max(1, self._body_height() - 1))

    def choose(self, key: str) -> None:
        """Put the cursor on a row, which need not be on screen yet."""
        if key in self._keys:
            self._put_cursor(self._keys.index(key))
        self.cursor, self._has_moved = key, True

    def on_click(self, event: events.Click) -> None:
        y = event.y - self.gutter.top
        if self.has_clicked_title(event):
            return
        if self._has_heading and y == len(self._banner):
            self._click_heading(event.x - self.gutter.left)
            return
        index = self._index_at(y)
        if (
            y > len(self._banner) - (not self._has_heading)
            and 0 <= index < len(self._keys)
            and self._has_cursor
        ):
            self._put_cursor(index)
            if event.chain == 2:
                self.post_message(self.RowChosen(self, self._keys[index]))

    def has_clicked_title(self, event: events.Click) -> bool:
        """The click was on the upper edge; a double one is told."""
        is_title = event.y < self.gutter.top
        if is_title and event.chain == 2:
            self.post_message(self.TitleChosen(self))
        return is_title

    def on_resize(self) -> None:
        self._repaint()
        if self.cursor in self._keys:
            self._reveal(self._cursor_index())

    def on_mount(self) -> None:
        if self._painter.ascii_only:
            use_whole_cells(self)

    def on_focus(self) -> None:
        self._repaint()

    def on_blur(self) -> None:
        self._repaint()

    def _take_keys(self, keys: Sequence[str]) -> None:
        self._keys = keys
        if self._has_cursor and keys and (self.cursor not in keys or not self._has_moved):
            self.cursor = keys[0]
        self.virtual_size = Size(self.size.width, self._head_height() + len(keys))
        self._rows = self._visible_rows()
        self.refresh()

    def _refresh_banner(self, before: tuple[Line, ...]) -> bool:
        room = self.scrollable_content_region.width
        spans = [changed_span(old, new, room) for old, new in zip(before, self._banner, strict=True)]
        for y, (x, width) in enumerate(spans):
            if width:
                self.refresh(Region(x, y, width, 1))
        return any(width for _, width in spans)

    def _refresh_changed_rows(self, most_rows: int) -> bool:
        before, self._rows = self._rows, self._visible_rows()
        changed = changed_rows(before, self._rows)
        if len(changed) > most_rows:
            changed = self._put_off(in_turn(changed, self._cursor_index(), self._turn), most_rows, before)
        shown = self.shown_columns(self.columns_width)
        for index in changed:
            self._refresh_row(index, changed_spans(before.get(index), self._rows[index], self.columns, shown))
        return bool(changed)

    def _refresh_foot(self, before: tuple[Line, ...]) -> bool:
        """Those of its lines that are others than before."""
        pairs = enumerate(zip_longest(before, self._foot, fillvalue=()))
        changed = [index for index, (old, new) in pairs if old != new]
        for index in changed:
            self._refresh_row(len(self._keys) + index)
        return bool(changed)

    def _put_off(self, changed: list[int], most_rows: int, before: dict[int, Row]) -> list[int]:
        """Leave those beyond `most_rows` as they were; they will be found changed again."""
        for index in changed[most_rows:]:
            if index in before:
                self._rows[index] = before[index]
        self._turn = changed[most_rows - 1] + 1
        return changed[:most_rows]

    def _visible_rows(self) -> dict[int, Row]:
        if self._row_of is None:
            return {}
        first = self.scroll_offset.y
        last = min(len(self._keys), first + self._body_height())
        return {index: self._row_of(self._keys[index]) for index in range(first, last)}

    def _refresh_row(self, index: int, spans: Sequence[Span] | None = None) -> None:
        """Repaint these spans of a row's columns; all of it where nothing is known of them."""
        y, left = index - self.scroll_offset.y + self._head_height(), self._mark_width
        for x, width in ((-left, self.size.width),) if spans is None else spans:
            self.refresh(Region(left + x, y, width, 1))

    def _strip(self, row: Row, width: int) -> Strip:
        ground = Ground.PLAIN
        if self._has_cursor and row.key == self.cursor:
            ground = Ground.CURSOR if self.has_focus else Ground.CURSOR_AWAY
        is_marked, columns_width = row.key in self.marks, width - self._mark_width
        cached = self._strips.get((row, ground, columns_width, is_marked))
        if cached is None:
            shown = self.shown_columns(columns_width)
            cached = self._painter.row(row, self.columns, shown, columns_width, ground)
            cached = self._with_mark(cached, MARK if is_marked else "", ground)
            self._strips[row, ground, columns_width, is_marked] = cached
        return cached

    def _with_mark(self, strip: Strip, mark: str, ground: Ground = Ground.PLAIN) -> Strip:
        if not self._mark_width:
            return strip
        return Strip.join(
            (self._painter.line((Cell(mark, Tone.ACCENT),), self._mark_width, ground), strip)
        ).simplify()

    def _heading(self, width: int) -> Strip:
        cells = tuple(self._heading_cell(column) for column in self.columns)
        width -= self._mark_width
        shown = self.shown_columns(width)
        return self._with_mark(
            self._painter.row(Row("", cells), self.columns, shown, width, Ground.PLAIN), ""
        )

    def _heading_cell(self, column: Column) -> Cell:
        if self.sort_mark is None or self.sort_mark[0] != column.name:
            return Cell(column.title, Tone.DIM)
        return Cell(f"{column.title}{'↓' if self.sort_mark[1] else '↑'}", Tone.ACCENT)

    def _click_heading(self, x: int) -> None:
        left, x = 0, x - self._mark_width
        for index, width in self.shown_columns(self.columns_width):
            left += width + (gap_before(self.columns[index]) if left else 0)
            if x <= left:
                self.post_message(self.HeadingClicked(self, self.columns[index].name))
                return

    def _put_cursor(self, index: int) -> None:
        before = self._cursor_index()
        self.cursor = self._keys[index]
        self._has_moved = index > 0
        self._reveal(index)
        self._refresh_row(before)
        self._refresh_row(index)
        self.post_message(self.CursorMoved(self, self.cursor))

    def _reveal(self, index: int) -> None:
        first, height = self.scroll_offset.y, max(1, self._body_height())
        if index < first:
            self.scroll_to(y=index, animate=False, force=True, immediate=True)
        elif index >= first + height:
            self.scroll_to(y=index - height + 1, animate=False, force=True, immediate=True)

    def _repaint(self) -> None:
        self._rows = {}
        self.refresh()

    def _cursor_index(self) -> int:
        return self._keys.index(self.cursor) if self.cursor is not None and self.cursor in self._keys else 0

    @property
    def _mark_width(self) -> int:
        return _MARK_WIDTH if self.marks else 0

    def _head_height(self) -> int:
        return len(self._banner) + self._has_heading

    def _body_height(self) -> int:
        return max(0, self.scrollable_content_region.height - self._head_height())

    def _index_at(self, y: int) -> int:
        return self.scroll_offset.y + y - self._head_height()

    def render(self) -> Text:
        """Nothing: `render_line` draws."""
        return Text()
