"""What the last 24 hours added."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.rolling_day import MINUTE_MS, MINUTES_A_DAY, RollingDay
from rtp_tui.monitoring.uptime import Uptime

steps = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50)), min_size=1, max_size=40)


def played(day: RollingDay, added: list[tuple[int, int]], count: int = 0) -> dict[str, int]:
    """Each step: at which minute, and how much more was counted by then."""
    sums: dict[str, int] = {}
    for minute, more in added:
        count += more
        sums = day.note({"ticks": count}, minute * MINUTE_MS + 7)
    return sums


def at_minutes(given_steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    minute, placed = 0, []
    for wait, more in given_steps:
        minute += wait
        placed.append((minute, more))
    return placed


@given(steps)
def test_the_sum_is_that_of_the_minutes_of_the_last_day(given_steps: list[tuple[int, int]]) -> None:
    placed = at_minutes(given_steps)
    oldest = placed[-1][0] - MINUTES_A_DAY
    assert played(RollingDay(), placed) == {"ticks": sum(more for minute, more in placed if minute > oldest)}


@given(steps, st.integers(0, 40))
def test_a_restart_changes_nothing_of_what_was_counted(given_steps: list[tuple[int, int]], cut: int) -> None:
    placed = at_minutes(given_steps)
    before, after = placed[: min(cut, len(placed) - 1)], placed[min(cut, len(placed) - 1) :]
    first = RollingDay()
    kept: dict[int, Tally] = {}
    for number in range(len(before)):
        played_now = before[number : number + 1]
        count = sum(more for _, more in before[: number + 1])
        first.note({"ticks": count}, played_now[0][0] * MINUTE_MS)
        kept.update({tally.start_ms: tally for tally in first.take_changed()})
    second = RollingDay()
    second.restore(kept[start_ms] for start_ms in sorted(kept))
    assert played(second, after) == played(RollingDay(), placed)


def test_a_count_that_fell_adds_nothing_and_a_clock_set_back_adds_to_the_newest_minute() -> None:
    day = RollingDay()
    day.note({"ticks": 10}, 9 * MINUTE_MS)
    assert day.note({"ticks": 4}, 9 * MINUTE_MS) == {"ticks": 10}
    assert day.note({"ticks": 6}, 5 * MINUTE_MS) == {"ticks": 12}
    assert [tally.start_ms for tally in day.take_changed()] == [9 * MINUTE_MS]
    assert day.take_changed() == ()


def test_of_minutes_that_nobody_takes_no_more_than_a_day_waits() -> None:
    day = RollingDay()
    played(day, [(minute, 1) for minute in range(2 * MINUTES_A_DAY)])
    assert len(day.take_changed()) <= MINUTES_A_DAY


def test_a_clock_set_back_by_more_than_a_day_begins_anew() -> None:
    day = RollingDay()
    day.note({"ticks": 10}, 5000 * MINUTE_MS)
    assert day.note({"ticks": 13}, 9 * MINUTE_MS) == {"ticks": 3}


def a_day(minutes: list[int]) -> RollingDay:
    day = RollingDay()
    day.restore(
        Tally(MINUTE_MS, minute * MINUTE_MS, "", msgspec.json.encode({"ticks": 5}).decode())
        for minute in minutes
    )
    return day


def test_minutes_without_an_engine_count_against_the_time_up_and_closed_ones_do_not() -> None:
    day = a_day([10, 11, 12, 13, 18, 19])

    def all_open(_market: str, start_ms: int, end_ms: int) -> int:
        return end_ms - start_ms

    def open_till_14(_market: str, start_ms: int, end_ms: int) -> int:
        return max(0, min(end_ms, 14 * MINUTE_MS) - start_ms)

    assert Uptime(day, lambda: ["24x7"], all_open).pct(20 * MINUTE_MS) == round(100 * 5 / 9, 3)
    assert Uptime(day, lambda: ["XNYS"], open_till_14).pct(20 * MINUTE_MS) == 100
    assert Uptime(day, list, all_open).pct(20 * MINUTE_MS) is None
    assert Uptime(RollingDay(), lambda: ["24x7"], all_open).pct(20 * MINUTE_MS) is None
