"""What a table repaints of itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.geometry import Region

from rtp_tui.tui.cells import Cell, Column, Line, Row
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.themes import DEFAULT_THEME, load_themes
from rtp_tui.tui.widgets.line_table import LineTable

COLUMNS = (Column(name="a", title="A", width=6), Column(name="b", title="B", width=6, right=True))
ROWS = {"one": "1", "two": "2"}


class OneTable(App[None]):
    def compose(self) -> ComposeResult:
        yield LineTable(COLUMNS, Painter(load_themes()[DEFAULT_THEME]))


@asynccontextmanager
async def a_table() -> AsyncIterator[LineTable]:
    """With two rows and a banner, painted."""
    async with OneTable().run_test(size=(30, 10)) as pilot:
        table = pilot.app.query_one(LineTable)
        show(table)
        await pilot.pause()
        repainted(table)
        yield table


def show(table: LineTable, words: str = "all is well", **rows: str) -> bool:
    banner: tuple[Line, ...] = ((Cell("state: "), Cell(words)), (Cell("-" * 30),))
    cells = {**ROWS, **rows}
    return table.show(list(cells), lambda key: Row(key, (Cell(key), Cell(cells[key]))), banner=banner)


def repainted(table: LineTable) -> set[Region]:
    return set(table._exchange_repaint_regions())


async def test_what_stays_is_not_repainted() -> None:
    async with a_table() as table:
        assert not show(table)
        assert repainted(table) == set()


async def test_of_a_row_the_number_that_changed_is_repainted() -> None:
    async with a_table() as table:
        assert show(table, two="3")
        assert repainted(table) == {Region(6 + 1, 4, 6, 1)}


async def test_of_a_banner_the_words_that_changed_are_repainted() -> None:
    async with a_table() as table:
        assert show(table, "all is dear")
        assert repainted(table) == {Region(14, 0, 4, 1)}


async def test_words_that_are_cut_off_repaint_nothing() -> None:
    async with a_table() as table:
        show(table, "nothing came for long, for 41 s")
        repainted(table)
        assert not show(table, "nothing came for long, for 42 s")
        assert repainted(table) == set()


async def test_another_row_repaints_the_table() -> None:
    async with a_table() as table:
        assert show(table, three="3")
        assert Region(0, 0, 30, 10) in repainted(table)
