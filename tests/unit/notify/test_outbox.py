"""What waits, in which order, for how long, and what becomes of it."""

from msgspec.structs import replace

from rtp_tui.model.notifications import Delivery, DeliveryState
from rtp_tui.notify.outbox import MOST_DEAD, MOST_TOGETHER, MOST_WAITING, RETRY_CAP_S, Outbox
from rtp_tui.notify.settings import NotificationSettings
from tests.factories import NOW_MS, a_delivery, a_message

SETTINGS = NotificationSettings(group_within_ms=5_000, max_attempts=3, max_age_ms=60_000)


def an_outbox(**changes: object) -> Outbox:
    return Outbox("slack", replace(SETTINGS, **changes), lambda: 1.0)


def keys(delivery: Delivery | None) -> list[str]:
    return [] if delivery is None else [message.key for message in delivery.messages]


def test_a_message_is_due_at_once() -> None:
    outbox = an_outbox()
    [added] = outbox.add(a_message(), NOW_MS)

    assert outbox.due(NOW_MS, 0.0) == added
    assert (added.channel, added.key, added.state) == ("slack", "fired-a1", DeliveryState.WAITING)


def test_a_message_that_comes_again_is_not_taken_even_after_it_was_sent() -> None:
    outbox = an_outbox()
    [added] = outbox.add(a_message(), NOW_MS)
    assert outbox.add(a_message(), NOW_MS) == ()

    outbox.sent(added, NOW_MS)

    assert outbox.add(a_message(), NOW_MS) == ()
    assert outbox.waiting == 0


def test_what_follows_soon_goes_together_and_the_first_at_once() -> None:
    outbox = an_outbox()
    for after_ms, key in ((0, "a"), (1_000, "b"), (2_000, "c"), (4_900, "d")):
        outbox.add(a_message(key=key), NOW_MS + after_ms, may_join=True)

    first = outbox.due(NOW_MS, 0.0)
    assert first is not None
    outbox.sent(first, NOW_MS)
    assert keys(first) == ["a"]
    assert outbox.due(NOW_MS + 4_999, 0.0) is None
    assert keys(outbox.due(NOW_MS + 5_000, 0.0)) == ["b", "c", "d"]


def test_a_steady_stream_makes_one_message_a_window() -> None:
    outbox = an_outbox(max_age_ms=10**9)
    for second in range(60):
        outbox.add(a_message(key=str(second)), NOW_MS + second * 1000, may_join=True)

    assert outbox.waiting == 13


def test_nothing_joins_a_delivery_that_was_handed_out_whatever_the_clock_does() -> None:
    outbox = an_outbox()
    outbox.add(a_message(key="a"), NOW_MS, may_join=True)
    outbox.add(a_message(key="b"), NOW_MS + 1_000, may_join=True)
    first = outbox.due(NOW_MS, 0.0)
    assert first is not None
    outbox.sent(first, NOW_MS)
    handed_out = outbox.due(NOW_MS + 5_000, 0.0)
    outbox.add(a_message(key="c"), NOW_MS + 1_500, may_join=True)

    assert keys(handed_out) == ["b"]
    assert outbox.waiting == 2


def test_so_many_go_together_and_no_more() -> None:
    outbox = an_outbox()
    for number in range(MOST_TOGETHER + 2):
        outbox.add(a_message(key=str(number)), NOW_MS, may_join=True)

    assert outbox.waiting == 3


def test_a_clock_that_stepped_back_keeps_nothing_waiting() -> None:
    outbox = an_outbox()
    outbox.add(a_message(), NOW_MS)

    assert outbox.due(NOW_MS - 3_600_000, 0.0) is not None


