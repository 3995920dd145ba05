"""Columns of minutes."""

from rtp_tui.simulator.minutes import CAPACITY, MINUTE_MS, PastMinutes, flat


def test_minutes_come_back_as_they_went_in() -> None:
    minutes = [flat(i * MINUTE_MS, 10.0 + i) for i in range(5)]
    minutes[2].add(99.0, 2.0, buyer_is_maker=False)
    past = PastMinutes(minutes[:2])
    for minute in minutes[2:]:
        past.append(minute)
    assert past.between(MINUTE_MS, 4 * MINUTE_MS) == minutes[1:4]


def test_what_is_older_than_a_day_is_forgotten() -> None:
    past = PastMinutes()
    for i in range(CAPACITY * 2):
        past.append(flat(i * MINUTE_MS, 1.0))
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
