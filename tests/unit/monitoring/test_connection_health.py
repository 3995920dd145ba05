"""What feeds and breakers add to the score."""

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import HealthPart
from tests.factories import a_breaker, a_feed_status
from tests.healthy import judge, part


def coingecko(**changes: object) -> FeedStatus:
    return a_feed_status(**{"name": "coingecko", "state": FeedState.POLLING, "polled": True, **changes})


def connections(*payloads: FeedStatus | BreakerStatus) -> HealthPart:
    return part(judge(*payloads), "connections")


def test_a_feed_that_is_polled_is_connected_while_its_breaker_is_closed() -> None:
    judged = connections(coingecko(), a_breaker())
    assert (judged.points, judged.reason) == (judged.max, "all 2 feeds are connected")


def test_a_polled_feed_whose_every_poll_fails_is_not_connected() -> None:
    judged = connections(coingecko(state=FeedState.RECONNECTING, error="HTTP 503"))
    assert judged.reason == "1 of 2 feeds not connected: coingecko (HTTP 503)"


def test_an_open_breaker_is_named_and_holds_up_its_feed() -> None:
    judged = connections(coingecko(), a_breaker(state=BreakerState.OPEN, last_error="HTTP 503"))
    assert judged.points < judged.max
    assert judged.reason == (
        "1 of 2 feeds not connected: coingecko (polling); "
        "breaker coingecko/prices is open after HTTP 503: it tries again by itself, reset it to try now"
    )


def test_a_breaker_that_is_forced_open_says_that_it_waits_for_a_person() -> None:
    judged = connections(coingecko(), a_breaker(state=BreakerState.FORCED_OPEN))
    assert judged.reason.endswith("breaker coingecko/prices is forced open: reset it to go on")


def test_a_breaker_that_tries_again_does_not_count() -> None:
    judged = connections(coingecko(), a_breaker(state=BreakerState.HALF_OPEN))
    assert judged.points == judged.max


def test_the_open_breaker_of_a_feed_that_was_paused_is_named_and_costs_nothing() -> None:
    judged = connections(coingecko(state=FeedState.PAUSED), a_breaker(state=BreakerState.OPEN))
    assert judged.points == judged.max
    assert "breaker coingecko/prices is open" in judged.reason
