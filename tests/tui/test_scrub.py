"""Going through time: steps, one question at a time, and what is shown of a moment."""

from itertools import pairwise

from msgspec.structs import replace

from rtp_tui.model.events import Snapshot
from rtp_tui.tui.scrub import HELD_FACTOR, HELD_PRESSES, LEAP_MS, STEP_MS, Recalled, Scrub, recalled
from rtp_tui.tui.timeline import Timeline
from tests.factories import NOW_MS, a_run
from tests.frozen_pipeline import a_snapshot

NOW_MS = NOW_MS // STEP_MS * STEP_MS + 3_000
"""Three seconds after a whole step."""
WHOLE_MS = NOW_MS - 3_000


def a_past(at_ms: int) -> Recalled:
    return recalled(replace(a_snapshot(), at_ms=at_ms), (), ())


def scrub_at(at_ms: int) -> Scrub:
    scrub = Scrub()
    scrub.go(at_ms, NOW_MS)
    assert scrub.next_question() == at_ms
    scrub.take(a_past(at_ms))
    return scrub


def test_the_first_steps_lead_to_whole_steps_before_now() -> None:
    scrub = Scrub()
    scrub.step(-STEP_MS, 0.0, NOW_MS)
    assert scrub.sought_ms == WHOLE_MS - STEP_MS
    scrub.step(-STEP_MS, 5.0, NOW_MS)
    assert scrub.sought_ms == WHOLE_MS - 2 * STEP_MS
    scrub.step(-LEAP_MS, 9.0, NOW_MS)
    assert scrub.sought_ms == WHOLE_MS - 2 * STEP_MS - LEAP_MS


def test_a_step_on_from_the_newest_moment_is_the_present() -> None:
    scrub = scrub_at(WHOLE_MS)
    scrub.step(STEP_MS, 0.0, NOW_MS)
    assert (scrub.shown, scrub.sought_ms) == (None, None)


def test_a_step_on_stays_in_the_past_until_now() -> None:
    scrub = scrub_at(WHOLE_MS - 5 * STEP_MS)
    scrub.step(STEP_MS, 0.0, NOW_MS)
    assert scrub.sought_ms == WHOLE_MS - 4 * STEP_MS


def test_a_key_that_is_held_down_goes_faster_and_slowly_again_afterwards() -> None:
    scrub = Scrub()
    scrub.go(WHOLE_MS, NOW_MS)
    moments = [WHOLE_MS]
    for press in range(HELD_PRESSES + 2):
        scrub.step(-STEP_MS, press * 0.05, NOW_MS)
        moments.append(scrub.sought_ms or 0)
    steps = [before - after for before, after in pairwise(moments)]
    assert steps == [STEP_MS] * HELD_PRESSES + [HELD_FACTOR * STEP_MS] * 2
    scrub.step(-STEP_MS, 60.0, NOW_MS)
    assert moments[-1] - (scrub.sought_ms or 0) == STEP_MS


def test_of_many_wishes_the_newest_alone_is_asked_once_the_answer_before_has_come() -> None:
    scrub = Scrub()
    for back in range(1, 5):
        scrub.go(WHOLE_MS - back * STEP_MS, NOW_MS)
        if back == 1:
            assert scrub.next_question() == WHOLE_MS - STEP_MS
        assert scrub.next_question() is None
    scrub.take(a_past(WHOLE_MS - STEP_MS))
    assert scrub.shown is not None
    assert scrub.shown.at_ms == WHOLE_MS - STEP_MS
    assert scrub.next_question() == WHOLE_MS - 4 * STEP_MS


def test_an_answer_that_comes_after_going_back_to_now_shows_nothing() -> None:
    scrub = Scrub()
    scrub.go(WHOLE_MS, NOW_MS)
    scrub.next_question()
    scrub.leave()
    assert not scrub.take(a_past(WHOLE_MS))
    assert scrub.shown is None


def test_a_refused_moment_leaves_what_was_shown() -> None:
    scrub = scrub_at(WHOLE_MS)
    scrub.go(0, NOW_MS)
    assert scrub.next_question() == 0
    assert scrub.refuse(0)
    assert scrub.shown is not None
    assert (scrub.shown.at_ms, scrub.sought_ms, scrub.next_question()) == (WHOLE_MS, None, None)


def test_a_refused_moment_from_the_present_leaves_the_present() -> None:
    scrub = Scrub()
    scrub.go(WHOLE_MS, NOW_MS)
    scrub.next_question()
    scrub.refuse(WHOLE_MS)
    assert (scrub.shown, scrub.sought_ms) == (None, None)


def test_nothing_that_happened_after_the_moment_is_told() -> None:
    timeline = Timeline()
    for at_ms in (WHOLE_MS - 2_000, WHOLE_MS, WHOLE_MS + 1):
        timeline.note_versions(f"at {at_ms - WHOLE_MS}", at_ms)
    runs = (a_run(started_ms=WHOLE_MS - 9, ended_ms=WHOLE_MS), a_run(ended_ms=WHOLE_MS + 1))
    past = recalled(replace(a_snapshot(), at_ms=WHOLE_MS), timeline.entries, runs)
    assert [entry.message for entry in past.timeline] == ["at -2000", "at 0"]
    assert [entry.number for entry in past.timeline] == [1, 2]
    assert past.runs == runs[:1]


def test_what_the_store_tells_of_the_time_before_comes_first_and_only_of_the_moment_shown() -> None:
    timeline = Timeline()
    timeline.note_versions("older", 1)
    scrub = scrub_at(WHOLE_MS)
    before = scrub.shown
    scrub.add_entries(WHOLE_MS - 1, tuple(timeline.entries))
    assert scrub.shown == before
    scrub.add_entries(WHOLE_MS, tuple(timeline.entries))
    assert scrub.shown is not None
    assert [entry.message for entry in scrub.shown.timeline] == ["older"]


def test_prices_are_of_when_they_were_noted_and_what_is_asked_of_now_is_not_known() -> None:
    past = recalled(Snapshot(epoch="e", seq=1, at_ms=WHOLE_MS, prices_ms=WHOLE_MS - 7), (), ())
    assert past.prices_ms == WHOLE_MS - 7
    assert "not kept of the past" in past.answers.refusals["scores"]
