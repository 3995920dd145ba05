from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.resilience.backoff import Backoff


class Ceiling(Random):
    """Draws the greatest delay that is possible."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    backoff = Backoff(1.0, 60.0, Ceiling())
    assert [backoff.next_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_reset_starts_from_the_base_again() -> None:
    backoff = Backoff(1.0, 60.0, Ceiling())
    backoff.next_s()
    backoff.next_s()
    backoff.reset()
    assert backoff.next_s() == 1.0


@given(st.integers(), st.integers(1, 2000))
def test_every_delay_lies_between_zero_and_the_cap(seed: int, failures: int) -> None:
    backoff = Backoff(1.0, 60.0, Random(seed))
    assert all(0 <= backoff.next_s() <= 60 for _ in range(failures))


def test_delays_are_spread_so_that_many_do_not_come_at_once() -> None:
    first = {round(Backoff(1.0, 60.0, Random(seed)).next_s(), 6) for seed in range(100)}
    assert len(first) > 90
