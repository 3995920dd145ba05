"""When a move is worth saying."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.processing.change_detection import ChangeDetector
from tests.factories import BTC, NOW_MS


def a_detector(threshold_pct: float = 1.0) -> ChangeDetector:
    detector = ChangeDetector(BTC, threshold_pct)
    assert detector.judge(100.0, NOW_MS) is None
    return detector


def test_the_first_price_is_the_reference_and_no_change() -> None:
    a_detector()


@pytest.mark.parametrize("price", [100.0, 100.99, 99.01])
def test_a_move_below_the_threshold_is_not_worth_saying(price: float) -> None:
    assert a_detector().judge(price, NOW_MS) is None


@pytest.mark.parametrize(("price", "change_pct"), [(101.0, 1.0), (99.0, -1.0), (150.0, 50.0)])
def test_a_move_of_the_threshold_or_more_is_announced(price: float, change_pct: float) -> None:
    change = a_detector().judge(price, NOW_MS)

    assert change is not None
    assert (change.price, change.previous, change.at_ms) == (price, 100.0, NOW_MS)
    assert change.change_pct == pytest.approx(change_pct)


def test_the_announced_price_is_the_next_reference() -> None:
    detector = a_detector()
    detector.judge(102.0, NOW_MS)

    assert detector.judge(102.5, NOW_MS) is None
    change = detector.judge(100.9, NOW_MS)
    assert change is not None
    assert change.previous == 102.0


def test_small_steps_add_up_to_a_move() -> None:
    detector = a_detector()

    changes = [detector.judge(100 + step / 10, NOW_MS) for step in range(1, 11)]

    assert [change is not None for change in changes] == [False] * 9 + [True]


@given(st.lists(st.floats(0.01, 1e6), min_size=1))
def test_every_announced_move_reaches_the_threshold(prices: list[float]) -> None:
    detector = ChangeDetector(BTC, 1.0)

    changes = [change for price in prices if (change := detector.judge(price, NOW_MS))]

    assert all(abs(change.change_pct) >= 1.0 - 1e-9 for change in changes)
    assert all(after.previous == before.price for before, after in itertools.pairwise(changes))
