"""How long answers took."""

from rtp_tui.monitoring.response_times import (
    KEPT_OF_KIND,
    MOST_KINDS,
    MOST_TOLD,
    OTHER,
    WINDOW_S,
    ResponseClock,
)


def test_each_kind_has_its_own_percentiles_and_all_together_theirs() -> None:
    clock = ResponseClock()
    for number in range(100):
        clock.note("data", float(number + 1), 0.0)
        clock.note("state", 1000.0, 0.0, failed=number < 3)
    data, state = clock.by_kind(0.0)

    assert (data.kind, data.count, data.failures, data.ms.p50, data.ms.p99) == ("data", 100, 0, 51.0, 100.0)
    assert (state.kind, state.failures, state.ms.p95) == ("state", 3, 1000.0)
    assert (clock.count, clock.failures, clock.overall(0.0).p95) == (200, 3, 1000.0)


def test_what_is_older_than_five_minutes_counts_no_more_but_in_the_number() -> None:
    clock = ResponseClock()
    clock.note("data", 5_000.0, 0.0)
    clock.note("data", 10.0, WINDOW_S)

    assert clock.overall(WINDOW_S).p99 == 5_000.0
    assert clock.overall(WINDOW_S + 1).p99 == 10.0
    assert clock.by_kind(WINDOW_S + 1)[0].ms.p99 == 10.0
    assert clock.by_kind(WINDOW_S + 1)[0].count == 2


def test_a_flood_of_one_kind_does_not_hide_another() -> None:
    clock = ResponseClock()
    clock.note("data", 700.0, 0.0)
    for _ in range(10 * KEPT_OF_KIND):
        clock.note("state", 1.0, 0.0)

    assert {one.kind: one.ms.p99 for one in clock.by_kind(0.0)} == {"data": 700.0, "state": 1.0}


def test_kinds_are_bounded_and_the_surplus_is_counted_together() -> None:
    clock = ResponseClock()
    for number in range(MOST_KINDS + 50):
        clock.note(f"kind-{number}", 1.0, 0.0)
    told = clock.by_kind(0.0)

    assert len(told) == MOST_TOLD
    assert (told[0].kind, told[0].count) == (OTHER, 50)
    assert clock.count == MOST_KINDS + 50
