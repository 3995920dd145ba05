"""Price cards: how they are laid out, what they say, and the keys that move between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.events import Disconnected, InstrumentView
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.text import safe
from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.panes.cards import CHOSEN, Grid, card_lines, cut, grid_of, spread
from rtp_tui.tui.panes.prices import Prices
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.widgets.prices_view import PricesView
from tests.factories import BTC, NOW_MS, a_quote, an_instrument
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.tui.running_console import RunningConsole, running_console
from tests.tui.scenes import a_scene

SMALL, LARGE = Grid(3, 30, 5, is_large=False), Grid(3, 44, 7, is_large=True)


def a_card(scene: Scene, key: str = BTC, grid: Grid = LARGE, marks: str = "") -> tuple[Line, ...]:
    row = Prices().row(scene, key)
    return card_lines(row, Prices.columns, grid, is_heard=scene.is_trusted, marks=marks, has_focus=True)


def texts(card: tuple[Line, ...]) -> list[str]:
    return ["".join(cell.text for cell in line) for line in card]


def freshness_of(scene: Scene, kind: Freshness) -> str:
    return next(key for key in scene.state.market.instruments if scene.freshness(key) is kind)


@pytest.mark.parametrize(
    "grid", [SMALL, LARGE, Grid(1, 26, 5, is_large=False), Grid(1, 10, 5, is_large=False)]
)
def test_every_line_of_every_card_is_exactly_as_wide_as_the_grid_says(grid: Grid) -> None:
    scene = a_scene()
    for key in scene.state.market.instruments:
        card = a_card(scene, key, grid)
        assert len(card) == grid.height
        assert {text_width(line) for line in card} == {grid.width}, (key, texts(card))


def test_a_card_tells_value_change_freshness_age_and_source() -> None:
    text = "\n".join(texts(a_card(a_scene(), grid=SMALL)))
    for word in ("BTC", "Bitcoin", "67,830.12", "▲", "%", "LIVE", "live", "binance", "s "):
        assert word in text, text


def test_large_cards_have_large_digits_and_small_ones_do_not() -> None:
    assert "┏━" in "".join(texts(a_card(a_scene())))
    assert "┏━" not in "".join(texts(a_card(a_scene(), grid=SMALL)))


def test_a_price_too_long_for_large_digits_is_written_small_and_never_cut() -> None:
    scene = a_scene()
    scene.state.market.quotes[BTC] = a_quote(price=123_456_789_012.12)
    assert "123,456,789,012.12" in "".join(texts(a_card(scene)))
    narrow = texts(a_card(scene, grid=Grid(1, 20, 5, is_large=False)))
    assert "####" in narrow[1]
    assert "123" not in narrow[1]


@pytest.mark.parametrize(
    ("kind", "badge"),
    [
        (Freshness.LIVE, " LIVE "),
        (Freshness.STALE, " STALE "),
        (Freshness.AGING, " LATE "),
        (Freshness.CLOSED, " CLOSED "),
    ],
)
def test_the_badge_tells_connected_from_stale(kind: Freshness, badge: str) -> None:
    scene = a_scene()
    assert badge in texts(a_card(scene, freshness_of(scene, kind)))[0]


def test_no_card_looks_live_once_the_engine_is_not_heard() -> None:
    scene = a_scene(connection=Connection.OFFLINE)
    for key in scene.state.market.instruments:
        top = a_card(scene, key)[0]
        assert any(cell.text == " OFFLINE " and cell.tone is Tone.CHIP_BAD for cell in top)
        assert "LIVE" not in texts((top,))[0].replace("OFFLINE", "")


def test_the_chosen_card_differs_by_a_mark_too() -> None:
    scene = a_scene()
    plain, chosen = (a_card(scene, marks=marks) for marks in ("", CHOSEN))
    assert texts(plain)[0] != texts(chosen)[0]
    assert texts(plain)[1:] == texts(chosen)[1:]


def test_hostile_names_neither_reach_the_terminal_nor_break_the_frame() -> None:
    evil = an_instrument("crypto:E", name="\x1b[31m\u202e市場市場市場市場市場\u0301\u0301")
    snapshot = a_snapshot()
    view = InstrumentView(evil, a_quote(instrument=evil.id, source="\x1b]0;x\x07"), None, ())
    scene = a_scene(snapshot=replace(snapshot, instruments=(view,)))
    for grid in (SMALL, LARGE):
        card = a_card(scene, "crypto:E", grid)
        assert {text_width(line) for line in card} == {grid.width}
        assert "".join(texts(card)).isprintable()


@given(
    width=st.integers(1, 400), height=st.integers(1, 120), count=st.integers(1, 6_000), large=st.booleans()
)
def test_a_grid_fits_its_screen(width: int, height: int, count: int, large: bool) -> None:
    grid = grid_of(width, height, count, may_be_large=large)
    assert 1 <= grid.columns <= max(1, count)
    assert grid.columns * grid.width <= max(width, 5)
    assert not grid.is_large or (large and width >= 100)


@given(left=st.text(max_size=30), right=st.text(max_size=30), width=st.integers(0, 40))
def test_two_sides_are_exactly_as_wide_as_asked_for(left: str, right: str, width: int) -> None:
    line = spread(cut(cells(left), 99), cut(cells(right), 99), width)
    assert text_width(line) == width
    assert all(safe(cell.text) == cell.text for cell in line)


def cells(text: str) -> Line:
    return (Cell(text),)


def prices(console: RunningConsole) -> PricesView:
    return console.app.main.desk.prices


async def test_the_key_shows_cards_and_a_table_again_with_the_same_cursor() -> None:
    async with running_console() as console:
        await console.press("down", "number_sign")
        assert "╭▸ETH" in console.text
        assert "67,830.12" in console.text
        assert "SYMBOL" not in console.text
        await console.press("number_sign")
        assert "SYMBOL" in console.text
        assert prices(console).cursor == "crypto:ETH"


async def test_arrows_move_between_cards_and_pages_scroll() -> None:
    async with running_console((80, 24)) as console:
        await console.press("number_sign", "right")
        view = prices(console)
        assert view.cursor == "crypto:ETH"
        await console.press("left", "down")
        assert view.cursor == view.keys[view._grid.columns]
        await console.press("up")
        assert view.cursor == BTC
        await console.press("end")
        assert view.cursor == view.keys[-1]
        assert "USDCOP" in console.text
        await console.press("pageup")
        assert view.cursor != view.keys[-1]
        await console.press("home")
        assert "╭▸BTC" in console.text


async def test_filter_sort_and_commands_apply_to_cards() -> None:
    async with running_console() as console:
        await console.press("number_sign", "slash")
        await console.type("doge")
        await console.press("enter")
        assert "DOGE" in console.text
        assert "╭▸BTC" not in console.text
        await console.press("r")
        assert any("fetched crypto:DOGE" in toast for toast in console.toasts)
        await console.press("enter")
        assert "crypto:DOGE" in console.text
        await console.press("escape", "escape")
        assert "╭▸" in console.text
        assert len(prices(console).keys) == 23


async def test_a_filter_that_nothing_matches_says_so_and_the_cards_come_back() -> None:
    async with running_console() as console:
        await console.press("number_sign", "slash")
        await console.type("zzz")
        assert "none of 23 match" in console.text
        await console.press("escape")
        assert "╭▸BTC" in console.text


async def test_a_frame_repaints_only_the_card_that_changed() -> None:
    async with running_console() as console:
        await console.press("number_sign")
        await console.after(1.0)
        repainted: list[int] = []
        view = prices(console)
        inner = view._refresh_card

        def noting(index: int, before: object) -> None:
            repainted.append(index)
            inner(index, before)  # type: ignore[arg-type]

        view._refresh_card = noting  # type: ignore[method-assign]
        console.api.send(a_quote(instrument=InstrumentId("crypto:ETH"), price=4_444.0, received_ms=NOW_MS))
        await console.after(0.3)
        assert set(repainted) == {1}
        assert "4,444.0" in console.text


async def test_a_click_chooses_a_card_and_a_second_one_explains() -> None:
    async with running_console() as console:
        await console.press("number_sign")
        view = prices(console)
        await console.pilot.click("#prices", offset=(view._grid.width + 5, 2))
        await console.after()
        assert view.cursor == "crypto:ETH"
        await console.pilot.click("#prices", offset=(view._grid.width + 5, 2))
        await console.after()
        assert "crypto:ETH" in console.text


async def test_a_title_of_cards_is_clicked_as_that_of_a_table() -> None:
    async with running_console() as console:
        await console.press("number_sign", "pagedown")
        chosen = prices(console).cursor
        await console.pilot.click("#prices", offset=(5, 0), times=2)
        await console.after()
        assert console.app.main.placing.is_maximised
        assert prices(console).cursor == chosen


async def test_cards_stay_right_through_sizes_and_a_lost_engine() -> None:
    async with running_console((200, 60)) as console:
        await console.press("number_sign", "m")
        assert "┏━" in console.text
        for size in ((80, 24), (30, 5), (10, 3), (200, 60)):
            await console.pilot.resize_terminal(*size)
            await console.after()
        assert "╭▸BTC" in console.text
        console.api.send_update(Disconnected(at_ms=NOW_MS, reason="gone", attempt=1, retry_in_ms=2_000))
        await console.after()
        assert " OFFLINE ─╮" in console.text
        assert " LIVE ─╮" not in console.text


async def test_in_ascii_cards_have_frames_and_no_large_digits() -> None:
    async with running_console((200, 60), settings=ConsoleSettings(ascii_only=True)) as console:
        await console.press("number_sign")
        assert "67,830.12" in console.text
        assert console.text.isascii()


async def test_many_cards_are_drawn_only_where_they_are_seen() -> None:
    views = tuple(InstrumentView(an_instrument(f"crypto:C{n}"), None, None, ()) for n in range(3_000))
    async with running_console(api=FrozenPipeline(replace(a_snapshot(), instruments=views))) as console:
        await console.press("number_sign")
        assert len(prices(console)._cards) < 60
        await console.press("end")
        assert "C2999" in console.text


async def test_marked_cards_show_it_and_left_and_right_sort_the_table_alone() -> None:
    async with running_console() as console:
        await console.press("number_sign", "space")
        assert "╭▪BTC" in console.text
        assert "╭▸ETH" in console.text
        await console.press("right")
        assert prices(console).ordering.column is None
        await console.press("number_sign", "right")
        assert prices(console).ordering.column == "symbol"
