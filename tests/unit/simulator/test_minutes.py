"""Columns of minutes."""

from weakref import ref

from rtp_tui.simulator.minutes import CAPACITY, MINUTE_MS, Minute, PastMinutes, flat


def test_minutes_come_back_as_they_went_in() -> None:
    minutes = [flat(i * MINUTE_MS, 10.0 + i) for i in range(5)]
    minutes[2].add(99.0, 2.0, buyer_is_maker=False)
    past = PastMinutes([0, MINUTE_MS], lambda: minutes[:2])
    for minute in minutes[2:]:
        past.append(minute)
    assert past.between(MINUTE_MS, 4 * MINUTE_MS) == minutes[1:4]


def test_a_past_is_not_invented_before_somebody_looks_at_it_and_then_once() -> None:
    asked: list[int] = []

    def invent() -> list[Minute]:
        asked.append(1)
        return [flat(0, 10.0), flat(MINUTE_MS, 11.0)]

    past = PastMinutes([0, MINUTE_MS], invent)
    past.append(flat(2 * MINUTE_MS, 12.0))
    assert (len(past), past.end_ms, asked) == (3, 3 * MINUTE_MS, [])
    assert [minute.close for minute in past.between(0, 3 * MINUTE_MS)] == [10.0, 11.0, 12.0]
    past.append(flat(3 * MINUTE_MS, 13.0))
    assert past.figures_since(MINUTE_MS, 1.0).open == 11.0
    assert (len(past), past.end_ms, asked) == (4, 4 * MINUTE_MS, [1])


def test_what_a_past_was_invented_from_is_let_go_of_when_that_is_done() -> None:
    def invent() -> list[Minute]:
        return [flat(0, 10.0)]

    past, inventing = PastMinutes([0], invent), ref(invent)
    del invent
    assert inventing() is not None
    past.between(0, MINUTE_MS)
    assert inventing() is None


def test_what_is_older_than_a_day_is_forgotten() -> None:
    past = PastMinutes()
    for i in range(CAPACITY * 2):
        past.append(flat(i * MINUTE_MS, 1.0))
        past.between(0, 0)
    assert CAPACITY <= len(past) <= CAPACITY + 60


def test_figures_of_no_minutes_are_the_price() -> None:
    figures = PastMinutes().figures_since(0, 7.0)
    assert (figures.open, figures.high, figures.low, figures.last, figures.volume) == (
        7.0,
        7.0,
        7.0,
        7.0,
        0.0,
    )


def test_minutes_that_nobody_looks_at_are_bounded_too_and_found_later() -> None:
    past = PastMinutes()
    for number in range(2 * CAPACITY):
        past.append(flat(number * MINUTE_MS, float(number)))
    assert len(past) <= CAPACITY + 60
    assert past.end_ms == 2 * CAPACITY * MINUTE_MS
    assert [one.close for one in past.between((2 * CAPACITY - 2) * MINUTE_MS, past.end_ms)] == [
        2.0 * CAPACITY - 2,
        2.0 * CAPACITY - 1,
    ]
