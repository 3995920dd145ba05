"""How long ago, and how often, an instrument is heard."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.monitoring.cadence import Cadence

START_MS, START_S = 1_790_000_000_000, 1000.0


def heard_every(*gaps_s: float) -> Cadence:
    """Heard at these gaps, the first two apart by one that cannot be learned from."""
    cadence = Cadence(START_MS, START_MS, START_S)
    at_s = 0.0
    for gap_s in (1.0, *gaps_s):
        before_s = START_S + at_s
        at_s += gap_s
        cadence.observe(START_MS + int(at_s * 1000), START_MS + int(at_s * 1000), START_S + at_s, before_s)
    return cadence


def test_a_lively_instrument_is_expected_as_often_as_its_feed_says() -> None:
    assert heard_every(*[1.0] * 20).expected_ms(5_000) == 5_000


def test_a_quiet_instrument_is_expected_at_three_times_its_typical_gap() -> None:
    assert heard_every(*[12.0] * 20).expected_ms(5_000) == 36_000


def test_nothing_is_expected_more_rarely_than_once_a_minute_for_its_quietness() -> None:
    assert heard_every(*[300.0] * 20).expected_ms(5_000) == 60_000
    assert heard_every(*[400.0] * 20).expected_ms(300_000) == 300_000


def test_two_gaps_teach_nothing() -> None:
    assert heard_every(12.0, 12.0).expected_ms(5_000) == 5_000


def test_a_gap_in_which_the_connection_was_lost_teaches_nothing() -> None:
    cadence = Cadence(START_MS, START_MS, START_S)
    for n in range(1, 20):
        cadence.interrupt()
        cadence.observe(START_MS + n * 30_000, START_MS + n * 30_000, START_S + n * 30, START_S)
    assert cadence.expected_ms(5_000) == 5_000


def test_an_age_survives_a_wall_clock_that_was_set_back() -> None:
    cadence = Cadence(START_MS, START_MS, START_S)
    cadence.observe(START_MS - 3_600_000, START_MS - 3_600_000 + 500, START_S + 1, START_S)
    assert cadence.age_ms(START_S + 1) == 500
    assert cadence.age_ms(START_S + 31) == 30_500


def test_a_time_stamped_before_the_clock_was_set_ahead_is_not_an_hour_old() -> None:
    cadence = Cadence(START_MS, START_MS, START_S)
    cadence.observe(START_MS + 500, START_MS + 3_600_000, START_S + 1, START_S)
    assert cadence.age_ms(START_S + 1) == 1_000


@given(st.lists(st.tuples(st.integers(-(10**10), 10**10), st.floats(0, 1e5)), max_size=20))
def test_an_age_is_never_negative_and_the_expectation_is_bounded(looks: list[tuple[int, float]]) -> None:
    cadence = Cadence(START_MS, START_MS, START_S)
    now_s = START_S
    for received_ms, passed_s in looks:
        before_s, now_s = now_s, now_s + passed_s
        cadence.observe(START_MS + received_ms, START_MS + int(now_s * 1000), now_s, before_s)
        assert cadence.age_ms(now_s) >= 0
        assert 5_000 <= cadence.expected_ms(5_000) <= 60_000
