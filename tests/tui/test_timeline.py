"""Which changes become lines of the timeline, and in which words."""

from typing import Any

import pytest

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.events import Batch, Event, Payload
from rtp_tui.model.feeds import ActiveFeed
from rtp_tui.model.gaps import Gap, GapCause, GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobOutcome, JobRemoved, JobState, Progress
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.follower import RUNS_KEPT, Follower
from rtp_tui.tui.gathering import GATHERED_FOR_MS
from rtp_tui.tui.news.words import run_text
from rtp_tui.tui.timeline import Timeline
from tests.factories import NOW_MS, a_breaker, a_job, a_run
from tests.tui.scenes import a_state


def noted(payload: Payload, before: PipelineState | None = None) -> list[tuple[str, str, Tone]]:
    timeline = Timeline()
    timeline.note(payload, before or a_state(), NOW_MS)
    return [(entry.source, entry.message, entry.tone) for entry in timeline.entries]


def an_active(instrument: str, feed: str, reason: str = "", since_ms: int = NOW_MS) -> ActiveFeed:
    return ActiveFeed(instrument=InstrumentId(instrument), feed=feed, since_ms=since_ms, reason=reason)


def told(*payloads: Payload) -> list[tuple[str, str, Tone]]:
    """What a follower that heard these in turn says."""
    follower = Follower()
    for seq, payload in enumerate(payloads):
        follower.take(Batch(seq, (Event(seq, payload),)), 0.0, NOW_MS)
    return [(entry.source, entry.message, entry.tone) for entry in follower.timeline.entries]


def test_a_standby_that_takes_over_is_told_with_the_reason_and_so_is_the_way_back() -> None:
    preferred = an_active("crypto:BTC", "binance:BTCUSDT")
    standby = an_active("crypto:BTC", "okx:BTC-USDT", "binance:BTCUSDT is silent")
    assert told(preferred) == []
    assert told(standby, preferred) == told(preferred, standby, preferred)
    assert told(preferred, standby, preferred) == [
        ("crypto:BTC", "priced by okx as standby: binance:BTCUSDT is silent", Tone.WARN),
        ("crypto:BTC", "priced by binance again", Tone.OK),
    ]


def test_the_same_switch_of_many_instruments_is_one_line() -> None:
    names = [f"crypto:C{n}" for n in range(6)]
    before = [an_active(name, "binance:x") for name in names]
    after = [an_active(name, "okx:y", "binance:x is silent") for name in names]
    words = "priced by okx as standby: C0, C1, C2, C3 and 2 more"
    assert told(*before, *after) == [("6 instruments", words, Tone.WARN)]


def test_switches_that_lie_far_apart_have_lines_of_their_own() -> None:
    names = ["crypto:A", "crypto:B"]
    before = [an_active(name, "binance:x") for name in names]
    late = NOW_MS + GATHERED_FOR_MS + 1
    after = [an_active(names[0], "okx:y", "why"), an_active(names[1], "okx:y", "why", late)]
    assert [entry[0] for entry in told(*before, *after)] == names


def test_minutes_that_are_missing_for_the_same_reason_are_one_line() -> None:
    gaps = [
        Gap(
            instrument=InstrumentId(name),
            from_ms=0,
            to_ms=60_000,
            cause=GapCause.DISCONNECT,
            state=GapState.OPEN,
            found_ms=NOW_MS,
            changed_ms=NOW_MS,
        )
        for name in ("crypto:A", "crypto:B", "crypto:C")
    ]
    words = "1 minute missing (disconnect): open"
    assert told(gaps[0]) == [("crypto:A", words, Tone.WARN)]
    assert told(*gaps) == [("3 instruments", f"{words}: A, B, C", Tone.WARN)]


def test_a_failed_run_tells_how_long_it_took_and_why_it_failed() -> None:
    run = a_run(outcome=JobOutcome.FAILED, error="HTTP 503", ended_ms=NOW_MS + 3_200, attempts=3)
    assert noted(run) == [("crypto-prices", "failed after 3.2s, 3 attempts: HTTP 503", Tone.BAD)]


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [(JobOutcome.TIMED_OUT, Tone.BAD), (JobOutcome.MISSED, Tone.WARN), (JobOutcome.CANCELLED, Tone.WARN)],
)
def test_runs_that_came_to_nothing_are_told(outcome: JobOutcome, tone: Tone) -> None:
    assert [entry[2] for entry in noted(a_run(outcome=outcome))] == [tone]


@pytest.mark.parametrize("outcome", [JobOutcome.SUCCEEDED, JobOutcome.SKIPPED])
def test_ordinary_runs_do_not_fill_the_timeline(outcome: JobOutcome) -> None:
    assert noted(a_run(outcome=outcome)) == []


def test_a_run_that_somebody_asked_for_is_told_when_it_succeeds() -> None:
    run = a_run(triggered=True, progress=Progress(12, 12))
    assert noted(run) == [("crypto-prices", "succeeded in 420ms, 12/12", Tone.OK)]


def test_a_breaker_that_opens_tells_why_and_when_it_probes() -> None:
    now = a_breaker(
        state=BreakerState.OPEN, since_ms=NOW_MS, next_probe_ms=NOW_MS + 30_000, last_error="HTTP 503"
    )
    words = "breaker open, probe in 30s: HTTP 503"
    assert noted(now, a_state(a_breaker())) == [("coingecko/prices", words, Tone.BAD)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BreakerState.CLOSED, "breaker closed"),
        (BreakerState.HALF_OPEN, "breaker half open"),
        (BreakerState.FORCED_OPEN, "breaker forced open"),
        (BreakerState.FORCED_CLOSED, "breaker forced closed"),
    ],
)
def test_every_change_of_a_breaker_has_words(state: BreakerState, words: str) -> None:
    entries = noted(a_breaker(state=state), a_state(a_breaker(state=BreakerState.OPEN)))
    assert [entry[1] for entry in entries] == [words]


def test_calls_of_a_breaker_that_stays_as_it_is_are_not_told() -> None:
    assert noted(a_breaker(calls=5), a_state(a_breaker())) == []
    assert noted(a_breaker()) == []


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({}, {"state": JobState.PAUSED}, ["paused"]),
        ({"state": JobState.PAUSED}, {}, ["resumed"]),
        ({}, {"state": JobState.DISABLED}, ["disabled"]),
        ({"state": JobState.DISABLED}, {}, ["enabled"]),
        ({}, {"state": JobState.RUNNING}, []),
        ({"state": JobState.RUNNING}, {}, []),
    ],
)
def test_what_somebody_did_to_a_job_is_told(
    before: dict[str, Any], now: dict[str, Any], words: list[str]
) -> None:
    assert [entry[1] for entry in noted(a_job(**now), a_state(a_job(**before)))] == words


def test_a_job_that_is_removed_is_told() -> None:
    assert noted(JobRemoved(id="x")) == [("x", "removed", Tone.INFO)]


def test_the_words_of_a_run_without_progress_or_error_are_short() -> None:
    assert run_text(a_run()) == "succeeded in 420ms"


def test_no_more_runs_are_kept_than_there_is_room_for() -> None:
    follower = Follower()
    for seq in range(RUNS_KEPT + 5):
        follower.take(Batch(seq, (Event(seq, a_run(started_ms=seq)),)), 0.0, NOW_MS)
    assert len(follower.runs) == RUNS_KEPT
    assert follower.runs[-1].started_ms == RUNS_KEPT + 4
