from rtp_tui.tui.link import FALLBACK_S, FEWEST_ROWS, MOST_ROWS, PATIENCE_S, Link


def test_the_first_frame_may_be_sent_and_the_next_only_after_the_answer() -> None:
    link = Link()
    assert link.may_send(0.0)
    assert link.sent(0.0)
    assert not link.may_send(0.1)
    link.answered(0.25)
    assert link.may_send(0.25)
    assert link.rtt_ms == 250.0


def test_a_missing_answer_is_given_up_after_five_seconds() -> None:
    link = Link()
    link.sent(0.0)
    assert not link.may_send(PATIENCE_S - 0.01)
    assert link.may_send(PATIENCE_S)
    assert link.sent(PATIENCE_S)


def test_after_two_silences_frames_go_out_at_three_a_second_and_nothing_is_asked() -> None:
    link = Link()
    now = 0.0
    for _ in range(2):
        link.sent(now)
        now += PATIENCE_S
        assert link.may_send(now)
    assert link.is_mute
    assert not link.sent(now)
    assert not link.may_send(now + FALLBACK_S / 2)
    assert link.may_send(now + FALLBACK_S)


def test_a_late_answer_brings_the_pacing_back() -> None:
    link = Link()
    for now in (0.0, 5.0):
        link.sent(now)
        link.may_send(now + PATIENCE_S)
    link.answered(11.0)
    assert not link.is_mute
    assert link.sent(11.0)


def test_a_second_frame_does_not_ask_again_while_an_answer_is_out() -> None:
    link = Link()
    link.sent(0.0)
    assert not link.sent(0.05)


def test_a_closing_link_sends_nothing_and_still_waits_for_what_is_out() -> None:
    link = Link()
    link.sent(0.0)
    link.close()
    assert link.awaits_answer
    assert not link.may_send(0.1)
    link.answered(0.2)
    assert not link.awaits_answer
    assert not link.may_send(0.3)
    assert not link.sent(0.3)


def answer_after(link: Link, seconds: float, times: int, now: float = 0.0) -> float:
    for _ in range(times):
        link.sent(now)
        link.answered(now + seconds)
        now += 1.0
    return now


def test_a_slow_link_gets_fewer_rows_a_frame_and_a_quick_one_all() -> None:
    link = Link()
    now = answer_after(link, 0.005, 1)
    now = answer_after(link, 0.5, 5, now)
    assert link.rows == FEWEST_ROWS
    answer_after(link, 0.005, 60, now)
    assert link.rows == MOST_ROWS


def test_a_far_terminal_with_a_quick_link_gets_all_rows() -> None:
    link = Link()
    answer_after(link, 0.3, 20)
    assert link.rows == MOST_ROWS


def test_a_terminal_that_is_back_is_asked_anew_and_owes_no_answer() -> None:
    link = Link()
    link.sent(0.0)
    link.close()
    assert not link.may_send(1.0)
    link.open()
    assert not link.awaits_answer
    assert link.may_send(1.0)
    assert link.sent(1.0)
