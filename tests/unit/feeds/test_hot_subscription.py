"""What a feed carries changes while it runs; whatever it carried before is not disturbed."""

import logging
from collections.abc import Sequence

import pytest

from rtp_tui.model.feeds import FeedState, Resting
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.net.websocket import SocketUnreachable
from rtp_tui.sources.contract import Endpoint, Subscription
from tests.factories import BTC, ETH
from tests.fakes import settle
from tests.unit.feeds.test_streaming_feed import INSTRUMENTS, Bench, FakeSource, SourcePerInstrument

SOL = InstrumentId("crypto:SOL")
SOLANA = Subscription(SOL, "SOLUSDT")


class ChangeableFake(FakeSource):
    """A venue that takes three symbols a connection, and other ones while it is open."""

    heartbeat_s: float | None = None

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        parts = [tuple(subscriptions[start : start + 3]) for start in range(0, len(subscriptions), 3)]
        return [Endpoint("ws://venue", self.opening, part, heartbeat_s=self.heartbeat_s) for part in parts]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        return ("+" + ",".join(wanted.symbol for wanted in subscriptions),)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        return ("-" + ",".join(wanted.symbol for wanted in subscriptions),)


@pytest.fixture(autouse=True)
def _third_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INSTRUMENTS, b"sol", SOL)


async def test_an_added_instrument_is_asked_for_on_the_open_connection() -> None:
    bench = Bench(ChangeableFake())
    async with bench.running():
        socket = bench.venue.socket
        socket.deliver(b"btc 1", b"eth 2")
        bench.feed.follow((SOLANA,))
        await settle()
        assert socket.sent == ["subscribe", "+SOLUSDT"]
        socket.deliver(b"sol 3", b"btc 4")
        await bench.clock.advance(1)
        assert (bench.sequences, bench.venue.attempts) == ([1, 2, 3, 4], 1)
        assert bench.feed.status().instruments == (BTC, ETH, SOL)
        assert bench.history.asked[-1][0] == "SOLUSDT"
        assert len([asked for asked in bench.history.asked if asked[0] == "BTCUSDT"]) == 1


async def test_what_does_not_fit_on_a_connection_gets_another_one() -> None:
    bench = Bench(ChangeableFake())
    async with bench.running():
        more = tuple(Subscription(InstrumentId(f"crypto:N{n}"), f"N{n}") for n in range(2))
        bench.feed.follow((SOLANA, *more))
        await bench.clock.advance(1)
        assert bench.venue.attempts == 2
        assert bench.venue.sockets[0].sent == ["subscribe", "+SOLUSDT"]
        assert all(socket.is_open for socket in bench.venue.sockets)
        assert bench.feed.status().state is FeedState.LIVE


async def test_a_removed_instrument_is_unsubscribed_and_the_others_go_on() -> None:
    bench = Bench(ChangeableFake())
    async with bench.running():
        socket = bench.venue.socket
        socket.deliver(b"btc 1", b"eth 2")
        await settle()
        bench.feed.leave(ETH)
        await settle()
        assert socket.sent == ["subscribe", "-ETHUSDT"]
        socket.deliver(b"btc 3")
        await bench.clock.advance(20)
        status = bench.feed.status()
        assert (status.instruments, status.silent, bench.venue.attempts) == ((BTC,), (), 1)
        assert bench.feed.raw(ETH) is None


async def test_the_last_instrument_of_a_connection_takes_it_along() -> None:
    bench = Bench(SourcePerInstrument())
    async with bench.running():
        bitcoin, ether = bench.venue.sockets
        bench.feed.leave(BTC)
        await settle()
        assert (bitcoin.is_open, ether.is_open) == (False, True)
        bench.feed.leave(ETH)
        await settle()
        assert bench.venue.open_sockets == 0
        assert bench.feed.status().state is FeedState.STOPPED


async def test_a_venue_that_takes_no_changes_is_connected_anew_before_the_old_connection_ends() -> None:
    bench = Bench(silence_s=1e9)
    async with bench.running():
        await bench.clock.advance(61)
        first = bench.venue.socket
        bench.feed.follow((SOLANA,))
        await settle()
        second = bench.venue.socket
        assert second is not first
        assert first.is_open
        first.deliver(b"btc 1")
        second.deliver(b"btc 2", b"sol 3")
        await bench.clock.advance(2)
        assert (sorted(bench.sequences), first.is_open) == ([1, 2, 3], False)  # type: ignore[type-var]
    assert FeedState.RECONNECTING not in bench.states


