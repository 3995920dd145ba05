"""The share of what came in lately that could not be used."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.monitoring.error_rate import Counts, ErrorRate, count
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status


def test_the_rate_is_that_of_the_last_minute() -> None:
    rate = ErrorRate()
    rate.note(Counts(0, 1_000, 900))
    rate.note(Counts(30_000, 2_000, 950))
    assert rate.note(Counts(61_000, 3_000, 960)) == 1.0


def test_nothing_received_gives_no_rate() -> None:
    rate = ErrorRate()
    assert rate.note(Counts(0, 0, 0)) is None
    assert rate.note(Counts(1_000, 0, 0)) is None


def test_counts_that_fall_start_anew() -> None:
    rate = ErrorRate()
    rate.note(Counts(0, 1_000, 500))
    assert rate.note(Counts(1_000, 10, 5)) is None
    assert rate.note(Counts(2_000, 20, 5)) == 0.0


def test_rejections_and_bad_frames_are_errors_and_duplicates_are_not() -> None:
    state = PipelineState()
    statistics = PipelineStatistics(at_ms=NOW_MS, received=100, rejected={"duplicate": 40, "not_finite": 2})
    state.apply(Event(1, statistics))
    state.apply(Event(2, a_feed_status(bad_frames={"not_json": 3})))
    assert count(state, NOW_MS) == Counts(NOW_MS, 103, 5)


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 1000), st.integers(0, 1000)), max_size=200))
def test_a_rate_lies_between_none_and_all(steps: list[tuple[int, int, int]]) -> None:
    rate, at_ms, received, errors = ErrorRate(), 0, 0, 0
    for passed_ms, good, bad in steps:
        at_ms, received, errors = at_ms + passed_ms, received + good + bad, errors + bad
        pct = rate.note(Counts(at_ms, received, errors))
        assert pct is None or 0 <= pct <= 100
