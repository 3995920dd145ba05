"""When turns come: by both clocks, over changes of clocks and over time that nobody saw."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.scheduling.schedule import (
    AfterClose,
    Cron,
    Every,
    IntervalTurns,
    Moment,
    WallTurns,
    duration_text,
    phase_of,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
YEARS = st.integers(1_577_836_800_000, 4_102_444_800_000)  # 2020 to 2100


def at(text: str) -> int:
    """UTC, as `2026-03-06 14:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "turn"),
    [
        ("0 6 * * *", "UTC", "2026-03-06 05:59:59.999", "2026-03-06 06:00"),
        ("0 6 * * *", "UTC", "2026-03-06 06:00", "2026-03-07 06:00"),
        ("30 9 * * 1-5", "America/New_York", "2026-03-06 15:00", "2026-03-09 13:30"),
        # 2026-03-08 has no 02:30 in New York: the turn comes when the clocks have gone forward.
        ("30 2 * * *", "America/New_York", "2026-03-08 06:59", "2026-03-08 07:00"),
        ("30 2 * * *", "America/New_York", "2026-03-08 07:00", "2026-03-09 06:30"),
        # 2026-11-01 has 01:30 twice: the first counts.
        ("30 1 * * *", "America/New_York", "2026-11-01 05:29", "2026-11-01 05:30"),
        ("30 1 * * *", "America/New_York", "2026-11-01 05:30", "2026-11-02 06:30"),
        ("30 1 * * *", "America/New_York", "2026-11-01 06:10", "2026-11-02 06:30"),
        # Every half hour goes on through both hours.
        ("*/30 * * * *", "America/New_York", "2026-11-01 05:30", "2026-11-01 06:00"),
        ("0 0 29 2 *", "UTC", "2026-01-01 00:00", "2028-02-29 00:00"),
        ("59 23 31 12 *", "Asia/Kolkata", "2026-12-31 18:28", "2026-12-31 18:29"),
        ("0 0 1 1 *", "UTC", "2037-06-01 00:00", "2038-01-01 00:00"),
    ],
)
def test_a_cron_expression_tells_the_time_of_its_zone(
    expression: str, timezone: str, after: str, turn: str
) -> None:
    assert Cron(expression, timezone).turn_after(at(after)) == at(turn)


crons = st.builds(
    Cron,
    st.sampled_from(
        ("* * * * *", "*/7 * * * *", "30 2 * * *", "0 1 * * 0", "15 */3 * * *", "0 0 1 * *", "30 1 * 3,11 *")
    ),
    st.sampled_from(("UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe")),
)


@given(crons, YEARS, st.integers(1, 400))
def test_turns_of_a_cron_expression_only_grow(cron: Cron, after_ms: int, minutes: int) -> None:
    first = cron.turn_after(after_ms)
    later = cron.turn_after(after_ms + minutes * 60_000)

    assert first is not None
    assert later is not None
    assert after_ms < first <= later


def closes_daily(market: str, now_ms: int) -> MarketSession:
    """A market that closes at 16:00 UTC each day."""
    close = datetime.fromtimestamp(now_ms / 1000, UTC).replace(hour=16, minute=0, second=0, microsecond=0)
    close_ms = int(close.timestamp()) * 1000
    next_close_ms = close_ms if close_ms > now_ms else close_ms + DAY_MS
    return MarketSession(
        market=market, session=SessionState.OPEN, timezone="UTC", next_close_ms=next_close_ms
    )


def knows_no_close(market: str, now_ms: int) -> MarketSession:
    return MarketSession(market=market, session=SessionState.UNKNOWN, timezone="UTC")


def test_a_turn_after_the_close_comes_once_per_close_within_a_minute_of_it() -> None:
    turn = AfterClose("XNYS").turn_after(at("2026-03-06 15:00"), closes_daily, 0.5)

    assert turn == at("2026-03-06 16:00:30")
    assert AfterClose("XNYS").turn_after(turn, closes_daily, 0.5) == at("2026-03-07 16:00:30")
    assert AfterClose("XNYS").turn_after(turn - 1, closes_daily, 0.5) == turn


def test_no_turn_comes_after_a_close_that_is_not_known() -> None:
    assert AfterClose("XNYS").turn_after(at("2026-03-06 15:00"), knows_no_close, 0.5) is None


def test_schedules_are_told_in_words() -> None:
    assert str(Every(30_000)) == "every 30 s"
    assert str(Cron("0 6 * * *", "UTC")) == "0 6 * * *"
    assert str(Cron("0 6 * * *", "Asia/Kolkata")) == "0 6 * * * Asia/Kolkata"
    assert str(AfterClose("XNYS")) == "after the close of XNYS"
    assert [duration_text(ms) for ms in (100, 1000, 90_000, 300_000, DAY_MS)] == [
        "100 ms",
        "1 s",
        "90 s",
        "5 min",
        "24 h",
    ]


def test_jobs_are_spread_over_their_interval_the_same_way_each_time() -> None:
    phases = [phase_of(f"job-{number}") for number in range(1000)]

    assert phases == [phase_of(f"job-{number}") for number in range(1000)]
    assert all(0 <= phase < 1 for phase in phases)
    tenths = [sum(low <= phase * 10 < low + 1 for phase in phases) for low in range(10)]
    assert all(60 < count < 140 for count in tenths)


def begun(interval_ms: int, phase: float = 0.0) -> IntervalTurns:
    turns = IntervalTurns(phase)
    turns.begin(Moment(0, 100.0), interval_ms)
    return turns


def test_a_first_turn_comes_soon_and_the_others_an_interval_apart() -> None:
    turns = begun(60_000, phase=0.5)

    assert turns.due_s == 105.0
    assert turns.take(Moment(0, 105.2), 60_000).late_ms == pytest.approx(200)
    assert turns.due_s == 165.0


def test_an_interval_that_was_slept_through_is_missed_once_and_not_made_up_for() -> None:
    turns = begun(1000)

    taken = turns.take(Moment(0, 160.5), 1000)

    assert (taken.is_missed, taken.runs) == (True, False)
    assert turns.due_s == 161.0


def test_a_long_interval_goes_on_over_a_restart() -> None:
    turns = IntervalTurns(0.5)
    turns.begin(Moment(10 * HOUR_MS, 100.0), DAY_MS, last_run_ms=4 * HOUR_MS)
    assert turns.due_s == pytest.approx(100 + 18 * 3600)

    turns.begin(Moment(40 * HOUR_MS, 100.0), DAY_MS, last_run_ms=4 * HOUR_MS)
    assert turns.due_s == pytest.approx(105)

    turns.begin(Moment(10 * HOUR_MS, 100.0), DAY_MS, last_run_ms=99 * HOUR_MS)  # from the future
    assert turns.due_s == pytest.approx(105)


@given(
    st.floats(0, 0.999),
    st.lists(st.tuples(st.floats(0, 5000), st.integers(100, 600_000)), min_size=1, max_size=30),
)
def test_interval_turns_lie_ahead_whatever_time_passes(phase: float, looks: list[tuple[float, int]]) -> None:
    turns = begun(looks[0][1], phase)
    now_s = 100.0
    for waited_s, interval_ms in looks:
        now_s += waited_s
        if turns.due_s > now_s:
            continue
        due_s = turns.due_s
        taken = turns.take(Moment(0, now_s), interval_ms)
        assert due_s <= now_s < turns.due_s <= now_s + interval_ms / 1000 + 1e-6
        assert taken.late_ms >= 0
        assert taken.runs == (not taken.is_missed)


def daily() -> WallTurns:
    return WallTurns(Cron("0 3 * * *", "UTC").turn_after)


def test_a_turn_that_passed_unseen_is_made_up_for_while_it_is_nearer_than_the_next() -> None:
    turns = daily()
    turns.begin(Moment(at("2026-03-06 02:00"), 0))

    soon = turns.take(Moment(at("2026-03-06 08:00"), 0))

    assert (soon.is_missed, soon.runs) == (True, True)
    assert turns.due_ms == at("2026-03-07 03:00")
    late = turns.take(Moment(at("2026-03-07 20:00"), 0))
    assert (late.is_missed, late.runs) == (True, False)
    assert turns.due_ms == at("2026-03-08 03:00")


def test_a_turn_of_an_earlier_run_that_it_did_not_see_is_made_up_for_likewise() -> None:
    turns = daily()

    turns.begin(Moment(at("2026-03-06 08:00"), 0), unseen_ms=at("2026-03-06 03:00"))
    assert turns.due_ms == at("2026-03-06 03:00")

    turns.begin(Moment(at("2026-03-06 20:00"), 0), unseen_ms=at("2026-03-06 03:00"))
    assert turns.due_ms == at("2026-03-07 03:00")


def test_turns_taken_are_not_repeated_when_the_clock_is_set_back_an_hour() -> None:
    turns = daily()
    turns.begin(Moment(at("2026-03-06 02:00"), 0))
    turns.take(Moment(at("2026-03-06 03:00"), 0))

    turns.look_again(Moment(at("2026-03-06 02:10"), 0))

    assert turns.due_ms == at("2026-03-07 03:00")


def test_a_clock_that_is_set_back_far_was_wrong_before() -> None:
    turns = daily()
    turns.begin(Moment(at("2038-03-06 02:00"), 0))
    turns.take(Moment(at("2038-03-06 03:00"), 0))

    turns.look_again(Moment(at("2026-03-06 02:10"), 0))

    assert turns.due_ms == at("2026-03-06 03:00")


@given(crons, YEARS, st.lists(st.integers(-int(2 * HOUR_MS), 3 * DAY_MS), min_size=1, max_size=20))
def test_wall_turns_lie_ahead_and_are_never_early_however_the_clock_steps(
    cron: Cron, now_ms: int, steps: list[int]
) -> None:
    turns = WallTurns(cron.turn_after)
    turns.begin(Moment(now_ms, 0))
    for step_ms in steps:
        now_ms += step_ms
        now = Moment(now_ms, 0)
        if step_ms < 0:
            turns.look_again(now)
        assert turns.due_ms is not None
        if turns.due_ms <= now_ms:
            due_ms = turns.due_ms
            taken = turns.take(now)
            assert taken.late_ms == now_ms - due_ms
            assert turns.due_ms > due_ms
        assert turns.due_ms > now_ms


def test_a_day_of_a_change_of_clocks_has_each_daily_turn_once() -> None:
    for timezone in ("America/New_York", "Europe/London"):
        cron = Cron("30 1 * * *", timezone)
        turn = at("2026-01-01 00:00")
        days = []
        for _ in range(365):
            following = cron.turn_after(turn)
            assert following is not None
            turn = following
            days.append(datetime.fromtimestamp(turn / 1000, UTC).date())
        assert days == [days[0] + timedelta(days=day) for day in range(365)]
