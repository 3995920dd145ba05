"""The console by its keys, on a pipeline that stands still."""

import pytest
from textual.widgets import Input

from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Disconnected
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus
from rtp_tui.model.queries import Explain
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.tui.actions.panes import PANE_KEYS, PANE_NAMES
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.cells import Row
from rtp_tui.tui.panes.prices import Prices
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.main import MainScreen
from rtp_tui.tui.screens.sheet import Sheet
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_quote
from tests.frozen_pipeline import LOG_LINES, FrozenPipeline
from tests.tui.running_console import running_console


async def test_the_first_paint_does_not_wait_for_the_engine() -> None:
    api = FrozenPipeline(starts_at_once=False)
    async with running_console((80, 24), api) as console:
        assert "STARTING" in console.lines[0]
        assert "its parts appear here as they come" in console.text
        api.send(
            EngineStatus(version="0.1.0", name="demo", started_ms=NOW_MS, state=EngineState.STARTING),
            PartStatus(name="store", state=PartState.STARTING, since_ms=NOW_MS),
        )
        await console.after()
        assert "store" in console.text
        assert "starting" in console.text
        api.send_update(api.snapshot)
        await console.after()
        assert "LIVE" in console.lines[0]
        assert "67,830.12" in console.text


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (30, 5),
        (40, 10),
        (59, 11),
        (60, 12),
        (80, 24),
        (119, 40),
        (120, 30),
        (120, 40),
        (200, 60),
        (300, 100),
        (10, 3),
        (1, 1),
    ],
)
async def test_every_size_shows_something_and_q_works(width: int, height: int) -> None:
    async with running_console((width, height)) as console:
        if width >= 30:
            assert "LIVE" in console.lines[0]
        await console.press("q")
        assert console.app.return_code == 0


async def test_shrinking_and_growing_again_keeps_the_panes() -> None:
    async with running_console((200, 60)) as console:
        await console.pilot.resize_terminal(30, 5)
        await console.after()
        assert not console.pane("feeds").display
        await console.pilot.resize_terminal(200, 60)
        await console.after()
        assert all(
            console.pane(name).display
            for name in ("prices", "jobs", "health", "feeds", "breakers", "markets", "parts", "log")
        )
        assert "67,830.12" in console.text


async def test_number_keys_show_panes_where_only_one_fits() -> None:
    async with running_console((80, 24)) as console:
        await console.press("3")
        assert "retry in 23s" in console.text
        assert "67,830.12" not in console.text
        await console.press("1")
        assert "67,830.12" in console.text


async def test_a_changed_price_is_repainted_at_the_next_frame() -> None:
    async with running_console() as console:
        console.api.send(a_quote(price=70_000.0))
        await console.after()
        assert "70,000.00" in console.text


async def test_filter_by_text_narrows_and_esc_shows_all_again() -> None:
    async with running_console() as console:
        await console.press("slash")
        await console.type("coin")
        assert console.symbols == ["BTC", "DOGE", "LTC", "TON"]
        await console.press("enter")
        assert "Prices(coin)[4/23]" in console.text
        await console.press("escape")
        assert len(console.symbols) == 23


async def test_filter_by_comparison_and_by_what_is_not_wanted() -> None:
    async with running_console() as console:
        await console.press("slash")
        await console.type("change > 5")
        assert console.symbols == ["DOGE", "NEAR"]
        console.app.main.query_one(Input).value = "!crypto"
        await console.after()
        assert "BTC" not in console.symbols
        assert "AAPL" in console.symbols


async def test_a_filter_of_an_unknown_column_says_so_and_changes_nothing() -> None:
    async with running_console() as console:
        await console.press("slash")
        await console.type("height > 2")
        assert len(console.symbols) == 23
        assert "no column height" in console.lines[-1]
        assert console.toasts == []
        await console.press("enter")
        assert console.app.main.finding.is_open
        await console.press("escape")
        assert not console.app.main.finding.is_open


@pytest.mark.parametrize("typed", ["btc", "height > 2"])
async def test_a_click_on_a_pane_ends_the_typing_of_a_filter(typed: str) -> None:
    async with running_console() as console:
        await console.press("slash")
        await console.type(typed)
        found = console.symbols
        await console.pilot.click("#jobs")
        await console.after()
        assert not console.app.main.finding.is_open
        assert "q quit" in console.lines[-1]
        await console.press("slash")
        await console.type("back")
        assert list(console.pane("jobs").keys) == ["backup"]
        assert console.symbols == found


