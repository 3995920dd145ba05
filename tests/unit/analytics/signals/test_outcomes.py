"""Outcomes by hand."""

import pytest

from rtp_tui.analytics.signals.outcomes import outcome_of, scores_of, settled
from rtp_tui.model.signals import Direction, Signal
from rtp_tui.processing.bar_grid import MINUTE_MS
from tests.factories import NOW_MS, a_signal
from tests.unit.analytics.signals.fed import minutes

AT_MS = NOW_MS // MINUTE_MS * MINUTE_MS
DUE_MS = AT_MS + 5 * MINUTE_MS


def a_long(**changes: object) -> Signal:
    return a_signal(at_ms=AT_MS, **changes)


@pytest.mark.parametrize(
    ("direction", "spread", "price", "move_pct", "is_hit"),
    [
        (Direction.LONG, 0.5, 101.0, 1.0, True),
        (Direction.LONG, 0.5, 100.5, 0.5, False),
        (Direction.LONG, 0.5, 99.0, -1.0, False),
        (Direction.SHORT, 0.5, 99.0, 1.0, True),
        (Direction.SHORT, 0.5, 101.0, -1.0, False),
        (Direction.LONG, None, 100.01, 0.01, True),
        (Direction.LONG, None, 100.0, 0.0, False),
    ],
)
def test_a_hit_has_the_direction_and_exceeds_the_spread(
    direction: Direction, spread: float | None, price: float, move_pct: float, is_hit: bool
) -> None:
    outcome = outcome_of(a_long(direction=direction, spread=spread), price)
    assert outcome.move_pct == pytest.approx(move_pct)
    assert outcome.is_hit is is_hit


def test_it_is_waited_for_the_minute_that_ends_then() -> None:
    four, five = minutes(1, 2, 3, 4, start_ms=AT_MS), minutes(1, 2, 3, 4, 5, start_ms=AT_MS)
    assert settled(a_long(), five, DUE_MS + 9_999) is None
    assert settled(a_long(), four, DUE_MS + 10_000) is None
    after = settled(a_long(), five, DUE_MS + 10_000)
    assert after is not None
    assert after.outcomes[0].price == 5


def test_an_older_minute_does_where_that_one_never_comes_and_none_says_nothing() -> None:
    patient = settled(a_long(), minutes(1, 2, 3, start_ms=AT_MS), DUE_MS + 10 * MINUTE_MS)
    nobody = settled(a_long(), (), DUE_MS + 10 * MINUTE_MS)
    assert patient is not None
    assert nobody is not None
    assert patient.outcomes[0].price == 3
    assert (nobody.outcomes[0].price, nobody.outcomes[0].is_hit) == (None, None)


def test_hit_rate_and_expectancy_leave_out_what_is_not_known() -> None:
    signals = [a_long().with_outcome(outcome_of(a_long(), price)) for price in (102.0, 99.0, None, 103.0)]
    score = scores_of(signals)[0]
    assert (score.known, score.hits) == (3, 2)
    assert score.hit_rate_pct == pytest.approx(66.667, abs=0.001)
    assert score.expectancy_pct == pytest.approx((2 - 1 + 3) / 3)
    assert scores_of([])[0].hit_rate_pct is None