async def test_what_is_added_while_the_feed_is_paused_is_carried_when_it_goes_on() -> None:
    bench = Bench(ChangeableFake())
    async with bench.running():
        bench.feed.pause()
        await settle()
        bench.feed.follow((SOLANA,))
        await bench.clock.advance(5)
        assert (bench.venue.attempts, bench.feed.status().state) == (1, FeedState.PAUSED)
        bench.feed.resume()
        await settle()
        bench.venue.socket.deliver(b"sol 1")
        await bench.clock.advance(1)
        assert bench.sequences == [1]


async def test_only_what_rests_is_let_go_of_and_it_comes_back() -> None:
    bench = Bench(ChangeableFake())
    resting = Resting(market="XNYS", instruments=(ETH,), starts_ms=1)
    async with bench.running():
        socket = bench.venue.socket
        bench.feed.rest((resting,))
        await settle()
        assert socket.sent == ["subscribe", "-ETHUSDT"]
        status = bench.feed.status()
        assert (status.instruments, status.resting, status.is_resting) == ((BTC, ETH), (resting,), False)
        bench.feed.rest((resting,))
        bench.feed.rest(())
        await bench.clock.advance(1)
        assert socket.sent == ["subscribe", "-ETHUSDT", "+ETHUSDT"]
        assert bench.venue.attempts == 1


async def test_a_feed_that_rests_as_a_whole_has_no_connection_and_connects_again() -> None:
    bench = Bench()
    resting = Resting(market="XNYS", instruments=(BTC, ETH))
    async with bench.running():
        bench.feed.rest((resting,))
        await bench.clock.advance(3_600)
        status = bench.feed.status()
        assert (status.state, status.is_resting, bench.venue.open_sockets) == (FeedState.STOPPED, True, 0)
        assert bench.venue.attempts == 1
        bench.feed.rest(())
        await settle()
        assert (bench.feed.status().state, bench.venue.attempts) == (FeedState.LIVE, 2)


async def test_a_feed_that_was_paused_by_hand_stays_paused_when_its_market_opens() -> None:
    bench = Bench()
    async with bench.running():
        bench.feed.rest((Resting(market="XNYS", instruments=(BTC, ETH)),))
        bench.feed.pause()
        await settle()
        bench.feed.rest(())
        await bench.clock.advance(60)
        assert (bench.feed.status().state, bench.venue.open_sockets) == (FeedState.PAUSED, 0)
        bench.feed.resume()
        await settle()
        assert bench.feed.status().state is FeedState.LIVE


async def test_a_symbol_that_falls_silent_alone_is_subscribed_anew_once_and_named() -> None:
    bench = Bench(ChangeableFake())
    async with bench.running():
        socket = bench.venue.socket
        for number in range(40):
            socket.deliver(b"btc %d" % number, b"eth %d" % number)
            await bench.clock.advance(1)
        for number in range(40, 90):
            socket.deliver(b"btc %d" % number)
            await bench.clock.advance(1)
        status = bench.feed.status()
        assert socket.sent == ["subscribe", "-ETHUSDT", "+ETHUSDT"]
        assert (status.silent, status.resubscriptions, bench.venue.attempts) == ((ETH,), 1, 1)
        socket.deliver(b"eth 100")
        await bench.clock.advance(1)
        assert bench.feed.status().silent == ()


async def test_a_heartbeat_that_stays_away_is_noticed_before_the_general_silence() -> None:
    source = ChangeableFake()
    source.heartbeat_s = 1.0
    bench = Bench(source)
    async with bench.running():
        for _ in range(60):
            bench.venue.socket.deliver(b"alive")
            await bench.clock.advance(1)
        assert bench.venue.attempts == 1
        await bench.clock.advance(8)
        assert bench.venue.attempts == 2
        assert any(status.error == "nothing received for 5 s" for status in bench.said)


async def test_ten_failed_tries_are_said_aloud_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.venue.refusals = [SocketUnreachable("refused") for _ in range(14)]
    with caplog.at_level(logging.WARNING):
        async with bench.running():
            await bench.clock.advance(1 + 2 + 4 + 8 + 16 + 32 + 60 + 60)
            assert (bench.feed.status().failed_tries, bench.feed.status().error) == (9, "refused")
            await bench.clock.advance(60)
            assert bench.feed.status().error == "10 tries: refused"
            await bench.clock.advance(5 * 60)
            bench.venue.socket.deliver(b"btc 1")
            await settle()
            status = bench.feed.status()
            assert (status.state, status.error, status.failed_tries) == (FeedState.LIVE, None, 0)
    assert [record.message for record in caplog.records] == ["venue: 10 tries: refused"]