async def test_keys_that_come_at_once_lead_where_each_after_the_other_would() -> None:
    async with running_console() as console:
        await console.press_at_once("2", "slash")
        assert console.app.main.finding.is_open
        await console.type("backup")
        assert console.pane("jobs").filter_text == "backup"
        await console.press("enter")
        await console.press_at_once("1", "3", "2", "1")
        assert not console.app.main.finding.is_open
        assert console.app.main.active is console.app.main.focused is console.pane("prices")


async def test_a_filter_that_comes_in_one_piece_is_typed_into_its_line() -> None:
    async with running_console() as console:
        await console.press_at_once("slash", *"btc", "enter", "j")
        assert not console.app.main.finding.is_open
        assert console.pane("prices").filter_text == "btc"
        await console.press_at_once("escape", "2", "slash", *"back", "enter")
        assert list(console.pane("jobs").keys) == ["backup"]


async def test_a_key_that_comes_with_the_one_that_opens_a_sheet_is_for_the_sheet() -> None:
    async with running_console() as console:
        await console.press_at_once("question_mark", "q", "3")
        assert console.app.is_running
        assert console.app.screen is console.app.main
        assert console.app.main.active is console.pane("feeds")


async def test_a_command_that_comes_in_one_piece_is_carried_out() -> None:
    async with running_console() as console:
        await console.press_at_once("colon", *"theme", "escape", "escape", "2")
        assert console.app.screen is console.app.main
        assert console.app.main.active is console.pane("jobs")


async def test_filters_typed_before_come_back_with_the_arrow_keys() -> None:
    async with running_console() as console:
        for text in ("eth", "coin"):
            await console.press("slash")
            await console.type(text)
            await console.press("enter", "escape")
        await console.press("slash", "up")
        assert console.symbols == ["BTC", "DOGE", "LTC", "TON"]
        assert "4 found" in console.lines[-1]
        await console.press("up")
        assert console.app.main.query_one(Input).value == "eth"
        await console.press("down", "enter")
        assert "Prices(coin)[4/23]" in console.text


async def test_left_and_right_choose_the_column_to_sort_by() -> None:
    async with running_console() as console:
        await console.press("right", "right")
        assert console.pane("prices").ordering.column == "last"
        await console.press("left")
        assert console.symbols == sorted(console.symbols)
        await console.press("left", "left")
        assert console.pane("prices").ordering.column not in (None, "symbol", "last")


async def test_q_types_into_the_filter_instead_of_quitting() -> None:
    async with running_console() as console:
        await console.press("slash", "q")
        assert console.app.main.query_one(Input).value == "q"
        assert console.app.is_running


async def test_sorting_by_column_and_back_around() -> None:
    async with running_console() as console:
        await console.press("s")
        assert console.symbols == sorted(console.symbols)
        await console.press("S")
        assert console.symbols == sorted(console.symbols, reverse=True)
        assert "SYMBOL↓" in console.text


async def test_a_click_on_a_heading_sorts() -> None:
    async with running_console() as console:
        await console.pilot.click("#prices", offset=(2, 1))
        await console.after()
        assert console.symbols == sorted(console.symbols)


async def test_the_order_holds_still_after_the_cursor_moved() -> None:
    async with running_console() as console:
        await console.press("s", "s")
        await console.press("down")
        before = console.symbols
        console.api.send(a_quote(price=0.000001))
        await console.after(4.0)
        assert console.symbols == before
        await console.after(3.0)
        assert console.symbols[0] == "BTC"


async def test_the_cursor_stays_on_its_row_when_the_order_changes() -> None:
    async with running_console() as console:
        await console.press("down", "down")
        assert console.pane("prices").cursor == "crypto:SOL"
        await console.press("s")
        assert console.pane("prices").cursor == "crypto:SOL"


async def test_keys_move_the_cursor_to_the_ends_and_by_pages() -> None:
    async with running_console((80, 24)) as console:
        await console.press("end")
        assert console.pane("prices").cursor == "fx:USDCOP"
        assert "USDCOP" in console.text
        await console.press("home")
        assert console.pane("prices").cursor == "crypto:BTC"
        await console.press("pagedown")
        assert console.pane("prices").cursor != "crypto:BTC"


async def test_a_click_selects_a_row() -> None:
    async with running_console((80, 24)) as console:
        await console.pilot.click("#prices", offset=(2, 3))
        await console.after()
        assert console.pane("prices").cursor == "crypto:SOL"


async def test_faults_only_leaves_what_needs_somebody() -> None:
    async with running_console() as console:
        await console.press("F")
        assert console.symbols == ["TON", "UNI", "ATOM"]
        await console.press("F")
        assert len(console.symbols) == 23


