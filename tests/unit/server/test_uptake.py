"""Whether a peer reads, told from what it leaves unread."""

from rtp_tui.server.uptake import LEAST_TAKEN_BYTES, SAMPLES, Uptake


def verdicts(start: int, *unread: int) -> list[bool]:
    uptake = Uptake(start)
    return [uptake.has_stalled(count) for count in unread]


def test_a_peer_that_takes_nothing_has_stalled_after_a_row_of_samples() -> None:
    assert verdicts(1_000, *[1_000] * SAMPLES) == [False] * (SAMPLES - 1) + [True]


def test_a_peer_that_takes_a_little_now_and_then_has_stalled_too() -> None:
    step = LEAST_TAKEN_BYTES // SAMPLES // 2
    left = [1_000_000 - step * n for n in range(1, SAMPLES + 1)]

    assert verdicts(1_000_000, *left)[-1]


def test_a_peer_that_takes_enough_has_not_however_much_more_it_is_sent() -> None:
    assert not any(verdicts(0, *[LEAST_TAKEN_BYTES, 0] * SAMPLES * 3))


def test_each_row_of_samples_is_judged_by_itself() -> None:
    reading = [LEAST_TAKEN_BYTES * n for n in range(SAMPLES, 0, -1)]

    assert verdicts(LEAST_TAKEN_BYTES * 9, *reading, *[reading[-1]] * SAMPLES)[-1]