def test_what_failed_is_tried_again_until_the_attempts_are_used_up() -> None:
    outbox = an_outbox()
    [one] = outbox.add(a_message(), NOW_MS)
    for attempt in (1, 2):
        one = outbox.failed(one, "500", NOW_MS, is_retryable=True)
        assert (one.state, one.attempts, outbox.waiting) == (DeliveryState.WAITING, attempt, 1)

    one = outbox.failed(one, "500", NOW_MS, is_retryable=True)

    assert (one.state, one.error, outbox.waiting, outbox.dead) == (DeliveryState.DEAD, "500", 0, (one,))


def test_what_cannot_work_is_put_aside_at_once() -> None:
    outbox = an_outbox()
    [one] = outbox.add(a_message(), NOW_MS)

    assert outbox.failed(one, "404", NOW_MS, is_retryable=False).state is DeliveryState.DEAD


def test_what_waited_for_too_long_is_put_aside() -> None:
    outbox = an_outbox()
    outbox.add(a_message(), NOW_MS)
    assert outbox.expire(NOW_MS + 59_999) == ()

    [old] = outbox.expire(NOW_MS + 60_000)

    assert (old.state, old.error) == (DeliveryState.DEAD, "waited for too long")


def test_the_pause_doubles_up_to_a_cap() -> None:
    outbox = an_outbox()

    assert [outbox.pause_s(attempts) for attempts in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert outbox.pause_s(500) == RETRY_CAP_S


def test_a_channel_that_is_held_hands_nothing_out_and_says_for_how_long() -> None:
    outbox = an_outbox()
    outbox.add(a_message(), NOW_MS)
    outbox.hold(30.0, 100.0)

    assert outbox.due(NOW_MS, 129.9) is None
    assert outbox.wait_s(NOW_MS, 110.0) == 20.0
    assert outbox.due(NOW_MS, 130.0) is not None


def test_nobody_makes_us_wait_for_a_week() -> None:
    outbox = an_outbox()
    outbox.hold(604_800.0, 0.0)

    assert outbox.held_until_s == 3_600.0


def test_the_oldest_gives_way_when_too_many_wait_and_is_counted() -> None:
    outbox = an_outbox()
    for number in range(MOST_WAITING):
        outbox.add(a_message(key=str(number)), NOW_MS)

    added, given_up = outbox.add(a_message(key="new"), NOW_MS)

    assert (added.key, given_up.key, given_up.state) == ("new", "0", DeliveryState.DEAD)
    assert (outbox.waiting, outbox.given_up) == (MOST_WAITING, 1)


def test_one_that_is_being_sent_gives_way_to_none_and_is_not_sent_again_by_hand() -> None:
    outbox = an_outbox()
    for number in range(MOST_WAITING):
        outbox.add(a_message(key=str(number)), NOW_MS)
    sending = outbox.due(NOW_MS, 0.0)
    assert sending is not None

    _, given_up = outbox.add(a_message(key="new"), NOW_MS)
    outbox.sent(sending, NOW_MS)

    assert (sending.key, given_up.key) == ("0", "1")
    assert [one.key for one in outbox.retry_dead(NOW_MS)] == ["1"]


def test_dead_letters_are_kept_within_bounds_and_put_back_by_hand() -> None:
    outbox = an_outbox()
    outbox.restore(a_delivery(key=str(n), state=DeliveryState.DEAD, attempts=3) for n in range(MOST_DEAD + 5))
    assert (len(outbox.dead), outbox.given_up) == (MOST_DEAD, 5)

    again = outbox.retry_dead(NOW_MS)

    assert {(one.state, one.attempts) for one in again} == {(DeliveryState.WAITING, 0)}
    assert (outbox.waiting, outbox.dead) == (MOST_DEAD, ())


def test_a_new_run_goes_on_with_what_waited_and_knows_what_was_sent() -> None:
    outbox = an_outbox()
    outbox.restore(
        [a_delivery(), a_delivery(key="b", messages=(a_message(key="b"),), state=DeliveryState.SENT)]
    )

    assert outbox.due(NOW_MS, 0.0) == a_delivery()
    assert outbox.add(a_message(key="b"), NOW_MS) == ()
