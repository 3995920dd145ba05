"""The selected instrument: what its pane tells where there is room for it."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.feeds import FeedState
from rtp_tui.tui.block_chart import block_lines
from rtp_tui.tui.painter import text_width
from rtp_tui.tui.panes.selected import Selected
from tests.factories import BTC, a_quote
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene


@given(
    values=st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=80),
    width=st.integers(0, 90),
    height=st.integers(0, 8),
)
def test_a_block_chart_is_a_rectangle_that_fits(values: list[float], width: int, height: int) -> None:
    lines = block_lines(values, width, height)
    assert len(lines) in (0, height)
    assert len({len(line) for line in lines}) <= 1
    assert all(len(line) <= width for line in lines)


def test_the_highest_reaches_the_top_and_the_lowest_is_still_seen() -> None:
    assert block_lines((1.0, 2.0), 2, 2) == (" █", "▁█")
    assert block_lines((3.0, 3.0), 4, 1) == ("▄▄▄▄",)
    assert block_lines((1.0,), 5, 2) == ()


def test_facts_tell_the_day_and_the_feeds() -> None:
    scene = a_scene(selected=BTC)
    quote = a_quote(day_open=67_000.0, day_low=66_000.0, day_high=70_000.0, price=67_000.0)
    scene.state.market.quotes[BTC] = quote
    texts = {row.key: row.cells[1].text for row in Selected().rows(scene)}
    assert texts["day"] == "open 67,000.00   66,000.00 … 70,000.00   at 25% of it"
    assert texts["feeds"].startswith(f"binance {FeedState.LIVE}")


def test_the_minutes_stand_beside_the_price_only_where_there_is_room() -> None:
    scene = a_scene(selected=BTC)
    wide, narrow = (Selected().banner(scene, width, 12) for width in (126, 60))
    assert {text_width(line) for line in wide} == {125}
    assert all(text_width(line) < 60 for line in narrow)


async def test_on_a_large_screen_all_facts_are_seen() -> None:
    async with running_console((200, 60)) as console:
        for fact in ("state ", "quote ", "range ", "volume ", "source ", "day ", "feeds "):
            assert any(line.startswith(f"│{fact}") for line in console.lines), fact
