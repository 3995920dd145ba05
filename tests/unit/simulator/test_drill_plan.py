"""Random drills."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.simulator.drill_plan import LONGEST_S, drill_plan

VENUES, FAULTS = ("binance", "yahoo"), ("outage", "stall", "gap")


@given(seed=st.integers(), seconds=st.floats(1, 3600))
def test_a_random_drill_keeps_to_its_time_and_to_what_there_is(seed: int, seconds: float) -> None:
    before_s = 0.0
    for step in drill_plan(seed, VENUES, FAULTS, seconds):
        assert step.venue in VENUES
        assert step.fault in FAULTS
        assert before_s <= step.at_s
        assert 0 < step.seconds <= LONGEST_S
        assert step.at_s + step.seconds <= seconds + 0.2
        before_s = step.at_s


def test_the_seed_alone_decides() -> None:
    one, again, other = (list(drill_plan(seed, VENUES, FAULTS, 600)) for seed in (7, 7, 8))
    assert one == again
    assert one != other
    assert len(one) > 60
