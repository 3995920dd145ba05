from collections.abc import Sequence

import pytest

from rtp_tui.feeds.intake import OFFSET_EVERY, Intake
from rtp_tui.model.market import BadFrame, Tick
from rtp_tui.sources.contract import Notice
from tests.factories import BTC, ETH, a_quote_tick, a_trade


def an_intake(*said: Sequence[Tick] | Notice) -> tuple[Intake, list[Tick]]:
    accepted: list[Tick] = []
    answers = iter(said)
    return Intake(lambda frame, received_ms: next(answers), accepted.append), accepted


def test_observations_are_handed_on_in_order() -> None:
    first, second, third = a_trade(sequence=1), a_trade(sequence=2), a_trade(sequence=3)
    intake, accepted = an_intake((first, second), (), (third,))
    assert [intake.take(b"{}", 5) for _ in range(3)] == [None, None, None]
    assert accepted == [first, second, third]
    assert (intake.frames, intake.last_received_ms) == (3, 5)


def test_bad_frames_are_counted_by_reason_and_other_notices_are_not() -> None:
    bad = Notice(bad=BadFrame.NOT_JSON)
    intake, accepted = an_intake(bad, bad, Notice(bad=BadFrame.WRONG_SHAPE), Notice(closing=True))
    for _ in range(4):
        intake.take(b"x", 5)
    assert dict(intake.bad) == {"not_json": 2, "wrong_shape": 1}
    assert accepted == []
    assert intake.frames == 4


def test_a_bug_in_what_takes_the_observations_is_not_hidden() -> None:
    def refuse(tick: Tick) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Intake(lambda frame, received_ms: (a_trade(),), refuse).take(b"{}", 5)


def test_the_last_frame_of_an_instrument_is_kept_short_safe_and_without_secrets() -> None:
    intake, _ = an_intake((a_trade(),), (a_trade(instrument=ETH),))
    intake.take(b'{"token":"sesame","note":"\x1b[2J\xff' + b"x" * 5000, 7)
    raw = intake.raw(BTC)
    assert raw is not None
    assert raw.text.startswith('{"token":"***","note":"\ufffdxxx')
    assert (len(raw.text) <= 1024, raw.received_ms) == (True, 7)
    assert intake.raw(ETH) is None


def test_an_instrument_is_heard_of_by_frames_after_a_given_one() -> None:
    intake, _ = an_intake((a_trade(),), ())
    assert not intake.heard_since(BTC, 0)
    intake.take(b"{}", 7)
    assert intake.heard_since(BTC, 0)
    assert not intake.heard_since(BTC, 1)
    assert not intake.heard_since(ETH, 0)


def test_the_clocks_are_compared_now_and_then_where_the_wire_has_a_time() -> None:
    ticks = [(a_trade(event_ms=1_272),)] * OFFSET_EVERY
    intake, _ = an_intake(*ticks)
    for _ in ticks:
        intake.take(b"{}", 1_000)
    assert (intake.offset.median_ms(), intake.last_event_ms) == (272, 1_272)


def test_observations_without_a_time_leave_the_last_time_alone() -> None:
    intake, _ = an_intake((a_trade(event_ms=5),), (a_quote_tick(),))
    intake.take(b"{}", 1)
    intake.take(b"{}", 2)
    assert (intake.last_event_ms, intake.last_received_ms) == (5, 2)


def test_what_is_rejected_does_not_move_the_last_time_of_the_venue() -> None:
    ticks = iter([(a_trade(event_ms=5),), (a_trade(event_ms=9_000_000_000_000),)])
    intake = Intake(lambda frame, received_ms: next(ticks), lambda tick: tick.event_ms == 5)
    intake.take(b"{}", 1)
    intake.take(b"{}", 2)
    assert intake.last_event_ms == 5
