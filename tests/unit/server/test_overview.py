"""The pages that sum up the whole."""

from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.statistics import PipelineStatistics, ServerStatus
from rtp_tui.server.feed_bodies import feed_bodies
from rtp_tui.server.overview import StatsBody, errors, stats_body
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status
from tests.scripted_pipeline import a_snapshot


def a_state(*feeds: FeedStatus, statistics: PipelineStatistics | None = None) -> PipelineState:
    return PipelineState.of(a_snapshot(feeds=feeds, statistics=statistics))


def stats(state: PipelineState) -> StatsBody:
    return stats_body(state, ServerStatus(at_ms=NOW_MS), NOW_MS)


def test_bad_frames_are_told_by_reason_for_each_feed_and_for_all_together() -> None:
    state = a_state(
        a_feed_status(bad_frames={"not_json": 3, "too_big": 1}),
        a_feed_status(name="okx", source="okx", bad_frames={"not_json": 2}),
    )

    assert stats(state).bad_frames == {"not_json": 5, "too_big": 1}
    assert feed_bodies(state)[0].bad_frames == {"not_json": 3, "too_big": 1}
    assert errors(state) == 6


def test_trades_too_late_for_any_bar_are_told() -> None:
    state = a_state(statistics=PipelineStatistics(at_ms=NOW_MS, bars_too_late=7))

    assert stats(state).bars_too_late == 7


def test_numbers_given_up_are_told() -> None:
    state = a_state(statistics=PipelineStatistics(at_ms=NOW_MS, numbers_forgotten=7))

    assert stats(state).numbers_forgotten == 7
