"""What a feed says of itself between a socket that was lost and the first word on the next one."""

from rtp_tui.feeds.standing import UNHEARD
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from tests.factories import BTC
from tests.fakes import OpenGuard, settle
from tests.unit.feeds.test_streaming_feed import Bench, SourcePerInstrument


async def lose_and_reopen(bench: Bench) -> None:
    bench.venue.sockets[0].end(1006)
    await bench.clock.advance(1.5)
    assert bench.venue.attempts == 2


async def test_a_socket_that_was_opened_again_is_live_from_its_first_word_on() -> None:
    bench = Bench()
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        await lose_and_reopen(bench)
        status = bench.feed.status()
        assert (status.state, status.error, status.next_attempt_ms) == (FeedState.RECONNECTING, UNHEARD, None)
        bench.venue.socket.deliver(b"alive")
        await settle()
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.LIVE, None)


async def test_a_venue_that_is_asked_instead_until_the_first_word_is_polled() -> None:
    bench = Bench(guard=OpenGuard())
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        await lose_and_reopen(bench)
        await bench.clock.advance(6)
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.POLLING, UNHEARD)


async def test_the_first_socket_of_all_is_live_as_soon_as_it_is_open() -> None:
    bench = Bench()
    async with bench.running():
        assert (bench.feed.status().state, bench.feed.status().error) == (FeedState.LIVE, None)


async def test_of_a_closed_market_no_word_is_waited_for() -> None:
    bench = Bench(guard=OpenGuard(), in_session=lambda instrument: False)
    async with bench.running():
        await lose_and_reopen(bench)
        status = bench.feed.status()
        assert (status.state, status.error) == (FeedState.LIVE, None)
        polled = len(bench.ticks)
        await bench.clock.advance(60)
        assert len(bench.ticks) == polled


async def test_a_market_that_closes_before_the_first_word_leaves_the_socket_live_and_healthy_at_the_opening() -> (
    None
):
    is_open = True

    def in_session(instrument: InstrumentId) -> bool:
        return is_open

    bench = Bench(in_session=in_session)
    async with bench.running():
        bench.venue.socket.deliver(b"btc 1")
        await settle()
        await lose_and_reopen(bench)
        assert bench.feed.status().state is FeedState.RECONNECTING
        is_open = False
        await bench.clock.advance(8 * 3_600)
        assert bench.feed.status().state is FeedState.LIVE
        is_open = True
        await bench.clock.advance(4)
        assert bench.feed.candidate(BTC, "venue:BTC").down_since_ms is None


async def test_one_of_several_that_says_nothing_yet_is_enough_to_say_so() -> None:
    bench = Bench(SourcePerInstrument())
    async with bench.running():
        bench.venue.sockets[1].deliver(b"eth 1")
        bench.venue.sockets[0].end(1006)
        await bench.clock.advance(1.5)
        bench.venue.sockets[1].deliver(b"eth 2")
        await settle()
        assert (bench.feed.status().state, bench.feed.status().error) == (FeedState.RECONNECTING, UNHEARD)
