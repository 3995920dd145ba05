import pytest

from rtp_tui.tui.frame_clock import LOCAL_FPS, SLOWEST_FPS, SSH_FPS, FrameClock


def test_ten_frames_a_second_here_and_four_over_ssh() -> None:
    assert FrameClock().fps == pytest.approx(LOCAL_FPS)
    assert FrameClock(over_ssh=True).fps == pytest.approx(SSH_FPS)


def test_frames_that_come_late_make_it_slower_down_to_one_a_second() -> None:
    clock = FrameClock()
    clock.woke_late_by(0.2)
    assert clock.fps < LOCAL_FPS
    for _ in range(50):
        clock.woke_late_by(5.0)
    assert clock.fps == pytest.approx(SLOWEST_FPS)


def test_it_recovers_to_its_full_pace_and_not_beyond() -> None:
    clock = FrameClock()
    clock.woke_late_by(1.0)
    for _ in range(50):
        clock.woke_late_by(0.001)
    assert clock.fps == pytest.approx(LOCAL_FPS)
