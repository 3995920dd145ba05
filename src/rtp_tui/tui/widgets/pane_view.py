"""A pane on screen: a table with the pane's filter, order and border."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Region

from rtp_tui.text import safe
from rtp_tui.tui.cells import Cell, Line, Row, Tone
from rtp_tui.tui.filtering import Filter, is_wanted, parse_filter
from rtp_tui.tui.ordering import Ordering
from rtp_tui.tui.painter import Painter, fit
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.widgets.line_table import MANY_ROWS, MARK, LineTable


class PaneView(LineTable):
    """Decides which rows stand where; the pane decides what they say."""

    def __init__(self, pane: Pane, painter: Painter) -> None:
        super().__init__(
            pane.columns, painter, has_heading=pane.has_heading, has_cursor=pane.has_cursor, id=pane.name
        )
        self.pane = pane
        self.ordering = Ordering()
        self.filter_text = ""
        self.faults_only = False
        self._filter: Filter = ()
        self._candidates: Sequence[str] = ()
        self._order: Sequence[str] = ()
        self._is_outdated = True
        self._arranged_by: tuple[str | None, bool] = (None, False)
        self._titles = ("", "")
        self._titled: tuple[str, int, str] = ("", 0, "")
        """When titles were last made: setting one repaints the whole pane, so that once a second is enough."""
        self._problem = ""

    def frame(self, scene: Scene, now: float, most_rows: int = MANY_ROWS) -> bool:
        """Show the scene; True when anything changes. A bug in a pane is shown in the pane."""
        try:
            return self._frame(scene, now, most_rows)
        except Exception as error:  # noqa: BLE001 - the one guard around panes: a broken one must not end the console
            return self._show_problem(f"this pane failed: {type(error).__name__}: {error}")

    def late_row(self, key: str) -> Row:
        try:
            return super().late_row(key)
        except Exception as error:  # noqa: BLE001 - as in `frame`, which will say it at length
            words = Cell(f"{type(error).__name__}: {error}", Tone.BAD)
            return Row(key, (words, *(Cell("") for _ in self.columns[1:])))

    def set_filter(self, text: str) -> None:
        """Show the rows that match. Raises BadFilter."""
        names = (*(column.name for column in self.columns), *self.pane.also_filtered_by)
        self._filter = parse_filter(text, frozenset(names))
        self.filter_text = text
        self._is_outdated = True

    def set_faults_only(self, faults_only: bool) -> None:
        """Show the rows that need somebody, or all."""
        self.faults_only = faults_only
        self._is_outdated = True

    def sort_next(self, by: int = 1) -> None:
        """Sort by the column so far to the right that has a title; beyond the last and the first is natural order."""
        shown = self.shown_columns(self.columns_width)
        sortable = [None, *(self.columns[index].name for index, _ in shown if self.columns[index].title)]
        now = sortable.index(self.ordering.column) if self.ordering.column in sortable else 0
        self.ordering.sort_by(sortable[(now + by) % len(sortable)])

    def mark(self, how: str) -> None:
        """Mark the row under the cursor and go on, all from the last mark to it, or all rows."""
        if self.cursor is None or self.cursor not in self.keys or not self._has_cursor:
            return
        if how == "one":
            self.marks.turn(self.cursor)
            self.action_move(1)
        elif how == "range":
            self.marks.reach(self.keys, self.cursor)
        else:
            self.marks.turn_all(self.keys)
        self._repaint()

    def clear_marks(self) -> None:
        """No row is marked any more."""
        self.marks.clear()
        self._repaint()

    @property
    def targets(self) -> tuple[str, ...]:
        """The rows that a command is for: the marked ones, or else the one under the cursor."""
        return self.marks.keys or self.under_cursor

    @property
    def under_cursor(self) -> tuple[str, ...]:
        """The row under the cursor, if there is one."""
        return () if self.cursor is None or self.cursor not in self.keys else (self.cursor,)

    def _frame(self, scene: Scene, now: float, most_rows: int) -> bool:
        self._arrange(scene, now)
        ordering = self.ordering
        mark = (ordering.column, ordering.reverse) if ordering.column else None
        size = self.scrollable_content_region
        banner = self.pane.banner(scene, size.width, size.height)
        if not self._order:
            banner = (*banner, *self._explanation(scene, size.height))
        changed = self.show(
            self._order,
            lambda key: self.pane.row(scene, key),
            banner=banner,
            foot=self._foot_of(scene, size.width, size.height - len(banner)),
            sort_mark=mark,
            most_rows=most_rows,
        )
        self._problem = ""
        return self._show_titles(scene) or changed

    def _foot_of(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        room = height - self._has_heading - len(self._order)
        if not self.pane.has_foot or not self._order or room < 1:
            return ()
        from rtp_tui.tui.screens.feet import foot_of  # heavy: details, which the first picture does without

        chosen = self.cursor if self._has_moved else None
        key = chosen if chosen is not None and chosen in self._order else self._order[0]
        return foot_of(self.pane.name, scene, key, width, room)

    def _arrange(self, scene: Scene, now: float) -> None:
        candidates = self.pane.keys(scene)
        arranged_by = (self.ordering.column, self.ordering.reverse)
        is_same = candidates == self._candidates and arranged_by == self._arranged_by
        if is_same and not self._is_outdated and not self._depends_on_values(now):
            return
        self._candidates, self._arranged_by = candidates, arranged_by
        self.marks.keep(candidates)
        self._is_outdated = False
        wanted = [key for key in candidates if self._is_wanted(scene, key)]

        def value_of(key: str, column: str) -> Value:
            return self.pane.value(scene, key, column)

        self._order = self.ordering.sort(wanted, value_of, now)

    def _depends_on_values(self, now: float) -> bool:
        moves = self.ordering.column is not None or bool(self._filter) or self.faults_only
        return moves and self.ordering.is_due(now)

    def _is_wanted(self, scene: Scene, key: str) -> bool:
        if self.faults_only and not self.pane.is_fault(scene, key):
            return False
        if not self._filter:
            return True
        text = self.pane.searched(scene, key)
        return is_wanted(self._filter, text, lambda column: self.pane.value(scene, key, column))

    def _explanation(self, scene: Scene, height: int) -> tuple[Line, ...]:
        if self._candidates:
            hidden = len(self._candidates)
            why = (
                f"no faults: {scene.key('faults_only')} shows all"
                if self.faults_only
                else f"none of {hidden} match: {scene.key('back')} clears the filter"
            )
        else:
            why = self.pane.empty(scene)
        return ((), (Cell(f" {why}", Tone.DIM),)) if height > 4 else ((Cell(f" {why}", Tone.DIM),),)

    def _show_problem(self, words: str) -> bool:
        self._problem = words
        return self.show((), lambda key: Row(key, ()), banner=((Cell(f" ✖ {words}", Tone.BAD),),))

    def _show_titles(self, scene: Scene) -> bool:
        heading = self.heading_text(scene)
        moment = (heading, scene.now_ms, scene.connection)
        if moment == self._titled:
            return False
        self._titled = moment
        titles = (heading, self.pane.subtitle(scene))
        if titles == self._titles:
            return False
        self._titles = titles
        self._repaint_titles(*(self._painter.plain(safe(text)) for text in titles))
        return True

    def _repaint_titles(self, title: str, subtitle: str) -> None:
        # Textual's own setters repaint the whole pane, thirty times the bytes of its two border lines.
        number = len(title.partition(" ")[0])
        self._border_title = Content(title).stylize("$line-focus", 0, number)
        self._border_subtitle = Content(subtitle)
        width, height = self.outer_size
        self.refresh(Region(-1, -1, width, 1), Region(-1, height - 2, width, 1))

    @property
    def problem(self) -> str:
        """What went wrong at the last frame; empty when nothing did."""
        return self._problem

    def heading_text(self, scene: Scene) -> str:
        """`1 Prices(filter)[47/71]`."""
        shown, there = len(self._order), len(self._candidates)
        there = there if self.pane.is_counted else shown
        name = self.pane.heading(scene)
        if self.faults_only:
            name += " faults"
        if self.filter_text:
            name += f"({fit(self.filter_text, min(24, len(self.filter_text))).strip()})"
        if shown != there:
            name += f"[{shown}/{there}]"
        elif there and self.pane.is_counted:
            name += f"[{there}]"
        return f"{name} {MARK}{len(self.marks)}" if self.marks else name
