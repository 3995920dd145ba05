from itertools import pairwise

from msgspec.structs import replace

from rtp_tui.analytics.risk_turns import AGAIN_S, ALL_EVERY_S, ARRIVED_S, RiskTurns
from rtp_tui.model.portfolios import Portfolio, Position
from tests.factories import BTC, ETH
from tests.frozen_portfolios import a_risk

HELD = Portfolio(name="desk", positions=(Position(BTC, 1.0),))
WHOLE = a_risk(score=40.0, unknown=())
UNKNOWN = replace(WHOLE, score=None, unknown=("crypto:BTC has too little history",))


def test_what_is_new_or_changed_is_measured_at_once_and_what_is_known_every_five_minutes() -> None:
    turns = RiskTurns()
    assert turns.is_due(HELD, 0.0, arrived=0)
    turns.note(HELD, WHOLE, 0.0, arrived=0)
    assert not turns.is_due(HELD, ALL_EVERY_S - 1, arrived=900)
    assert turns.is_due(replace(HELD, positions=(Position(ETH, 1.0),)), 1.0, arrived=0)
    assert turns.is_due(HELD, ALL_EVERY_S, arrived=0)


def test_what_was_not_known_is_measured_again_soon_after_history_has_arrived() -> None:
    turns = RiskTurns()
    for number in range(5):
        turns.note(HELD, UNKNOWN, float(number), arrived=0)
    assert not turns.is_due(HELD, 4 + ARRIVED_S, arrived=0)
    assert not turns.is_due(HELD, 4 + ARRIVED_S - 1, arrived=60)
    assert turns.is_due(HELD, 4 + ARRIVED_S, arrived=60)


def test_what_stays_unknown_is_measured_less_and_less_often() -> None:
    turns, now_s, moments = RiskTurns(), 0.0, list[float]()
    while now_s <= 2 * ALL_EVERY_S:
        if turns.is_due(HELD, now_s, arrived=0):
            turns.note(HELD, UNKNOWN, now_s, arrived=0)
            moments.append(now_s)
        now_s += 1.0
    waits = [after - before for before, after in pairwise(moments)]
    assert waits[:3] == [AGAIN_S, 2 * AGAIN_S, 4 * AGAIN_S]
    assert waits == sorted(waits)
    assert waits[-1] <= ALL_EVERY_S


def test_a_change_makes_the_short_waits_begin_again() -> None:
    turns = RiskTurns()
    for number in range(8):
        turns.note(HELD, UNKNOWN, float(number), arrived=0)
    changed = replace(HELD, positions=(Position(ETH, 1.0),))
    turns.note(changed, UNKNOWN, 10.0, arrived=0)
    assert turns.is_due(changed, 10.0 + AGAIN_S, arrived=0)


def test_what_was_removed_is_forgotten() -> None:
    turns = RiskTurns()
    turns.note(HELD, WHOLE, 0.0, arrived=0)
    turns.keep(())
    assert turns.is_due(HELD, 1.0, arrived=0)