async def test_maximise_gives_the_pane_the_whole_body() -> None:
    async with running_console() as console:
        await console.press("3", "m")
        assert not console.pane("prices").display
        assert console.pane("feeds").size.width > 100
        await console.press("m")
        assert console.pane("prices").display


async def test_freeze_holds_prices_and_says_so_until_it_goes_on() -> None:
    async with running_console() as console:
        await console.press("f")
        console.api.send(a_quote(price=70_000.0))
        await console.after()
        assert "FROZEN" in console.lines[0]
        assert "70,000.00" not in console.text
        await console.press("f")
        assert "70,000.00" in console.text


async def test_a_lost_engine_shows_through_a_frozen_screen() -> None:
    async with running_console() as console:
        await console.press("f")
        console.api.send_update(Disconnected(at_ms=NOW_MS, reason="gone", attempt=1, retry_in_ms=2_000))
        await console.after()
        assert "OFFLINE" in console.lines[0]


async def test_a_frozen_screen_that_is_made_small_has_its_tabs() -> None:
    async with running_console() as console:
        await console.press("f")
        await console.pilot.resize_terminal(80, 24)
        await console.after()
        assert "1 Prices[23" in console.lines[1]


async def test_on_a_frozen_screen_the_clock_and_what_is_waited_for_go_on() -> None:
    async with running_console((160, 50)) as console:
        await console.press("f")
        clock = console.lines[0].split()[-1]
        await console.after(60)
        lost = Disconnected(at_ms=console.clock.now_ms(), reason="gone", attempt=1, retry_in_ms=5_000)
        console.api.send_update(lost)
        await console.after(1)
        assert "next attempt in 3s" in console.lines[0] or "next attempt in 4s" in console.lines[0]
        assert console.lines[0].split()[-1] != clock


async def test_a_lost_engine_is_said_at_once_and_no_old_price_looks_live() -> None:
    async with running_console() as console:
        console.api.send_update(
            Disconnected(
                at_ms=console.clock.now_ms(), reason="connection refused", attempt=1, retry_in_ms=8_000
            )
        )
        await console.after(0.15)
        assert "OFFLINE" in console.lines[0]
        assert "next attempt in" in console.lines[0]
        prices = "\n".join(line[:74] for line in console.lines[1:28])
        assert "●" not in prices
        assert "live" not in prices
        console.api.send_update(console.api.snapshot)
        await console.after()
        assert "LIVE" in console.lines[0]
        assert "●" in console.text


async def test_silence_for_more_than_three_seconds_is_stale() -> None:
    async with running_console() as console:
        await console.after(4.0)
        assert "STALE" in console.lines[0]
        assert "nothing heard for" in console.lines[0]
        console.api.send(PipelineStatistics(at_ms=NOW_MS))
        await console.after()
        assert "LIVE" in console.lines[0]


async def test_the_details_of_a_feed_grow_old_before_ones_eyes() -> None:
    async with running_console() as console:
        await console.press("3", "enter")
        before = console.text
        assert "last heard" in before
        await console.after(5.0)
        assert "last heard" in console.text
        heard = [
            next(line for line in text.splitlines() if "last heard" in line)
            for text in (before, console.text)
        ]
        assert heard[0] != heard[1]


async def test_enter_explains_a_price_and_esc_closes() -> None:
    async with running_console() as console:
        await console.press("enter")
        assert isinstance(console.app.screen, Sheet)
        assert console.api.orders == [Explain(instrument=InstrumentId("crypto:BTC"))]
        assert '"p":"67830.12"' in console.text
        assert "every 5.0s" in console.text
        await console.press("escape")
        assert not isinstance(console.app.screen, Sheet)


async def test_enter_on_another_pane_shows_the_row_uncut() -> None:
    async with running_console() as console:
        await console.press("5", "enter")
        assert "3 of 21 instruments in session are late" in console.text


async def test_copy_puts_the_row_on_the_clipboard() -> None:
    async with running_console() as console:
        await console.press("y")
        assert console.app.clipboard.startswith("BTC\tBitcoin\t67,830.12")


async def test_suspending_a_local_console_is_refused_with_a_word() -> None:
    async with running_console() as console:
        await console.press("ctrl+z")
        assert any("stop the feeds" in toast for toast in console.toasts)
        assert console.app.is_running


async def test_the_theme_changes_and_everything_with_it() -> None:
    async with running_console() as console:
        before = console.app.theme
        await console.press("T")
        assert console.app.theme != before
        assert "67,830.12" in console.text


async def test_the_time_zone_turns_and_turns_back() -> None:
    async with running_console() as console:
        assert console.lines[0].rstrip().endswith("Z")
        await console.press("z", "z")
        assert console.lines[0].rstrip().endswith("Z")


