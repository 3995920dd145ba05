"""A lost connection is tried before its time where the venue seems to be back, and never in a hurry."""

from rtp_tui.feeds.comeback import EARLY_EVERY_S, FOLLOW_EVERY_S
from rtp_tui.net.websocket import SocketUnreachable
from rtp_tui.sources.contract import SourceUnavailable
from tests.fakes import OpenGuard
from tests.unit.feeds.test_streaming_feed import Bench, SourcePerInstrument

SOON_S = 8.0
"""Until the next question and the look after it."""
REFUSED = SocketUnreachable("Connection refused")


def closed(instrument: object) -> bool:
    return False


async def lost(bench: Bench, for_s: float, *, refusal: SocketUnreachable = REFUSED) -> None:
    """Lose every socket, and be refused for so long, questions too."""
    bench.venue.refusals = [refusal] * 100
    bench.history.failures = [SourceUnavailable("no route to host") for _ in range(1_000)]
    for socket in bench.venue.sockets:
        socket.end(1006)
    await bench.clock.advance(for_s)


def wait_s(bench: Bench) -> float:
    status = bench.feed.status()
    assert status.next_attempt_ms is not None
    return (status.next_attempt_ms - bench.clock.now_ms()) / 1000


async def test_a_venue_that_answers_again_is_connected_to_at_once() -> None:
    bench = Bench(guard=OpenGuard(), in_session=closed)
    async with bench.running():
        await lost(bench, 1 + 2 + 4 + 8 + 16 + 32 + 15)
        assert wait_s(bench) > 40
        bench.venue.refusals.clear()
        bench.history.failures.clear()
        await bench.clock.advance(SOON_S)
        status = bench.feed.status()
        assert (status.next_attempt_ms, bench.venue.open_sockets, status.early_tries) == (None, 1, 1)


async def test_a_venue_that_only_answers_questions_is_not_tried_more_often_than_before() -> None:
    bench = Bench(guard=OpenGuard(), in_session=closed)
    async with bench.running():
        await lost(bench, 0.5)
        bench.history.failures.clear()
        await bench.clock.advance(1 + 2 + 4 + 8 + 16 + 32 + 1)
        tries = bench.venue.attempts
        await bench.clock.advance(57)
        assert bench.venue.attempts == tries
        assert bench.feed.status().early_tries <= 1


async def test_a_venue_whose_answers_come_and_go_is_tried_early_once_in_a_while_at_most() -> None:
    bench = Bench(guard=OpenGuard(), in_session=closed)
    async with bench.running():
        await lost(bench, 1)
        for number in range(120):
            failing = number % 2 == 0
            bench.history.failures = [SourceUnavailable("HTTP 502")] if failing else []
            await bench.clock.advance(5)
        assert 1 < bench.feed.status().early_tries <= 600 / EARLY_EVERY_S


async def test_where_a_venue_said_when_to_come_back_nothing_is_tried_before() -> None:
    for refusal in (
        SocketUnreachable("HTTP 429", 429),
        SocketUnreachable("HTTP 429", 429, 300.0),
        SocketUnreachable("HTTP 503", 503, 300.0),
    ):
        bench = Bench(guard=OpenGuard(), in_session=closed)
        async with bench.running():
            await lost(bench, 20, refusal=refusal)
            tries = bench.venue.attempts
            bench.venue.refusals.clear()
            bench.history.failures.clear()
            await bench.clock.advance(30)
            assert (bench.venue.attempts, bench.feed.status().early_tries) == (tries, 0), refusal


async def test_once_one_connection_is_back_the_others_follow_one_after_the_other() -> None:
    bench = Bench(SourcePerInstrument(), guard=OpenGuard(), in_session=closed)
    async with bench.running():
        await lost(bench, 1 + 2 + 4 + 8 + 16 + 32 + 15)
        bench.venue.refusals.clear()
        bench.history.failures.clear()
        await bench.clock.advance(SOON_S + FOLLOW_EVERY_S + 1)
        status = bench.feed.status()
        assert (bench.venue.open_sockets, status.next_attempt_ms, status.early_tries) == (2, None, 2)


async def test_a_pause_forgets_a_try_that_was_near() -> None:
    bench = Bench(guard=OpenGuard(), in_session=closed)
    async with bench.running():
        await lost(bench, 40)
        bench.history.failures.clear()
        bench.feed.pause()
        tries = bench.venue.attempts
        await bench.clock.advance(100)
        assert bench.venue.attempts == tries
