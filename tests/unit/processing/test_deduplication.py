"""Each number once."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.processing.deduplication import MAX_MISSING_RANGES, SequenceWindow


@given(st.lists(st.integers(0, 300), min_size=1, max_size=400))
def test_any_stream_of_numbers_admits_each_exactly_once(numbers: list[int]) -> None:
    """Up to 300 numbers leave at most 150 ranges missing, so nothing is forgotten."""
    window = SequenceWindow(numbers[0])

    admitted = [number for number in numbers if window.admit(number)]

    assert admitted == list(dict.fromkeys(numbers))
    assert window.forgotten == 0


@given(st.lists(st.integers(-(2**63), 2**63), min_size=1, max_size=200))
def test_numbers_from_anywhere_are_admitted_once(numbers: list[int]) -> None:
    window = SequenceWindow(numbers[0])

    assert [number for number in numbers if window.admit(number)] == list(dict.fromkeys(numbers))


@given(st.lists(st.integers(0, 60), min_size=1))
def test_missing_counts_what_has_not_come_between_the_ends(numbers: list[int]) -> None:
    window = SequenceWindow(numbers[0])
    for number in numbers:
        window.admit(number)

    assert window.missing == max(numbers) - min(numbers) + 1 - len(set(numbers))


def test_the_oldest_missing_range_is_given_up_and_counted_when_too_many_are_missing() -> None:
    window = SequenceWindow(0)
    for number in range(0, 3 * (MAX_MISSING_RANGES + 2), 3):
        window.admit(number)

    assert window.forgotten == 2
    assert not window.admit(1)
    assert window.admit(4)


def test_a_wide_hole_filled_in_pieces_stays_bounded() -> None:
    window = SequenceWindow(0)
    window.admit(100_000)
    admitted = sum(window.admit(number) for number in range(2, 4_000, 2))

    assert admitted <= 1_999
    assert window.ranges <= MAX_MISSING_RANGES
    assert window.forgotten > 0


def test_what_was_forgotten_counts_as_seen_and_newer_numbers_still_come_in() -> None:
    window = SequenceWindow(0)
    window.admit(100_000)
    for number in range(2, 4_000, 2):
        window.admit(number)

    assert window.admit(100_001)
    assert not window.admit(100_001)