async def test_help_names_every_action() -> None:
    async with running_console((120, 220)) as console:
        console.api.send(DrillStatus())
        await console.after()
        await console.press("question_mark")
        for action in ACTIONS:
            if action.id != "show_pane":
                assert action.label in console.text


async def test_escape_and_the_key_after_it_work_though_they_arrive_as_one() -> None:
    async with running_console() as console:
        await console.press("question_mark")
        assert "esc closes" in console.text
        await console.press("alt+f")
        assert "esc closes" not in console.text
        assert console.app.lens.is_frozen


async def test_the_palette_finds_and_runs_an_action() -> None:
    async with running_console() as console:
        await console.choose("freeze")
        assert console.app.lens.is_frozen


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.id}{action.argument}")
async def test_every_action_is_something_that_can_be_done(action: object) -> None:
    from rtp_tui.tui.actions.action import Action
    from rtp_tui.tui.app import ConsoleApp

    assert isinstance(action, Action)
    owner = ConsoleApp if action.on_app else MainScreen
    assert callable(getattr(owner, "action_wish" if action.is_wish else f"action_{action.id}"))


async def test_no_command_fails_in_any_pane() -> None:
    async with running_console() as console:
        for pane in list(PANE_KEYS.values())[1:]:
            await console.press(pane)
            for key in (*"pRrtxdoOCDanN", "delete", "enter", "y"):
                await console.press(key)
                if console.app.screen is not console.app.main:
                    await console.press("escape")
        assert console.app.is_running
        assert any("in feeds or jobs" in toast for toast in console.toasts)


async def test_a_pane_that_fails_says_so_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_console() as console:

        def broken(self: Prices, scene: Scene, key: str) -> Row:
            raise KeyError("planted")

        monkeypatch.setattr(Prices, "row", broken)
        console.api.send(a_quote(price=1.0))
        await console.after()
        assert "this pane failed: KeyError" in console.text
        assert any("KeyError" in entry.message for entry in console.app.follower.timeline.entries)
        assert "retry in 23s" in console.text
        monkeypatch.undo()
        await console.after()
        assert "this pane failed: KeyError: 'planted'" not in "\n".join(
            line[:70] for line in console.lines[:10]
        )


async def test_an_empty_pane_says_why() -> None:
    async with running_console() as console:
        await console.press("slash")
        await console.type("zzz")
        assert "none of 23 match: esc clears the filter" in console.text


async def test_ascii_only_shows_nothing_else() -> None:
    async with running_console((200, 60), settings=ConsoleSettings(ascii_only=True)) as console:
        assert console.text.isascii(), {character for character in console.text if not character.isascii()}


async def test_the_timeline_stays_at_its_newest_line_until_somebody_scrolls() -> None:
    async with running_console() as console:
        console.api.send(*LOG_LINES)
        await console.after()
        view = console.pane("log")
        assert view.cursor == view.keys[0]
        await console.press("6", "down")
        held = view.cursor
        console.api.send(*LOG_LINES)
        await console.after()
        assert view.cursor == held


async def test_headings_stand_over_their_columns_when_the_scrollbar_comes_and_goes() -> None:
    async with running_console((80, 24)) as console:
        for size in ((80, 40), (80, 24), (79, 24)):
            await console.pilot.resize_terminal(*size)
            await console.after(1.0)
            heading, row = console.lines[2], console.lines[3]
            assert heading.index("LAST") + 4 == row.index("67,830.12") + 9


async def test_over_a_slow_link_rows_are_painted_in_turn() -> None:
    async with running_console() as console:
        console.app.link.rows = 2
        console.api.send(
            *(
                a_quote(instrument=InstrumentId(f"crypto:{s}"), price=5.0)
                for s in ("BTC", "ETH", "SOL", "ADA", "DOT")
            )
        )
        await console.after(0.05)
        await console.after(0.1)
        assert 2 <= console.text.count("5.0000") < 5 * 1
        await console.after(0.5)
        assert console.text.count(" 5.0000 ") == 5


@pytest.mark.parametrize("size", [(120, 40), (200, 60)])
async def test_a_maximised_pane_fills_the_screen(size: tuple[int, int]) -> None:
    async with running_console(size=size) as console:
        for pane in PANE_NAMES:
            console.app.main.action_show_pane(pane)
            await console.press("m")
            assert console.app.main.active is console.pane(pane)
            width, height = console.app.main.active.outer_size
            assert width == size[0], pane
            assert height >= size[1] - 3, pane
            await console.press("m")
