"""How a still chart is printed."""

import pytest

from rtp_tui.cli.chart import StillBar, StillBars, still_chart
from rtp_tui.model.market import BarOrigin

MINUTE_MS = 60_000
START_MS = 1_790_000_040_000


def some_bars(count: int, price: float = 100.0) -> StillBars:
    bars = tuple(
        StillBar(
            START_MS + index * MINUTE_MS,
            price,
            price + 2,
            price - 1,
            price + 1,
            index < count - 1,
            BarOrigin.LIVE,
        )
        for index in range(count)
    )
    return StillBars("crypto:BTC", "1m", bars)


def test_a_still_chart_names_its_subject_and_keeps_its_size() -> None:
    lines = still_chart(some_bars(30), 80, 20, ascii_only=False, coloured=False).split("\n")
    assert "crypto:BTC 1m" in lines[0]
    assert "30 bars: 30 live, the newest still forms" in lines[0]
    assert len(lines) == 20
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)


def test_ascii_is_nothing_but_ascii() -> None:
    assert still_chart(some_bars(30), 80, 20, ascii_only=True, coloured=True).isascii()


@pytest.mark.parametrize("count", [1, 2, 200])
def test_one_bar_or_many_are_drawn(count: int) -> None:
    assert "crypto:BTC" in still_chart(some_bars(count), 60, 12, ascii_only=False, coloured=True)


def test_the_same_chart_twice_is_the_same_text() -> None:
    first = still_chart(some_bars(30), 80, 20, ascii_only=False, coloured=False)
    still_chart(some_bars(3, 5.0), 40, 10, ascii_only=False, coloured=False)
    assert still_chart(some_bars(30), 80, 20, ascii_only=False, coloured=False) == first
